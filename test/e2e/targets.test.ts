// Targets on the command line as users mix them up: local tags against a baseline, releases beside images, slips that must be told before anything is read,
// passwords that must not come back, and what a hostile working directory may not do.
import assert from 'node:assert/strict';
import { chmodSync, cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import type { Argument, Command } from 'commander';
import { writeOciLayout } from '../../demo/image/layout.ts';
import type { TarEntry } from '../../demo/image/tar.ts';
import { COMMANDS } from '../../src/cli/program.ts';
import type { Assessment } from '../../src/scan/assess/assessment.ts';
import { NO_CONTEXT } from '../support/command-context.ts';
import { needsPrograms } from '../support/needs.ts';
import { resultValidator } from '../support/schemas.ts';
import { ROOT, Workplace } from './program.ts';

const place = new Workplace();
after(() => place.remove());

const validate = resultValidator('assessment-1');

function layer(...packages: readonly (readonly [name: string, version: string])[]): readonly TarEntry[] {
  const body = packages.map(([name, version]) => `P:${name}\nV:${version}\nA:x86_64\no:${name}\n\n`).join('');
  return [
    { path: 'etc/os-release', body: 'ID=alpine\nVERSION_ID=3.15.0\n' },
    { path: 'lib/apk/db/installed', body },
  ];
}

before(async () => {
  writeOciLayout(place.path('layout'), [
    { tag: '1', layers: [layer(['zlib', '1.2.11-r3'])] },
    { tag: '2', layers: [layer(['zlib', '1.2.11-r3'], ['busybox', '1.34.1-r3'])] },
    { tag: 'quay.io/team/app:7', layers: [layer(['zlib', '1.2.12-r0'])] },
  ]);
  const zlib = { pkg: { name: 'zlib', secfixes: { '1.2.12-r0': ['CVE-2018-25032'] } } };
  const busybox = { pkg: { name: 'busybox', secfixes: { '1.34.1-r5': ['CVE-2022-28391'] } } };
  mkdirSync(place.path('secdb'));
  writeFileSync(
    place.path('secdb/main.json'),
    JSON.stringify({ distroversion: 'v3.15', reponame: 'main', packages: [zlib, busybox] }),
  );
  const built = await place.plimsoll(['advisories', 'build', '--feed', 'alpine-secdb=secdb', '--output', 'set.db']);
  assert.equal(built.status, 0, built.stderr);
  mkdirSync(place.path('csm-1.2.0/docker'), { recursive: true });
  writeFileSync(place.path('csm-1.2.0/docker/index.yaml'), 'quay.io:\n  images:\n    team/app: "7"\n');
  const tree = place.path('csm-1.2.0/docker/quay.io/team/app:7');
  mkdirSync(tree, { recursive: true });
});

const COMMON = ['--advisories', 'set.db', '--as-of', '2022-04-06', '--quiet'];

async function scan(...args: readonly string[]): Promise<Assessment> {
  const { result } = await place.json(['scan', ...args, ...COMMON]);
  assert.equal(validate(result), true, JSON.stringify(validate.errors));
  return result as Assessment;
}

test('two tags of one layout are one slot: against the older one only what came is new', async () => {
  const one = await scan('oci:layout:1');
  writeFileSync(place.path('one.json'), JSON.stringify(one));
  const two = await scan('oci:layout:2');
  for (const { images, findings } of [one, two]) {
    assert.deepEqual(
      images.map(({ slot }) => slot),
      ['oci:layout|linux/amd64'],
    );
    assert.notEqual(findings.length, 0);
  }
  assert.deepEqual([two.release.name, two.release.version, two.images[0]?.logical], ['layout', '2', 'oci:layout:2']);
  const gate = ['scan', 'oci:layout:2', '--baseline', 'one.json', '--advisories', 'set.db', '--as-of', '2022-04-06'];
  const failed = await place.plimsoll([...gate, '--fail-on', 'new:any']);
  assert.equal(failed.status, 1, failed.stderr);
  assert.match(failed.stderr, /fail: 1 instance that must not be there/);
  const same = ['scan', 'oci:layout:1', ...gate.slice(2), '--fail-on', 'new:any'];
  assert.equal((await place.plimsoll(same)).status, 0);
});

test('an image on disk that states a reference goes by it', async () => {
  const { images } = await scan('oci:layout:quay.io/team/app:7');
  assert.deepEqual(
    images.map(({ slot, logical, physical }) => [slot, logical, physical]),
    [['quay.io/team/app|linux/amd64', 'quay.io/team/app:7', 'oci:layout:quay.io/team/app:7']],
  );
});

test('a release and images are one assessment, whose JSON and table carry the lint', async () => {
  writeFileSync(place.path('images-1.0.txt'), 'quay.io/none/a:1\n');
  writeFileSync(place.path('mirrors.yaml'), 'release: {mirrors: [{match: quay.io}]}\n');
  const targets = ['csm:csm-1.2.0', 'oci:layout:1', 'images:images-1.0.txt', '--config', 'mirrors.yaml'];
  const { release, images, lint, gaps } = await scan(...targets);
  assert.deepEqual([release.name, release.version], ['csm+images', '1.2.0+1.0']);
  assert.deepEqual(
    images.map(({ slot, digest }) => [slot, digest === undefined]),
    [
      ['oci:layout|linux/amd64', false],
      ['quay.io/none/a|linux/amd64', true],
      ['quay.io/team/app|linux/amd64', true],
    ],
  );
  assert.deepEqual(
    lint.map(({ check, verdict }) => [check, verdict]),
    [
      ['index-tag-not-in-list', 'warn'],
      ['reference-refused', 'fail'],
      ['reference-refused', 'fail'],
    ],
  );
  assert.equal(gaps.filter(({ reason }) => /is refused by the rule for quay\.io/.test(reason)).length, 2);
  const table = await place.plimsoll(['scan', ...targets, ...COMMON]);
  assert.match(table.stdout, /lint +2 fail, 1 warn \(plimsoll release show names them\)/);
  const shown = await place.plimsoll(['release', 'show', ...targets, '--quiet']);
  assert.match(shown.stdout, /^csm\+images 1\.2\.0\+1\.0\n/);
  assert.match(shown.stdout, /Lint \(3\)/);
});

test('lint stays with an assessment that is judged again', async () => {
  const first = await scan('csm:csm-1.2.0', 'oci:layout:1', '--config', 'mirrors.yaml');
  writeFileSync(place.path('first.json'), JSON.stringify(first));
  const { result } = await place.json(['reassess', 'first.json', '--advisories', 'set.db', '--as-of', '2022-04-06']);
  assert.deepEqual([(result as Assessment).id, (result as Assessment).lint], [first.id, first.lint]);
  assert.notEqual(first.lint.length, 0);
});

test('slips of the command line are told before anything is read', async () => {
  // What would be read is not there: exit code 3 would mean that it was looked for.
  const rows: readonly (readonly [args: readonly string[], message: RegExp])[] = [
    [['scan', 'oci:none', '--platform', 'foo'], /"foo" is not a platform; write os\/architecture/],
    [['scan', 'oci:none', '--fail-on', 'new:high'], /--baseline/],
    [['scan', 'oci:none', '--fail-on', 'high,new:gaps'], /--baseline/],
    [
      ['advisories', 'build', '--feed', 'bogus=none', '--output', 'x.db'],
      /no such feed; the feeds are .*alpine-secdb.*osv/,
    ],
    [['advisories', 'build', '--feed', 'bogus@a:1=none', '--output', 'x.db'], /no such feed; the feeds are /],
    [['advisories', 'update', '--feed', 'bogus', '--output', 'x.db'], /^plimsoll: bogus: no such feed; the feeds are /],
  ];
  for (const [args, message] of rows) {
    const { status, stdout, stderr } = await place.plimsoll(args);
    assert.equal(status, 2, `${args.join(' ')}\n${stderr}`);
    assert.match(stderr, message);
    assert.equal(stdout, '');
  }
});

/** Paths of the commands that do something, each with words for the arguments that it must have. */
async function callable(): Promise<readonly (readonly string[])[]> {
  const calls: (readonly string[])[] = [];
  const visit = (command: Command, path: readonly string[]): void => {
    if (command.options.some(({ long }) => long === '--config')) {
      const words = command.registeredArguments.filter(({ required }) => required).map((one) => wordFor(one));
      const options = command.options
        .filter(({ mandatory }) => mandatory)
        .flatMap(({ long, argChoices }) => [long ?? '', argChoices?.[0] ?? 'x']);
      calls.push([...path, ...words, ...options]);
    }
    for (const child of command.commands) visit(child, [...path, child.name()]);
  };
  for (const entry of COMMANDS) visit((await entry.load())(NO_CONTEXT), [entry.name]);
  return calls;
}

function wordFor(argument: Argument): string {
  return argument.argChoices?.[0] ?? (argument.name() === 'scheme' ? 'deb' : 'one.json');
}

test('a named configuration that is not there is an error of every command', async () => {
  const calls = await callable();
  assert.ok(calls.length > COMMANDS.length, 'subcommands are called, too');
  for (const call of calls) {
    const { status, stdout, stderr } = await place.plimsoll([...call, '--config', 'missing.yaml']);
    assert.deepEqual([status, stdout], [2, ''], `${call.join(' ')}\n${stderr}`);
    assert.match(stderr, /missing\.yaml: there is no such file/, call.join(' '));
  }
});

test('a password in a reference never comes back', async () => {
  const secret = 'S3cr3tWord';
  writeFileSync(place.path('secret.txt'), `quay.io/team/app:7\nuser:${secret}@quay.io/team/app:7\n`);
  writeFileSync(
    place.path('pod.yaml'),
    `apiVersion: v1\nkind: Pod\nspec: {containers: [{image: "u:${secret}@r.io/a"}]}\n`,
  );
  for (const target of [
    `docker://user:${secret}@host.example/app:1`,
    `user:${secret}@host.example/app:1`,
    `https://user:${secret}@host.example/app:1`,
    `${secret}@host.example/app`,
    `docker://user:${secret}@host.example/${'a'.repeat(2000)}`,
    'images:secret.txt',
    'manifests:pod.yaml',
  ]) {
    for (const command of [['scan'], ['release', 'show']]) {
      const { status, stdout, stderr } = await place.plimsoll([...command, target, '--format', 'json'], {
        HTTPS_PROXY: 'http://127.0.0.1:1',
      });
      assert.notEqual(status, 4, stderr);
      assert.ok(!`${stdout}${stderr}`.includes(secret), `${command.join(' ')} ${target}`);
    }
  }
  const feed = ['--feed', `osv=http://user:${secret}@127.0.0.1:1/all.zip`, '--output', 'x.db'];
  const update = await place.plimsoll(['advisories', 'update', ...feed]);
  assert.deepEqual([update.status, update.stdout], [2, '']);
  assert.doesNotMatch(update.stderr, new RegExp(secret));
});

test('a user without a home needs none where the files are named', homeless(), async () => {
  chmodSync(place.folder, 0o777);
  const without = ['-u', 'HOME', '-u', 'XDG_DATA_HOME', '-u', 'XDG_CACHE_HOME'];
  // The right to read everywhere is kept: the checkout may lie where others are not let in.
  const rights = ['--inh-caps=+dac_read_search', '--ambient-caps=+dac_read_search'];
  const user = ['setpriv', '--reuid=54321', '--clear-groups', ...rights];
  const run = (...args: readonly string[]) => place.run('env', [...without, ...user, `${ROOT}/bin/plimsoll`, ...args]);
  const named = await run('scan', 'oci:layout:1', '--advisories', 'set.db', '--store', 'own.db');
  assert.equal(named.status, 0, named.stderr);
  const unnamed = await run('scan', 'oci:layout:1', '--store', 'own.db');
  assert.equal(unnamed.status, 2, unnamed.stderr);
  assert.match(unnamed.stderr, /there is no home directory .* --advisories/);
  // HOME set to nothing is no home either, and the working directory is none.
  const empty = await place.plimsoll(['scan', 'oci:layout:1', '--advisories', 'set.db'], {
    HOME: '',
    XDG_DATA_HOME: '',
  });
  assert.equal(empty.status, 2, empty.stderr);
  assert.equal(existsSync(place.path('.local')), false);
});

/** A user id without an account is one that only root can take. */
function homeless(): { readonly skip: string | false } {
  return process.getuid?.() === 0
    ? needsPrograms('setpriv')
    : { skip: 'needs root, to become a user without an account' };
}

test('a configuration that lies in the working directory cannot say which registries to trust', async () => {
  const checkout = place.path('checkout');
  mkdirSync(checkout);
  cpSync(place.path('layout'), `${checkout}/layout`, { recursive: true });
  writeFileSync(
    `${checkout}/plimsoll.yaml`,
    'registries:\n  insecure: [r.example]\n  mirrors: [{prefix: docker.io, location: r.example}]\n',
  );
  const run = (...args: readonly string[]) => place.run(`${ROOT}/bin/plimsoll`, args, {}, checkout);
  for (const command of [['scan'], ['release', 'show']]) {
    const { status, stderr, stdout } = await run(...command, 'oci:layout:1');
    assert.deepEqual([status, stdout], [2, ''], stderr);
    assert.match(stderr, /plimsoll\.yaml: registries\.insecure and registries\.mirrors: .* --config plimsoll\.yaml/);
    assert.equal((await run(...command, 'oci:layout:1', '--config', 'plimsoll.yaml')).status, 0);
  }
  // A command that asks no registry does not look.
  assert.equal((await run('versions', 'compare', 'deb', '1', '2')).status, 0);
});
