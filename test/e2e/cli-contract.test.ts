// The contract of the command line: help with an example everywhere, exit codes, stdout for results and stderr for talk, no colour on request.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { writeOciLayout } from '../../demo/image/layout.ts';
import { COMMANDS } from '../../src/cli/program.ts';
import { needsPrograms } from '../support/needs.ts';
import { ROOT, Workplace } from './program.ts';

const place = new Workplace();
after(() => place.remove());

before(() => {
  writeOciLayout(place.path('layout'), [
    {
      tag: 'one',
      layers: [
        [
          { path: 'etc/os-release', body: 'ID=alpine\nVERSION_ID=3.15.0\n' },
          { path: 'lib/apk/db/installed', body: 'P:zlib\nV:1.2.11-r3\nA:x86_64\no:zlib\n\n' },
        ],
      ],
    },
  ]);
  const secdb = {
    distroversion: 'v3.15',
    reponame: 'main',
    packages: [{ pkg: { name: 'zlib', secfixes: { '1.2.12-r0': ['CVE-2018-25032'] } } }],
  };
  mkdirSync(place.path('secdb'));
  writeFileSync(place.path('secdb', 'main.json'), JSON.stringify(secdb));
});

/** Commands that a help text lists, without the built-in one. */
function subcommandsIn(help: string): readonly string[] {
  const section = /^Commands:\n((?: {2}.*\n?)+)/m.exec(help)?.[1] ?? '';
  return [...section.matchAll(/^ {2}([a-z][\w-]*)/gm)].map((match) => match[1] ?? '').filter((name) => name !== 'help');
}

test('every command has help with an example', async () => {
  const overview = await place.plimsoll(['--help']);
  assert.equal(overview.status, 0);
  assert.deepEqual(
    subcommandsIn(overview.stdout),
    COMMANDS.map((entry) => entry.name),
  );
  const visit = async (path: readonly string[]): Promise<void> => {
    const help = await place.plimsoll([...path, '--help']);
    assert.equal(help.status, 0, path.join(' '));
    const children = subcommandsIn(help.stdout);
    if (children.length === 0) assert.match(help.stdout, /^Examples?:\n {2}\S/m, path.join(' '));
    for (const child of children) await visit([...path, child]);
  };
  for (const entry of COMMANDS) await visit([entry.name]);
});

test('every command refuses what it does not know with exit code 2, on stderr', async () => {
  for (const args of [
    [],
    ['nonsense'],
    ['scan'],
    ['--nonsense'],
    ...COMMANDS.map((entry) => [entry.name, '--nonsense']),
  ]) {
    const outcome = await place.plimsoll(args);
    assert.equal(outcome.status, 2, args.join(' '));
    assert.equal(outcome.stdout, '', args.join(' '));
    assert.notEqual(outcome.stderr, '', args.join(' '));
  }
});

test('unreadable input ends with exit code 3, and says what was not found', async () => {
  for (const args of [
    ['scan', 'oci:no-such-layout'],
    ['scan', 'csm:no-such-release'],
    ['release', 'show', 'csm:no-such-release'],
    ['scan', 'oci:layout:one', '--advisories', 'no-such-set'],
  ]) {
    const outcome = await place.plimsoll(args);
    assert.equal(outcome.status, 3, `${args.join(' ')}\n${outcome.stderr}`);
    assert.match(outcome.stderr, /no-such-/);
    assert.doesNotMatch(outcome.stderr, /\n\s+at /, 'no stack trace');
  }
});

test('results go to stdout or to --output, talk goes to stderr, and --quiet ends the talk', async () => {
  const built = await place.plimsoll(['advisories', 'build', '--feed', 'alpine-secdb=secdb', '--output', 'set.db']);
  assert.equal(built.status, 0, built.stderr);
  const scan = ['scan', 'oci:layout:one', '--advisories', 'set.db', '--as-of', '2022-03-31'];
  const printed = await place.plimsoll([...scan, '--format', 'json']);
  assert.equal(printed.status, 0, printed.stderr);
  assert.equal(JSON.parse(printed.stdout).findings[0].vulnerability, 'CVE-2018-25032');
  const written = await place.plimsoll([...scan, '--format', 'json', '--output', 'result.json', '--quiet']);
  assert.deepEqual(written, { status: 0, stdout: '', stderr: '' });
  assert.equal(readFileSync(place.path('result.json'), 'utf8'), printed.stdout);
  const nowhere = await place.plimsoll([...scan, '--output', 'no/such/folder/result.txt']);
  assert.equal(nowhere.status, 2, nowhere.stderr);
});

test('--config is read, and a wrong one ends with exit code 2', async () => {
  writeFileSync(place.path('right.yaml'), 'release:\n  own: [registry.example/own]\n');
  writeFileSync(place.path('wrong.yaml'), 'release:\n  owns: []\n');
  const right = await place.plimsoll(['scan', 'oci:layout:one', '--config', 'right.yaml']);
  assert.equal(right.status, 0, right.stderr);
  const wrong = await place.plimsoll(['scan', 'oci:layout:one', '--config', 'wrong.yaml']);
  assert.equal(wrong.status, 2, wrong.stderr);
  assert.match(wrong.stderr, /wrong\.yaml:2/);
});

test('--fail-on answers with exit code 1', async () => {
  const set = place.path('set.db');
  assert.ok(existsSync(set), 'built by the test before');
  const scan = ['scan', 'oci:layout:one', '--advisories', set, '--as-of', '2022-03-31'];
  assert.equal((await place.plimsoll([...scan, '--fail-on', 'unknown'])).status, 1);
  assert.equal((await place.plimsoll([...scan, '--fail-on', 'critical'])).status, 0);
  assert.equal((await place.plimsoll([...scan, '--fail-on', 'nonsense'])).status, 2);
});

test('colour only on a terminal, and not with NO_COLOR or --no-color', needsPrograms('script'), async () => {
  const onTerminal = async (environment: Readonly<Record<string, string>>, ...options: readonly string[]) => {
    const command = [`${ROOT}/bin/plimsoll`, 'scan', 'oci:layout:one', '--advisories', 'set.db', ...options].join(' ');
    return (await place.run('script', ['-qec', command, '/dev/null'], { TERM: 'xterm', ...environment })).stdout;
  };
  const colour = new RegExp(`${String.fromCharCode(27)}\\[\\d+(?:;\\d+)*m`);
  assert.match(await onTerminal({}), colour);
  assert.doesNotMatch(await onTerminal({ NO_COLOR: '1' }), colour);
  assert.doesNotMatch(await onTerminal({}, '--no-color'), colour);
  assert.doesNotMatch((await place.plimsoll(['scan', 'oci:layout:one', '--advisories', 'set.db'])).stdout, colour);
});
