// A mitigation's whole life from the command line: on nodes by the script that really runs.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { mitigationPlace } from '../../test/support/mitigation-place.ts';
import { needsShared, sharedPath } from '../../test/support/needs.ts';

const { folder, mitigation, signed, shipped: SHIPPED, key: KEY, head: HEAD, remove } = mitigationPlace();
after(remove);

const node = spawnSync('uname', ['-n'], { encoding: 'utf8' }).stdout.trim();
const mayUnshare = spawnSync('unshare', ['-mn', 'true']).status === 0;

test('on nodes: applied by a script, 1 of 2 nodes, then status, back-out, and gone', {
  skip: mayUnshare ? false : 'needs namespaces',
}, async () => {
  const steps = 'steps: [{id: forward, type: sysctl, key: net.ipv4.ip_forward, value: "1"}]\n';
  const bundle = await signed('forward', `mitigation: forward\n${HEAD}${steps}`);
  const nodes = ['--nodes', node, 'other'];
  const applied = await mitigation(['apply', bundle, ...KEY, ...nodes, '--script', 'apply.sh']);
  assert.equal(applied.code, 1, applied.stderr);
  assert.match(applied.stdout, /is applied in part[\s\S]*results to come from 2 nodes[\s\S]*goes back at/);
  const place = 'mount -t tmpfs none /var/lib; mount -t tmpfs none /etc/sysctl.d; sysctl -qw net.ipv4.ip_forward=0';
  const run = (lines: string) =>
    spawnSync('unshare', ['-mn', 'dash', '-s'], { cwd: folder, input: `${place}\n${lines}`, encoding: 'utf8' });
  writeFileSync(join(folder, 'results.txt'), run('dash apply.sh').stdout.replace(/^/gm, `${node}: `));
  const imported = await mitigation(['apply', bundle, ...KEY, ...nodes, '--results', 'results.txt']);
  assert.equal(imported.code, 1, imported.stderr);
  assert.match(imported.stdout, new RegExp(`node ${node}: done[\\s\\S]*results to come from 1 node: other`));
  const status = JSON.parse((await mitigation(['status', '--format', 'json', '--results', 'results.txt'])).stdout);
  assert.deepEqual([status.mitigations[0].state, status.mitigations[0].awaited], ['partly', ['other']]);
  await mitigation(['confirm', 'forward', '--script', 'confirm.sh']);
  const out = await mitigation(['backout', 'forward', '--reason', 'patched', '--script', 'backout.sh']);
  assert.equal(out.code, 1, out.stderr);
  const back = run(
    'dash apply.sh >/dev/null; dash confirm.sh; dash backout.sh; cat /proc/sys/net/ipv4/ip_forward; ls /etc/sysctl.d /var/lib',
  );
  const lines = back.stdout.split('\n');
  assert.deepEqual(lines.slice(2, 3), ['0'], back.stdout);
  assert.ok(!back.stdout.includes('99-plimsoll'));
  writeFileSync(join(folder, 'back.txt'), lines.slice(0, 2).join('\n'));
  const gone = await mitigation(['backout', 'forward', '--results', 'back.txt', '--not-run', 'other']);
  assert.equal(gone.code, 0, gone.stdout + gone.stderr);
  assert.match((await mitigation(['status'])).stdout, /no mitigation is active/);
});

test('a script that may have run on a node of which nobody heard keeps the back-out open', async () => {
  const place = ['--ledger', 'unheard'];
  const bundle = await signed('pkexec-no-setuid');
  await mitigation(['apply', bundle, ...KEY, '--nodes', 'n1', 'n2', '--script', 'x.sh', ...place]);
  const open = await mitigation(['backout', 'pkexec-no-setuid', ...place]);
  assert.equal(open.code, 1, open.stdout);
  assert.match(open.stdout, /backed out in part[\s\S]*results to come from 2 nodes: n1, n2/);
  const one = await mitigation(['backout', 'pkexec-no-setuid', '--not-run', 'n1', ...place]);
  assert.match(one.stdout, /results to come from 1 node: n2/);
  const out = await mitigation(['backout', 'pkexec-no-setuid', '--not-run', 'n1', 'n2', ...place]);
  assert.equal(out.code, 0, out.stdout + out.stderr);
});

test('what is unsigned, altered, expired or not yet made, or cannot be mitigated, is refused, and nothing is written', async () => {
  const steps = 'steps: [{id: forward, type: sysctl, key: net.ipv4.ip_forward, value: "1"}]\n';
  const text = `mitigation: refused\n${HEAD}${steps}`;
  const bundle = await signed('refused', text);
  const apply = ['apply', bundle, '--nodes', 'n1', '--site', 'refusals'];
  const cases: readonly (readonly [RegExp, readonly string[], string?])[] = [
    [/no list of keys/, apply],
    [/expired on 2022-12-31/, [...apply, ...KEY], '2023-01-01T00:00:00Z'],
    [/one of the clocks is wrong/, [...apply, ...KEY], '2021-12-31T00:00:00Z'],
    [/is not signed/, ['apply', join(SHIPPED, 'userns-off'), '--nodes', 'n1', ...KEY]],
    [/cannot be mitigated/, ['apply', 'dirty-pipe', ...KEY]],
    [/name them with --nodes/, ['apply', bundle, '--site', 'refusals', ...KEY]],
  ];
  for (const [message, args, now] of cases) {
    const { code, stderr } = await mitigation(args, now);
    assert.ok(code >= 2, stderr);
    assert.match(stderr, message);
  }
  writeFileSync(join(folder, bundle, 'mitigation.yaml'), text.replace('"1"', '"2"'));
  const altered = await mitigation([...apply, ...KEY]);
  assert.match(altered.stderr, /it was altered/);
  writeFileSync(join(folder, bundle, 'mitigation.yaml'), text.replace('type: sysctl', 'type: reboot'));
  assert.match((await mitigation([...apply, ...KEY])).stderr, /mitigation\.yaml:12:29: steps\.0\.type/);
  assert.match((await mitigation(['backout', 'refused', '--site', 'refusals'])).stderr, /was never applied here/);
});

test('an older version, what was superseded, and what another cannot live with are refused', async () => {
  const place = ['--ledger', 'fit'];
  const by = 'steps: [{id: s, type: manual, do: d, undo: u, check: c}]\n';
  const write = (name: string, more: string, version = 1) =>
    signed(
      `${name}-${version}`,
      `mitigation: ${name}\n${HEAD.replace('version: 1', `version: ${version}`)}${by}${more}`,
    );
  const apply = async (bundle: string) => mitigation(['apply', bundle, ...KEY, '--did', 's=done', ...place]);
  const first = await write('first', '');
  assert.equal((await apply(await write('first', '', 2))).code, 0);
  assert.match((await apply(first)).stderr, /version 2 of first was applied here, this is 1: sign it as a later one/);
  const conflict = 'conflicts: [{when: {fact: "mitigation:first", present: true}, reason: both bind the port}]\n';
  const second = await write('second', conflict);
  assert.match((await apply(second)).stderr, /second conflicts with first, which is applied: both bind the port/);
  await mitigation(['backout', 'first', '--undone', 's=undone', ...place]);
  assert.equal((await apply(second)).code, 0);
  assert.match((await apply(first)).stderr, /version 2 of first was applied here/, 'backed out, it is still older');
  const third = await write('first', '', 3);
  assert.match((await apply(third)).stderr, /first conflicts with second, which is applied: its bundle says so/);
  const heir = await write('heir', 'supersedes: [second]\n');
  await mitigation(['backout', 'second', '--undone', 's=undone', ...place]);
  assert.equal((await apply(heir)).code, 0);
  assert.match((await apply(second)).stderr, /heir took the place of second: back it out first/);
});

test('a script replaces a file whole, so that nobody else may write to what root will run', async () => {
  const bundle = await signed('pkexec-no-setuid');
  writeFileSync(join(folder, 'open.sh'), 'x', { mode: 0o777 });
  await mitigation(['apply', bundle, ...KEY, '--nodes', 'n1', '--script', 'open.sh', '--ledger', 'open']);
  assert.equal(statSync(join(folder, 'open.sh')).mode & 0o777, 0o700);
});

test('a ledger that was cut or edited says what it still proves, and nothing is done with it', async () => {
  const bundle = await signed('pkexec-no-setuid');
  const place = ['--ledger', 'ledger'];
  await mitigation(['apply', bundle, ...KEY, '--nodes', 'n1', '--script', 'x.sh', ...place]);
  const file = join(folder, 'ledger', 'ledger.jsonl');
  const text = readFileSync(file, 'utf8');
  appendFileSync(file, '{"half a li');
  assert.equal(JSON.parse((await mitigation(['status', '--format', 'json', ...place])).stdout).ledger.fault, undefined);
  for (const [damaged, kind] of [
    [text.split('\n').slice(0, -2).join('\n').concat('\n'), 'cut'],
    [text.replace('pwnkit', 'pwnk1t'), 'edited'],
  ] as const) {
    writeFileSync(file, damaged);
    const { stdout, code } = await mitigation(['status', '--format', 'json', ...place]);
    assert.equal(code, 1);
    assert.equal(JSON.parse(stdout).ledger.fault.kind, kind);
    assert.equal((await mitigation(['backout', 'pkexec-no-setuid', ...place])).code, 3);
  }
});

test('facts decide where it applies; what nobody looked up is not known', async () => {
  const subject = (name: string, facts: object) => ({ name, kind: 'node', facts });
  const subjects = [
    subject('old', {
      kernel: ['5.3.18-150300.59.43'],
      'probe:userns': ['works'],
      'program:ch-run': ['/usr/bin/ch-run'],
    }),
    subject('new', { kernel: ['5.16.2'], 'probe:userns': ['works'] }),
    subject('dark', { kernel: ['5.3.18'] }),
  ];
  writeFileSync(join(folder, 'facts.json'), JSON.stringify({ subjects }));
  const { stdout } = await mitigation(['check', 'userns-off', '--facts', 'facts.json', '--format', 'json']);
  const answers = JSON.parse(stdout).subjects.map(({ answer, conflicts }: { answer: string; conflicts: string[] }) => [
    answer,
    conflicts[0]?.slice(0, 12),
  ]);
  assert.deepEqual(answers, [
    ['applies', 'Charliecloud'],
    ['does-not-apply', 'Charliecloud'],
    ['not-known', 'Charliecloud'],
  ]);
});

const HOTFIXES = 'data/csm/hotfixes';
test('hotfix directories become bundles with what they lack', needsShared(HOTFIXES), async () => {
  const lacks: Record<string, RegExp> = {
    'CASMREL-630-psp-hotfix': /a script that is not read/,
    'CASMREL-847': /back-out: there is none[\s\S]*VEX statement/,
    'CASMNET-2176-cray-dns-unbound': /`helm rollback` names no revision/,
    'CASMTRIAGE-6698-cray-hms-rts': /loftsman manifests/,
  };
  for (const [name, expected] of Object.entries(lacks)) {
    const { code, stdout, stderr } = await mitigation(['import', sharedPath(join(HOTFIXES, name)), '--owner', 'o']);
    assert.equal(code, 0, stderr);
    assert.match(stderr, expected, name);
    assert.match(stderr, /verification/);
    mkdirSync(join(folder, name), { recursive: true });
    writeFileSync(join(folder, name, 'mitigation.yaml'), stdout);
    assert.equal((await mitigation(['show', name])).code, 0);
  }
});
