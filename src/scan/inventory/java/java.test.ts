import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { test } from 'node:test';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { needsPrograms } from '../../../../test/support/needs.ts';
import { LimitError, ParseError } from '../../../platform/errors.ts';
import { LIMITS } from '../../../platform/limits.ts';
import { makeZip, type TestMember } from '../../../platform/test-zip.ts';
import { dpkg } from '../dpkg/index.ts';
import { markOwned } from '../owner-rule.ts';
import { header, layer, located, readTree } from '../test-facts.ts';
import { type JavaArchive, readArchive } from './archive.ts';
import { java } from './index.ts';

const CLASS = { path: 'org/a/B.class', content: 'class' };

function pom(group: string, artifact: string, version: string, folder = ''): TestMember {
  const path = `${folder}META-INF/maven/${group}/${artifact}/pom.properties`;
  return {
    path,
    content: `#Generated\ngroupId=${group}\nartifactId=${artifact}\nversion=${version}\n`,
    deflated: true,
  };
}

function jar(...members: readonly TestMember[]): Buffer {
  return makeZip([{ path: 'META-INF/MANIFEST.MF', content: 'Manifest-Version: 1.0\n' }, CLASS, ...members]);
}

/** `PATH NAME VERSION` of each package of one archive, and what could not be told. */
function contents(
  path: string,
  body: Uint8Array,
): { readonly packages: readonly string[]; readonly problems: readonly string[] } {
  const { data, problems = [] } = java.read?.(body, header(path, { size: body.length })) ?? {};
  if (data === undefined) return { packages: [], problems };
  const found = java.packages([located(path, data)], undefined);
  return {
    packages: found.packages.map(({ location, name, version }) => `${location.path} ${name} ${version}`),
    problems: [...problems, ...(found.problems ?? []).map(({ reason }) => reason)],
  };
}

test('an artifact becomes a package', () => {
  const { data } = java.read?.(jar(pom('org.a', 'b', '1.0')), header('opt/b-1.0.jar')) ?? {};
  assert.deepEqual(java.packages([located('opt/b-1.0.jar', data)], undefined), {
    packages: [
      {
        purl: 'pkg:maven/org.a/b@1.0',
        type: 'maven',
        name: 'org.a:b',
        version: '1.0',
        scheme: 'maven',
        namespace: 'maven',
        location: { layer: layer('one'), path: 'opt/b-1.0.jar' },
      },
    ],
    problems: [],
  });
});

test('archives within archives, stored and deflated, and shaded parts are found where they are', () => {
  const shaded = jar(
    pom('g', 'own', '1'),
    pom('g', 'part', '2'),
    pom('g', 'part', '2'),
    pom('g', 'old', '3', 'BOOT-INF/classes/'),
  );
  const war = jar(
    { path: 'WEB-INF/lib/own-1.jar', content: shaded, deflated: true },
    { path: 'WEB-INF/lib/oro-2.0.8.jar', content: jar() },
  );
  const ear = makeZip([
    { path: 'shop.war', content: war },
    { path: 'lib/notes.jar', content: 'no archive' },
  ]);
  assert.deepEqual(contents('srv/shop.ear', ear), {
    packages: [
      'srv/shop.ear!/shop.war!/WEB-INF/lib/own-1.jar g:own 1',
      'srv/shop.ear!/shop.war!/WEB-INF/lib/own-1.jar g:part 2',
      'srv/shop.ear!/shop.war!/WEB-INF/lib/own-1.jar g:old 3',
      'srv/shop.ear!/shop.war!/WEB-INF/lib/oro-2.0.8.jar oro 2.0.8',
    ],
    problems: [
      'an archive without a known group, which no advisory can be looked up for: oro 2.0.8',
      'an archive that does not say what it is: "shop.war"',
    ],
  });
});

test('what could not be told is said once a file', () => {
  const inner = (name: string): TestMember => ({ path: `lib/${name}`, content: jar() });
  const many = makeZip([1, 2, 3, 4, 5, 6, 7].map((version) => inner(`a-${version}.0.jar`)).concat(inner('b.jar')));
  assert.deepEqual(contents('x.zip.war', many).problems, [
    '7 archives without a known group, which no advisory can be looked up for: a 1.0, a 2.0, a 3.0, a 4.0, a 5.0 and 2 more',
    'an archive that does not say what it is: "b.jar"',
  ]);
});

test('archives without classes and without parts are nothing; with a launch script before them they are read', () => {
  assert.deepEqual(contents('a-1.0.jar', makeZip([{ path: 'notes.txt' }])), { packages: [], problems: [] });
  const script = Buffer.concat([Buffer.from('#!/bin/sh\nexec java -jar "$0"\n'), jar(pom('g', 'a', '1'))]);
  assert.deepEqual(contents('a.jar', script).packages, ['a.jar g:a 1']);
});

test('a file that is no archive is nothing, a damaged one is a problem', () => {
  assert.deepEqual(java.read?.(Buffer.from('Rar!\x1a\x07\x01\x00 and more of it'), header('a.rar')), {});
  assert.deepEqual(java.read?.(Buffer.alloc(0), header('a.jar')), {});
  assert.throws(() => java.read?.(jar().subarray(0, 80), header('a.jar')), ParseError);
});

test('the target of a hard link is no package at its own place', () => {
  const { data } = java.read?.(jar(pom('g', 'a', '1')), header('blob')) ?? {};
  assert.deepEqual(java.packages([located('blob', data)], undefined).packages, []);
  const { packages } = java.packages([located('opt/a.jar', data)], undefined);
  assert.equal(packages.length, 1);
});

test('a package is of the layer that brought this version', () => {
  const facts = (version: string): JavaArchive => ({ archives: [{ poms: [{ group: 'g', artifact: 'a', version }] }] });
  const fact = located('a.jar', facts('2'), layer('three'), [
    { layer: layer('one'), data: facts('1') },
    { layer: layer('two'), data: facts('2') },
  ]);
  assert.equal(java.packages([fact], undefined).packages[0]?.location.layer, layer('two'));
});

const BAD: readonly (readonly [string, TestMember, RegExp])[] = [
  ['an encrypted part', { ...pom('g', 'x', '1'), flags: 1 }, /pom\.properties": an encrypted member/],
  ['a part that states nothing', { ...pom('g', 'x', '1'), content: 'a=b' }, /does not state group/],
  ['a large part', { ...pom('g', 'x', '1'), content: 'a'.repeat(70_000) }, /70000 bytes/],
  ['a damaged inner archive', { path: 'lib/a.jar', content: jar().subarray(0, 80) }, /"lib\/a\.jar": damaged zip/],
  ['an encrypted inner archive', { path: 'lib/a.jar', content: jar(), flags: 1 }, /encrypted/],
  ['a bomb', { path: 'lib/a.jar', content: Buffer.alloc(2 ** 21), deflated: true }, /300 times its size/],
  ['a member within another', { path: 'b', claims: { offset: 40 } }, /"b": it begins within another member/],
  [
    'a large inner archive',
    { path: 'lib/a.jar', claims: { size: 2 ** 28, packed: 2 ** 27 } },
    /268435456 bytes, more than/,
  ],
  ['a long path', { path: `${'a/'.repeat(3000)}a.jar`, content: jar() }, /a path of more than 4096/],
];

for (const [what, member, message] of BAD) {
  test(`${what} is a problem, and costs no other`, () => {
    const { packages, problems } = contents('a.jar', jar(pom('g', 'own', '1'), member, pom('g', 'last', '2')));
    assert.deepEqual(packages.map((text) => text.split(' ')[1]).sort(), ['g:last', 'g:own']);
    assert.match(problems.join('\n'), message);
    assert.ok(problems.length <= 2, 'a false size makes members overlap, too');
  });
}

test('nesting is read to the limit, and what lies deeper is a problem', () => {
  const nested = (depth: number): Buffer =>
    depth === 0
      ? jar(pom('g', 'deepest', '1'))
      : jar({ path: `${depth}.jar`, content: nested(depth - 1) }, pom('g', `at${depth}`, '1'));
  assert.equal(contents('a.jar', nested(LIMITS.archiveNesting)).packages.length, LIMITS.archiveNesting + 1);
  const { packages, problems } = contents('a.jar', nested(LIMITS.archiveNesting + 1));
  assert.equal(packages.length, LIMITS.archiveNesting + 1);
  assert.match(problems.join('\n'), /more than 6 archives within each other/);
});

/** The directory of an archive once more for each offset: members that share one local header and its content. */
function manyTimes(inner: Buffer, times: number): Buffer {
  const member = { path: 'a.jar', content: inner };
  const claims = { offset: 0, packed: inner.length, size: inner.length, crc: crc32(inner) };
  return makeZip([member, ...Array.from({ length: times }, () => ({ path: 'a.jar', claims }))]);
}

test('one inner archive that the directory lists many times does not multiply the work', () => {
  const inner = makeZip(Array.from({ length: 5000 }, (_nothing, place) => ({ path: `${place}.class` })));
  const start = performance.now();
  const { problems } = readArchive(manyTimes(inner, 20_000)) ?? { problems: [] };
  assert.match(problems.join('\n'), /begins within another member[\s\S]*more than 500000 members/);
  assert.ok(performance.now() - start < 10_000);
});

test('archives that hold themselves many times end at the bounds', () => {
  let bomb = jar(pom('g', 'a', '1'));
  for (let depth = 0; depth < LIMITS.archiveNesting; depth += 1) bomb = manyTimes(bomb, 20);
  const { data, problems } = readArchive(bomb) ?? { data: { archives: [] }, problems: [] };
  assert.ok(data.archives.length <= LIMITS.archiveParts);
  assert.match(problems.at(-1) ?? '', /more than 10000 archives and parts/);
});

test('what is unpacked is bounded in all', () => {
  const inner = makeZip([{ path: 'a', content: Buffer.alloc(2 ** 26, 'abcdefgh') }]);
  const most = Math.floor(LIMITS.archiveUnpackedBytes / inner.length);
  const { data, problems } = readArchive(manyTimes(inner, most)) ?? { data: { archives: [] }, problems: [] };
  assert.deepEqual(data.archives, []);
  assert.match(problems.at(-1) ?? '', /more than 536870912 unpacked bytes/);
});

test('whatever happens to the bytes of an archive, only ParseError or LimitError comes out', () => {
  const whole = jar(pom('g', 'a', '1'), { path: 'lib/b.jar', content: jar(pom('g', 'b', '2')), deflated: true });
  fc.assert(
    fc.property(fc.nat(whole.length - 1), fc.uint8Array({ maxLength: 9 }), fc.nat(9), (at, noise, length) => {
      const changed = Buffer.concat([whole.subarray(0, at), noise, whole.subarray(at + length)]);
      try {
        contents('a.jar', changed);
      } catch (error) {
        assert.ok(error instanceof ParseError || error instanceof LimitError, String(error));
      }
    }),
    { numRuns: 2000 },
  );
});

test('archives that jar made, one in another', needsPrograms('jar'), () => {
  withFolder((folder) => {
    const run = (...arguments_: readonly string[]): void => {
      const { status, stderr } = spawnSync('jar', arguments_, { cwd: folder, encoding: 'utf8' });
      assert.equal(status, 0, stderr);
    };
    for (const [part, version] of [
      ['inner', '1.0'],
      ['outer', '2.0'],
    ] as const) {
      const meta = join(folder, part, 'META-INF/maven/org.example', part);
      mkdirSync(meta, { recursive: true });
      writeFileSync(
        join(meta, 'pom.properties'),
        `version=${version}\r\ngroupId=org.example\r\nartifactId=${part}\r\n`,
      );
      writeFileSync(join(folder, part, 'A.class'), 'x'.repeat(10_000));
    }
    run('-c', '-f', 'outer/inner.jar', '-C', 'inner', '.');
    run('-c', '-f', 'deflated.jar', '-C', 'outer', '.');
    run('-c', '-0', '-f', 'stored.jar', '-C', 'outer', '.');
    const { facts, problems } = readTree(java, folder);
    assert.deepEqual(problems, []);
    const found = java
      .packages(facts, undefined)
      .packages.map(({ location, name, version }) => `${location.path} ${name} ${version}`);
    assert.deepEqual(found.sort(), [
      'deflated.jar org.example:outer 2.0',
      'deflated.jar!/inner.jar org.example:inner 1.0',
      'outer/inner.jar org.example:inner 1.0',
      'stored.jar org.example:outer 2.0',
      'stored.jar!/inner.jar org.example:inner 1.0',
    ]);
  });
});

const REPOSITORY = join(homedir(), '.m2/repository');

test("what lies in Maven's local repository is what its path says", {
  skip: needsPrograms('unzip').skip || (existsSync(REPOSITORY) ? false : "needs Maven's local repository"),
}, () => {
  const { facts, problems } = readTree(java, REPOSITORY);
  assert.deepEqual(problems, []);
  assert.ok(facts.length > 0);
  const { packages } = java.packages(facts, undefined);
  for (const { path } of facts) {
    if (/-(?:sources|javadoc)\.jar$/.test(path)) continue;
    const [version = '', artifact = '', ...group] = dirname(path).split('/').reverse();
    const here = packages
      .filter(({ location }) => location.path === path)
      .map((found) => `${found.name} ${found.version}`);
    const known = `${group.reverse().join('.')}:${artifact} ${version}`;
    assert.ok(here.includes(known) || here.includes(`${artifact} ${version}`), `${path}: ${here.join(', ')}`);
    if (here.includes(known)) continue;
    // Without a group: none was stated.
    assert.doesNotMatch(
      spawnSync('unzip', ['-Z1', join(REPOSITORY, path)], { encoding: 'utf8' }).stdout,
      /pom\.properties/,
    );
  }
});

const MAVEN = '/usr/share/maven/lib';

test("Maven's own archives hold what their pom.properties state", {
  skip: needsPrograms('unzip').skip || (existsSync(MAVEN) ? false : `needs ${MAVEN}`),
}, () => {
  for (const name of readdirSync(MAVEN).filter((file) => file.endsWith('.jar')))
    agreesWithUnzip(realpathSync(join(MAVEN, name)));
});

const DEBIAN = '/usr/share/java';

test('what dpkg installed has its owner', needsPrograms('dpkg-query'), (context) => {
  if (!existsSync(DEBIAN)) return context.skip(`needs ${DEBIAN}`);
  const { owned = new Map<string, string>() } = dpkg.packages(readTree(dpkg, '/', 'var/lib/dpkg').facts, undefined);
  const { packages } = java.packages(readTree(java, '/', DEBIAN.slice(1)).facts, undefined);
  const paths = packages.map((found) => `/${found.location.path}`);
  const { stdout } = spawnSync('dpkg-query', ['--search', ...paths], { encoding: 'utf8' });
  const theirs = new Set(stdout.split('\n').map((line) => line.slice(line.indexOf(': ') + 2)));
  assert.ok(packages.length > 0);
  for (const found of markOwned(packages, owned)) {
    assert.equal(found.ownedBy !== undefined, theirs.has(`/${found.location.path}`), found.location.path);
  }
});

test("Debian's log4j", needsPrograms('apt-get', 'dpkg-deb', 'unzip'), (context) => {
  withFolder((folder) => {
    const { status } = spawnSync('apt-get', ['download', '-q', 'liblog4j2-java'], { cwd: folder });
    const [archive] = readdirSync(folder);
    if (status !== 0 || archive === undefined) return context.skip("needs Debian's liblog4j2-java");
    assert.equal(spawnSync('dpkg-deb', ['-x', archive, 'root'], { cwd: folder }).status, 0);
    const { facts, problems } = readTree(java, folder);
    assert.deepEqual(problems, []);
    const { packages } = java.packages(facts, undefined);
    const core = packages.filter((found) => found.name === 'org.apache.logging.log4j:log4j-core');
    assert.equal(core.length, 1);
    assert.equal(core[0]?.version, /_([\d.]+)/.exec(archive)?.[1]);
    for (const { path } of facts) agreesWithUnzip(join(folder, path));
  });
});

/** The coordinates in an archive's pom.properties, by unzip, are among ours. */
function agreesWithUnzip(file: string): void {
  const { stdout } = spawnSync('unzip', ['-p', file, 'META-INF/maven/*/pom.properties'], { encoding: 'latin1' });
  const field = (name: string): readonly string[] =>
    [...stdout.matchAll(new RegExp(`^${name}=(\\S*)`, 'gm'))].map(([, value = '']) => value);
  const artifacts = field('artifactId');
  const versions = field('version');
  const theirs = field('groupId').map((group, index) => `${group}:${artifacts[index]} ${versions[index]}`);
  const { facts } = readTree(java, dirname(file));
  const ours = java
    .packages(
      facts.filter(({ path }) => path === basename(file)),
      undefined,
    )
    .packages.map(({ name, version }) => `${name} ${version}`);
  assert.deepEqual(ours.filter((text) => text.includes(':')).sort(), theirs.sort(), file);
}

function withFolder(work: (folder: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-java-'));
  try {
    work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
