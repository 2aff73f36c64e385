// Over 400 lines: one mirror, signed and served once, is what every case alters.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { findProgram, needsPrograms } from '../../../../test/support/needs.ts';
import { readFeed } from '../../../../test/support/recording-sink.ts';
import { temporaryFolder } from '../../../../test/support/unpacked.ts';
import { digestOf } from '../../../platform/canonical.ts';
import { PlimsollError } from '../../../platform/errors.ts';
import type { Inventory, Package } from '../../inventory/package.ts';
import type { GatherRequest } from '../feed.ts';
import { gatherChangelogs } from './gather.ts';
import { debianMirror } from './index.ts';
import { changelogOf, serve, TestMirror, type TestServer } from './test-mirror.ts';

const NEEDS = needsPrograms('gpg', 'gpgv', 'dpkg-deb', 'xz');
const SECURITY = 'dists/bookworm-security';
const FOO = changelogOf('foo', ['1-2', 'CVE-2023-0002'], ['1-1', 'CVE-2023-0001'], ['1-0', 'First']);
const BAR = changelogOf(
  'bar',
  ['2:3-1~deb12u1', 'Rebuild'],
  ['2:3-1', 'Not affected by CVE-2020-1111. Fix CVE-2020-2222'],
  ['2:2-1', 'First'],
);

let mirror: TestMirror;
let server: TestServer;
let remarks: string[] = [];
let runs = 0;

before(async () => {
  if (NEEDS.skip !== false) return;
  mirror = new TestMirror(temporaryFolder());
  server = await serve(mirror.folder);
});
after(() => {
  mirror?.close();
  server?.close();
});
beforeEach(() => {
  remarks = [];
  if (NEEDS.skip !== false) return;
  server.answers.clear();
  server.asked.length = 0;
  rmSync(join(mirror.folder, 'dists'), { recursive: true, force: true });
  mirror.suite('dists/bookworm', { packages: [{ name: 'foo', source: 'foo', version: '1-0', changelog: FOO }] });
  mirror.suite(SECURITY, { packages: SECURE });
});

const SECURE = [
  { name: 'foo', source: 'foo', version: '1-2', changelog: FOO, ballast: 10 },
  { name: 'bar-dev', source: 'bar', version: '2:3-1~deb12u1', changelog: '->libbar' },
  { name: 'libbar', source: 'bar', version: '2:3-1~deb12u1', changelog: BAR, ballast: 100_000 },
  { name: 'other', source: 'other', version: '9', changelog: changelogOf('other', ['9', 'CVE-2020-9999']) },
];

function installed(source: string, version: string, fields: Partial<Package> = {}): Package {
  return {
    purl: `pkg:deb/debian/${source}@${version}?arch=amd64&distro=debian-12`,
    type: 'deb',
    name: source,
    version,
    scheme: 'deb',
    source: { name: source, version },
    namespace: 'debian:12',
    location: { layer: digestOf('x'), path: 'var/lib/dpkg/status' },
    ...fields,
  };
}

function inventory(...packages: readonly Package[]): Inventory {
  return {
    image: digestOf('image'),
    platform: 'linux/amd64',
    os: { id: 'debian', version: '12', codename: 'bookworm' },
    packages,
    config: {
      environmentNames: [],
      exposedPorts: [],
      labels: {},
      historyLength: 0,
      diffIds: [],
      os: 'linux',
      architecture: 'amd64',
    },
    layers: [],
    gaps: [],
    cataloguers: [],
  };
}

const TARGET = inventory(installed('foo', '1-0'), installed('bar', '2:2-1'), installed('gone', '1'));

function request(fields: Partial<GatherRequest> = {}): GatherRequest {
  const home = join(temporaryFolder(), `home-${++runs}`);
  mkdirSync(home);
  return {
    urls: [server.url],
    namespaces: {},
    inventories: [TARGET],
    home,
    cache: join(temporaryFolder(), `cache-${runs}`),
    keyrings: [mirror.keyring],
    allowUnsigned: false,
    environment: process.env,
    fetch,
    now: () => new Date('2026-11-22T00:00:00Z'),
    idleMilliseconds: 5000,
    remark: (text) => remarks.push(text),
    ...fields,
  };
}

/** What the feed reads from what was gathered. */
async function gathered(given: GatherRequest, root?: string): Promise<ReturnType<typeof readFeed>> {
  const [file] = await gatherChangelogs(given, root);
  const bytes = readFileSync(join(given.home, file?.name ?? ''));
  assert.deepEqual([file?.sha256, file?.bytes], [digestOf(bytes), bytes.length]);
  return readFeed(debianMirror, gunzipSync(bytes), 'changelogs.json');
}

function fixes(output: ReturnType<typeof readFeed>): readonly string[] {
  return output.advisories.map(
    ({ namespace, package: name, id, ranges }) => `${namespace} ${name} ${id} ${ranges[0]?.fixed}`,
  );
}

const FOUND = [
  'debian:12 bar CVE-2020-2222 2:3-1~deb12u1',
  'debian:12 foo CVE-2023-0001 1-1',
  'debian:12 foo CVE-2023-0002 1-2',
];

async function failure(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    assert.ok(error instanceof PlimsollError, String(error));
    return `${error.code}: ${error.message}`;
  }
  return 'nothing';
}

test(
  'what a mirror has newer than the target, from the smallest package that carries the changelog',
  NEEDS,
  async () => {
    const given = request();
    const output = await gathered(given);
    assert.deepEqual(fixes(output), FOUND);
    assert.deepEqual(output.skipped, [
      'named as not affecting the package @ bar 2:3-1: CVE-2020-1111: Not affected by CVE-2020-1111. Fix CVE-2020-2222',
    ]);
    assert.deepEqual([output.covered, output.updated], [{ 'debian:12': 'part' }, '2026-11-20T00:12:41Z']);
    assert.deepEqual(output.advisories[0], {
      feed: 'debian-mirror',
      id: 'CVE-2020-2222',
      aliases: [],
      related: [],
      namespace: 'debian:12',
      package: 'bar',
      status: 'affected',
      ranges: [{ fixed: '2:3-1~deb12u1' }],
      fixState: 'fixed',
      severities: [],
      published: '2026-09-29',
      reference: 'changelog: bar (2:3-1) stable; urgency=medium',
    });
    assert.deepEqual(remarks, []);
    assert.deepEqual(server.asked.filter((path) => path.endsWith('.deb')).sort(), [
      '/pool/bar-dev_3-1~deb12u1_amd64.deb',
      '/pool/foo_1-2_amd64.deb',
      '/pool/libbar_3-1~deb12u1_amd64.deb',
    ]);
    assert.ok(!server.asked.some((path) => path.includes('other')), 'what is not installed is not fetched');

    // Again: nothing but the Release files is asked for, and the document is the same to the byte.
    const before = readFileSync(join(given.home, 'changelogs.json.gz'));
    server.asked.length = 0;
    await gatherChangelogs(given);
    assert.ok(
      server.asked.every((path) => /\/(InRelease|Release)$/.test(path)),
      server.asked.join(),
    );
    assert.deepEqual(readFileSync(join(given.home, 'changelogs.json.gz')), before);
    assert.deepEqual(readdirSync(join(given.cache, 'packages')), [], 'packages are not kept');
  },
);

test('the oldest of several installed versions counts; other releases and owned packages do not', NEEDS, async () => {
  const of = async (...packages: readonly Package[]): Promise<readonly string[]> =>
    fixes(await gathered(request({ inventories: [inventory(installed('foo', '1-2')), inventory(...packages)] })));
  assert.deepEqual(await of(installed('foo', '1-1')), [FOUND[2]]);
  assert.deepEqual(await of(installed('foo', '1-2')), []);
  assert.deepEqual(await of(installed('foo', '1-0', { ownedBy: 'pkg:deb/debian/x' })), []);
  assert.deepEqual(await of(installed('foo', 'not a version')), []);
  assert.deepEqual(await of(installed('foo', '1-0', { namespace: 'debian:11' })), []);
  assert.match(remarks.join('\n'), /bullseye: no suite is known here: debian:11 is not covered/);
  assert.match(
    await failure(
      gatherChangelogs(
        request({ inventories: [inventory(installed('foo', '1', { namespace: 'alpine:3.18', type: 'apk' }))] }),
      ),
    ),
    /^unsupported: .*no Debian package/,
  );
  assert.match(
    await failure(
      gatherChangelogs(request({ inventories: [inventory(installed('foo', '1-0', { namespace: 'debian:11' }))] })),
    ),
    /^usage: .*no suite of bullseye/,
  );
});

test('signatures: only what the keyring vouches for is taken', NEEDS, async () => {
  const text = readFileSync(join(mirror.folder, SECURITY, 'InRelease'), 'utf8');
  const files = (edit: (name: string, text: string) => string | undefined): void => {
    for (const name of ['InRelease', 'Release', 'Release.gpg']) {
      const file = join(mirror.folder, SECURITY, name);
      const changed = edit(name, readFileSync(file, 'utf8'));
      if (changed === undefined) rmSync(file);
      else writeFileSync(file, changed);
    }
  };
  const forged = (name: string, content: string): string | undefined =>
    name === 'Release.gpg' ? content : content.replace('Components: main', 'Components: evil');
  files(forged);
  for (const allowUnsigned of [false, true]) {
    assert.match(
      await failure(gatherChangelogs(request({ allowUnsigned }))),
      /^input-unreadable: .*bookworm-security: the signature does not belong to the text/,
    );
  }
  // What stands around the signed text is not part of it.
  mirror.suite(SECURITY, { packages: SECURE });
  files((name, content) => (name === 'InRelease' ? `Codename: forged\nSHA256:\n\n${content}` : content));
  assert.deepEqual(fixes(await gathered(request())), FOUND);
  // Detached, by a key in ASCII armour.
  files((name, content) => (name === 'InRelease' ? undefined : content));
  const armoured = join(temporaryFolder(), 'key.asc');
  const body = readFileSync(mirror.keyring).toString('base64').replace(/.{64}/g, '$&\n');
  writeFileSync(
    armoured,
    `-----BEGIN PGP PUBLIC KEY BLOCK-----\nComment: x\n\n${body}\n=AAAA\n-----END PGP PUBLIC KEY BLOCK-----\n`,
  );
  assert.deepEqual(fixes(await gathered(request({ keyrings: [armoured] }))), FOUND);
  // Nobody's key, no key at all, no signature at all.
  writeFileSync(join(mirror.folder, SECURITY, 'InRelease'), text);
  const other = new TestMirror(join(temporaryFolder(), 'other'));
  other.close();
  assert.match(
    await failure(gatherChangelogs(request({ keyrings: [other.keyring] }))),
    /^input-unreadable: .*no keyring has the key/,
  );
  assert.match(
    await failure(gatherChangelogs(request({ keyrings: [] }), '/nonexistent')),
    /there is no keyring to check it with/,
  );
  files((name, content) => (name === 'Release' ? content : undefined));
  assert.match(await failure(gatherChangelogs(request())), /the suite has no signature; install gpgv/);
  const output = await gathered(request({ allowUnsigned: true }));
  assert.deepEqual(fixes(output), FOUND);
  assert.match(
    remarks.join('\n'),
    /bookworm-security: a suite taken without a signature \(the suite has no signature\)/,
  );
});

test('without gpgv or sqv nothing is taken, unless it is allowed, and then it is said', NEEDS, async () => {
  const environment = { PATH: join(temporaryFolder(), 'bin') };
  assert.match(await failure(gatherChangelogs(request({ environment }))), /neither gpgv nor sqv is installed/);
  const given = request({ environment, allowUnsigned: true });
  const [file] = await gatherChangelogs(given);
  assert.match(file?.source ?? '', /bookworm \(not signed\), .*bookworm-security \(not signed\)$/);
});

test('sqv does as well', { skip: NEEDS.skip === false ? needsPrograms('sqv').skip : NEEDS.skip }, async () => {
  const bin = join(temporaryFolder(), 'only-sqv');
  mkdirSync(bin, { recursive: true });
  const program = findProgram('sqv') ?? '';
  writeFileSync(join(bin, 'sqv'), `#!/bin/sh\nexec ${program} "$@"\n`, { mode: 0o755 });
  assert.deepEqual(fixes(await gathered(request({ environment: { PATH: bin } }))), FOUND);
  assert.ok(!server.asked.some((path) => path.endsWith('InRelease')));
  writeFileSync(
    join(mirror.folder, SECURITY, 'Release'),
    `${readFileSync(join(mirror.folder, SECURITY, 'Release'), 'utf8')}\nX: y\n`,
  );
  assert.match(
    await failure(gatherChangelogs(request({ environment: { PATH: bin } }))),
    /^input-unreadable: .*the signature cannot be checked/,
  );
});

test('a mirror that lies costs what it lies about', NEEDS, async () => {
  const foo = '/pool/foo_1-2_amd64.deb';
  // Another package under the name: its digest tells.
  server.answers.set(foo, (response) => response.end(Buffer.alloc(10)));
  const lying = await gathered(request());
  assert.deepEqual(fixes(lying), [FOUND[0]]);
  assert.match(
    lying.skipped.join('\n'),
    /a newer package whose changelog cannot be had: .*foo_1-2_amd64\.deb is not the file/,
  );
  assert.match(remarks.join('\n'), /1 of 2 changelogs cannot be had: foo/);
  // More bytes than the index states are not even taken.
  server.answers.set(foo, (response) => response.end(Buffer.alloc(5_000_000)));
  assert.match((await gathered(request())).skipped.join('\n'), /larger than \d+ bytes/);
  // Gone, or somewhere else: followed, and checked as well.
  server.answers.set(foo, (response) => response.writeHead(404).end());
  assert.match((await gathered(request())).skipped.join('\n'), /foo_1-2_amd64\.deb is not there/);
  server.answers.set(foo, (response) => response.writeHead(302, { location: '/pool/foo-elsewhere' }).end());
  server.answers.set('/pool/foo-elsewhere', (response) => response.end(readFileSync(join(mirror.folder, foo))));
  assert.deepEqual(fixes(await gathered(request())), FOUND);
  server.answers.set(foo, (response) => response.writeHead(302, { location: 'file:///etc/passwd' }).end());
  assert.match(
    (await gathered(request())).skipped.join('\n'),
    /leads elsewhere: file:\/\/\/etc\/passwd is not an https/,
  );
});

test('an index that is not the one of the Release file is refused', NEEDS, async () => {
  const index = `/${SECURITY}/main/binary-amd64/Packages.gz`;
  server.answers.set(index, (response) => response.end(Buffer.alloc(readFileSync(join(mirror.folder, index)).length)));
  assert.match(await failure(gatherChangelogs(request())), /^digest-mismatch: .*Packages\.gz is not the file/);
  server.answers.set(index, (response) => response.writeHead(404).end());
  assert.match(
    await failure(gatherChangelogs(request())),
    /^input-unreadable: .*bookworm-security: the mirror has no index/,
  );
  server.answers.set(index, (response) => response.writeHead(503).end());
  assert.match(await failure(gatherChangelogs(request())), /^input-unreadable: .*503/);
});

test('hostile indexes', NEEDS, async () => {
  const alter = (from: RegExp, to: string): void => {
    mirror.suite(SECURITY, { packages: [SECURE[0] ?? assert.fail()], alter: (text) => text.replace(from, to) });
  };
  const target = [inventory(installed('foo', '1-0'))];
  for (const [from, to] of [
    [/Filename: .*/, 'Filename: ../../../etc/passwd'],
    [/Filename: .*/, 'Filename: http://example.org/x.deb'],
    [/Size: .*/, 'Size: 99999999999999999999'],
    [/SHA256: .*/, 'SHA256: 0'],
  ] as const) {
    alter(from, to);
    assert.deepEqual(fixes(await gathered(request({ inventories: target }))), [], String(to));
  }
  alter(/Size: .*/, 'Size: 999999999999');
  assert.match(
    (await gathered(request({ inventories: target }))).skipped.join(),
    /cannot be had: foo is larger than \d+ bytes/,
  );
  assert.ok(!server.asked.some((path) => /passwd|^\/\/|example/.test(path)));
});

test('indexes in xz or plain, under their digest, and suites that are out of date', NEEDS, async () => {
  for (const packing of ['.xz', '']) {
    rmSync(join(mirror.folder, SECURITY), { recursive: true });
    mirror.suite(SECURITY, {
      packages: SECURE,
      packing,
      release: { 'Acquire-By-Hash': 'yes', 'Valid-Until': 'Fri, 20 Nov 2026 01:00:00 UTC' },
    });
    assert.deepEqual(fixes(await gathered(request())), FOUND, packing);
    assert.ok(server.asked.some((path) => path.includes('/by-hash/SHA256/')));
    assert.match(remarks.join('\n'), /bookworm-security: a suite that was to be renewed by 2026-11-20T01:00:00Z/);
  }
});

test('a mirror that fails everywhere is no mirror', NEEDS, async () => {
  const names = ['a', 'b', 'c', 'd', 'e', 'f'].map((letter) => `${letter}${letter}`);
  mirror.suite(SECURITY, {
    packages: names.map((name) => ({ name, source: name, version: '2', changelog: changelogOf(name, ['2', 'x']) })),
  });
  for (const name of names)
    server.answers.set(`/pool/${name}_2_amd64.deb`, (response) => response.writeHead(500).end());
  const given = request({ inventories: [inventory(...names.map((name) => installed(name, '1')))] });
  assert.match(await failure(gatherChangelogs(given)), /^input-unreadable: debian-mirror: the mirror fails: .*500/);
  assert.deepEqual(readdirSync(given.home), []);
});

test('a suite without packages of the architecture says so', NEEDS, async () => {
  const arm = installed('foo', '1-0', { purl: 'pkg:deb/debian/foo@1-0?arch=arm64&distro=debian-12' });
  const output = await gathered(request({ inventories: [inventory(arm)] }));
  assert.deepEqual(fixes(output), []);
  assert.equal(output.skipped.filter((one) => one.startsWith('a suite without packages of arm64 @ ')).length, 2);
});

test('a keyring that is not there is named', NEEDS, async () => {
  assert.match(
    await failure(gatherChangelogs(request({ keyrings: ['/nonexistent.gpg'] }))),
    /^input-missing: the keyring \/nonexistent\.gpg/,
  );
  const wrong = join(temporaryFolder(), 'wrong.asc');
  writeFileSync(wrong, '-----BEGIN PGP MESSAGE-----\n');
  assert.match(await failure(gatherChangelogs(request({ keyrings: [wrong] }))), /^parse: .*not a keyring/);
  assert.match(
    await failure(gatherChangelogs(request({ urls: ['file://host/x'] }))),
    /^input-unreadable: file:\/\/host/,
  );
});

test('a mirror without a security suite says so', NEEDS, async () => {
  rmSync(join(mirror.folder, SECURITY), { recursive: true });
  const output = await gathered(request());
  assert.deepEqual(
    [fixes(output), output.skipped],
    [[], ['no security suite: what only that fixes is missing @ bookworm']],
  );
  assert.deepEqual(remarks, ['debian-mirror: bookworm: no security suite: what only that fixes is missing']);
});

test('a mirror in a folder', NEEDS, async () => {
  assert.deepEqual(fixes(await gathered(request({ urls: [`file://${mirror.folder}`] }))), FOUND);
  assert.deepEqual(server.asked, []);
});

test("apt's own configuration, through apt", {
  skip: NEEDS.skip === false ? needsPrograms('apt-get', 'prlimit').skip : NEEDS.skip,
}, async () => {
  const root = join(temporaryFolder(), 'root');
  mkdirSync(join(root, 'etc/apt/sources.list.d'), { recursive: true });
  const other = 'deb http://127.0.0.1:9/other nodistro main\ndeb http://127.0.0.1:9/x bookworm-backports main\n';
  writeFileSync(
    join(root, 'etc/apt/sources.list'),
    `deb [signed-by=${mirror.keyring}] ${server.url.replace('//', '//user:secret@')}/closed/ bookworm main\n${other}`,
  );
  writeFileSync(
    join(root, 'etc/apt/sources.list.d/security.sources'),
    `Types: deb\nURIs: ${server.url}\nSuites: bookworm-security\nComponents: main\nSigned-By: ${mirror.keyring}\n`,
  );
  const given = request({ urls: [], keyrings: [] });
  assert.deepEqual(fixes(await gathered(given, root)), FOUND);
  const kept = gunzipSync(readFileSync(join(given.home, 'changelogs.json.gz'))).toString();
  assert.ok(kept.includes('/closed') && !kept.includes('secret'), 'passwords are not kept');
  assert.ok(server.asked.includes('/closed/dists/bookworm/InRelease'));

  // apt would take what the server sends.
  server.answers.set('/pool/foo_1-2_amd64.deb', (response) => response.end(Buffer.alloc(5_000_000)));
  assert.match(
    (await gathered(request({ urls: [], keyrings: [] }), root)).skipped.join(),
    /cannot be had: .*larger than \d+ bytes/,
  );

  rmSync(join(mirror.folder, SECURITY), { recursive: true });
  assert.match(
    await failure(gatherChangelogs(request({ urls: [], keyrings: [] }), root)),
    /^input-unreadable: .*bookworm-security: the mirror has no such suite/,
  );
  writeFileSync(join(root, 'etc/apt/sources.list'), '');
  rmSync(join(root, 'etc/apt/sources.list.d/security.sources'));
  assert.match(
    await failure(gatherChangelogs(request({ urls: [] }), root)),
    /^usage: .*among the sources of apt; name a mirror/,
  );
  assert.ok(existsSync(root));
});
