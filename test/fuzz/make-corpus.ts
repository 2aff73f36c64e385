// Writes the corpus's binary inputs with the makers that tests use, and the assessments; the texts among the corpus are written by hand. Run again when
// a format that we make ourselves (advisory set, store, assessment) changes. The makers give the same bytes every time, but for SQLite's files and keys.
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { packTar } from '../../demo/image/tar.ts';
import { listedFigures } from '../../src/explain/history.ts';
import { statisticsOf } from '../../src/explain/statistics.ts';
import { plainSecret, testDatabase, testSnapshot, testWal } from '../../src/operate/encryption/etcd/test-files.ts';
import { signEnvelope } from '../../src/platform/dsse.ts';
import { openStore } from '../../src/platform/store.ts';
import { makeZip } from '../../src/platform/test-zip.ts';
import { zipContent, zipMembers, zipOf } from '../../src/platform/zip.ts';
import { bundleOf } from '../../src/publish/bundle/contents.ts';
import { STATEMENT_TYPE, statementText } from '../../src/publish/bundle/statement.ts';
import { assessmentJson } from '../../src/publish/json/write.ts';
import { findFeed } from '../../src/scan/advisory/registry.ts';
import { buildAdvisorySet } from '../../src/scan/advisory/set/build.ts';
import { exportLines } from '../../src/scan/advisory/set/export-lines.ts';
import { openAdvisorySet } from '../../src/scan/advisory/set/open.ts';
import { ASSESSMENT_MIGRATIONS, saveAssessment } from '../../src/scan/assess/assessment-store.ts';
import { readLayer } from '../../src/scan/image/layer/read-layer.ts';
import { makeSif, makeSquashfs } from '../../src/scan/image/squashfs/test-squashfs.ts';
import { ELF_KINDS, elfProgram } from '../../src/scan/inventory/elf/test-elf.ts';
import { newProgram, oldProgram } from '../../src/scan/inventory/go/test-go-program.ts';
import { INVENTORY_MIGRATIONS, inventoryStore } from '../../src/scan/inventory/inventory-store.ts';
import { CATALOGUERS } from '../../src/scan/inventory/registry.ts';
import {
  bdbDatabase,
  headerBlob,
  ndbDatabase,
  sqliteDatabase,
  type TestHeader,
} from '../../src/scan/inventory/rpm/test-databases.ts';
import { type MadeImage, makeImage, makeIndex, makeTar } from '../support/oci-layout.ts';
import { sampleAssessment } from '../support/sample-assessment.ts';
import { bundleInput, comparisonText, testPage } from '../support/sample-bundle.ts';
import { CORPUS } from './corpus.ts';

/** Which files of a bundle are inputs of which target. */
const BUNDLE_INPUTS: readonly (readonly [target: string, path: RegExp])[] = [
  ['bundle', /^(?:assessment|bundle)\.json$/],
  ['bundle-checksums', /^SHA256SUMS$/],
  ['bundle-csv', /^findings\.csv$/],
  ['bundle-csv-statistics', /^statistics\.csv$/],
  ['bundle-csv-images', /^images\.csv$/],
  ['bundle-workbook', /\.xlsx$/],
  ['bundle-report', /^report\.html$/],
  ['bundle-overview', /^index\.html$/],
  ['bundle-sarif', /\.sarif$/],
  ['bundle-cyclonedx', /\.cdx\.json$/],
  ['bundle-spdx', /\.spdx\.json$/],
  ['bundle-openvex', /\.openvex\.json$/],
  ['bundle-csaf', /^csaf\/.*\.json$/],
  ['assessment-file', /^assessment\.json$/],
];

const work = mkdtempSync(join(tmpdir(), 'plimsoll-corpus-'));
try {
  images();
  programs();
  archives();
  rpmDatabases();
  await kept();
  bundles();
  etcdFiles();
} finally {
  rmSync(work, { recursive: true, force: true });
}

function put(target: string, name: string, content: string | Uint8Array): void {
  mkdirSync(join(CORPUS, target), { recursive: true });
  writeFileSync(join(CORPUS, target, name), content);
}

function images(): void {
  const layer = packTar([
    { path: 'etc/', type: 'dir' },
    { path: 'etc/os-release', body: 'ID=alpine\nVERSION_ID=3.15.0\n' },
    { path: 'lib/apk/db/installed', body: 'P:zlib\nV:1.2.12-r0\nA:x86_64\no:zlib\n\n' },
    { path: 'bin/sh', type: 'symlink', link: '/bin/busybox' },
    { path: 'bin/ash', type: 'hardlink', link: 'bin/busybox' },
    { path: 'a'.repeat(120), body: 'long', pax: { 'SCHILY.xattr.security.capability': '\u0001' } },
    { path: 'etc/.wh.gone', body: '' },
  ]);
  put('layer-tar', 'layer.tar', layer);
  put('layer-tar', 'sparse.tar', gnuArchive());
  put('layer-packed', 'layer.tar.gz', gzipSync(layer));
  put('layer-packed', 'layer.tar.zst', zstdCompressSync(layer));
  put(
    'layer-packed',
    'two-members.tar.gz',
    Buffer.concat([gzipSync(layer.subarray(0, 700)), gzipSync(layer.subarray(700))]),
  );
  put('layer-packed-tar', 'layer.tar', layer);
  const image = makeImage({
    layers: [makeTar({ a: 'b' })],
    run: { User: 'a', Env: ['PATH=/bin'], Labels: { a: 'b' } },
  });
  const index = makeIndex([{ image, more: { platform: { os: 'linux', architecture: 'arm64', variant: 'v8' } } }]);
  put('manifest', 'image.json', image[0].bytes);
  put('manifest', 'index.json', index[0].bytes);
  put('image-config', 'config.json', image[1]?.bytes ?? '');
  put('oci-archive', 'image.tar', layoutArchive(image));
  const config = image[1]?.bytes ?? Buffer.alloc(0);
  const list = JSON.stringify([{ Config: 'config.json', RepoTags: ['a:1'], Layers: ['a/layer.tar'] }]);
  put(
    'docker-archive',
    'image.tar',
    packTar([
      { path: 'manifest.json', body: list },
      { path: 'config.json', body: config },
      { path: 'a/layer.tar', body: 'layer' },
      { path: 'b/layer.tar', type: 'symlink', link: '../a/layer.tar' },
    ]),
  );
}

/** A long name and a sparse file as GNU tar writes them. */
function gnuArchive(): Buffer {
  const name = 'long/'.repeat(30);
  const archive = Buffer.concat([
    packTar([{ path: 'L', body: `${name}\0` }]).subarray(0, 1024),
    packTar([{ path: 'short', body: 'x' }]),
  ]);
  archive.write('L', 156, 'latin1');
  const sparse = packTar([{ path: 'sparse', body: 'x'.repeat(512) }]);
  sparse.write('S', 156, 'latin1');
  sparse.write('ustar  \0', 257, 'latin1');
  sparse.fill(0, 345, 512);
  sparse.write('00000001000\x0000000001000\0', 386, 'latin1');
  sparse.write('00000002000\0', 483, 'latin1');
  const all = Buffer.concat([archive.subarray(0, 2048), sparse]);
  return withSums(all);
}

function withSums(archive: Buffer): Buffer {
  for (let at = 0; at + 512 <= archive.length; at += 512) {
    if (archive.toString('latin1', at + 257, at + 262) !== 'ustar') continue;
    archive.write('        ', at + 148, 'latin1');
    const sum = archive.subarray(at, at + 512).reduce((total, byte) => total + byte, 0);
    archive.write(`${sum.toString(8).padStart(6, '0')}\0 `, at + 148, 'latin1');
  }
  return archive;
}

function layoutArchive(image: MadeImage): Buffer {
  const [manifest, ...rest] = image;
  const entry = { mediaType: manifest.mediaType, digest: manifest.digest, size: manifest.bytes.length };
  return packTar([
    { path: 'oci-layout', body: '{"imageLayoutVersion":"1.0.0"}' },
    { path: 'index.json', body: JSON.stringify({ schemaVersion: 2, manifests: [entry] }) },
    ...[manifest, ...rest].map((blob) => ({
      path: `blobs/sha256/${blob.digest.slice('sha256:'.length)}`,
      body: blob.bytes,
    })),
  ]);
}

function programs(): void {
  const build = {
    version: 'go1.21.5',
    text: 'path\texample.org/a\nmod\texample.org/a\tv1.2.3\th1:x=\ndep\tgolang.org/x/net\tv0.1.0\th1:y=\n=>\t./net\t(devel)\t\nbuild\tGOOS=linux\n',
  };
  const crates = JSON.stringify({ packages: [{ name: 'ripgrep', version: '13.0.0', source: 'local', root: true }] });
  for (const [place, kind] of ELF_KINDS.entries()) {
    put('go-program', `new-${place}`, newProgram(kind, build));
    put('go-program', `old-${place}`, oldProgram(kind, { ...build, version: 'go1.16.3' }));
    put(
      'cargo-program',
      `audited-${place}`,
      elfProgram(kind, { sections: [{ name: '.dep-v0', bytes: deflateSync(crates) }] }),
    );
  }
}

function archives(): void {
  const pom = { path: 'META-INF/maven/g/a/pom.properties', content: 'groupId=g\nartifactId=a\nversion=1.0\n' };
  const manifest = { path: 'META-INF/MANIFEST.MF', content: 'Manifest-Version: 1.0\nImplementation-Version: 1.0\n\n' };
  const inner = makeZip([manifest, { path: 'org/b/B.class', content: 'x' }]);
  put('jar', 'plain.jar', makeZip([pom, manifest]));
  put(
    'jar',
    'nested.war',
    makeZip([manifest, { path: 'WEB-INF/lib/b-2.0.jar', content: inner }, { ...pom, deflated: true }]),
  );
  put('python-egg', 'a.egg', makeZip([{ path: 'EGG-INFO/PKG-INFO', content: 'Name: a\nVersion: 1\n' }]));
  put(
    'zip',
    'two.zip',
    makeZip([
      { path: 'a', content: 'stored' },
      { path: 'b', content: 'deflated deflated', deflated: true },
    ]),
  );
  const system = makeSquashfs([
    { name: 'etc', children: [{ name: 'os-release', body: 'ID=alpine\nVERSION_ID=3.18.9\n' }] },
    { name: 'link', link: 'etc/os-release' },
    { name: 'ping', body: Buffer.alloc(5000, 'ping'), capable: true, mode: 0o755 },
  ]);
  put('squashfs', 'system.squashfs', system);
  put('sif', 'system.sif', makeSif([{ kind: 0x4004, body: system, partition: [1, 2, '02'] }]));
  // Three literals, a match that repeats them, five literals.
  // `xz --check=crc32` of 78 bytes of text; the chunks in it begin behind its heads.
  const xz = Buffer.from(
    '/Td6WFoAAAFpIt42AgAhARYAAAB0L+Wj4ABNADBdADmbyfLnULjF4lzC4E8uEttFiUNRdSFstAq9j7it+lH61zWYOmaaEkdsQV62RDd0AACrIg' +
      'gfAAFITrEcQomQQpkNAQAAAAABWVo=',
    'base64',
  );
  put('xz-block', 'text.xz', xz);
  put('lzma2-chunks', 'text.lzma2', xz.subarray(12 + ((xz[12] ?? 0) + 1) * 4));
  put('lzma2-chunks', 'stored.lzma2', Buffer.from([1, 0, 4, ...Buffer.from('hello'), 0]));
  // Four literals, a match of six that repeats them, the end.
  put('lzo-block', 'match.lzo', Buffer.from('\x15abcd\xac\x00\x11\x00\x00', 'latin1'));
  put('lz4-block', 'match.lz4', Buffer.from('4abc\x03\x00Phello', 'latin1'));
  const osv = readFileSync(join(CORPUS, 'feed-osv', 'valid.json'));
  put(
    'feed-input',
    'records.zip',
    makeZip([
      { path: 'a.json', content: osv },
      { path: 'b/c.json', content: '{}', deflated: true },
    ]),
  );
  put('feed-input', 'records.tar.gz', gzipSync(packTar([{ path: 'a.json', body: osv }])));
  put('feed-input', 'records.tar', packTar([{ path: 'a.json', body: osv }]));
  put('feed-input', 'record.json.zst', zstdCompressSync(osv));
  const changelog =
    'zlib (1:1.2.13-1) unstable; urgency=medium\n\n  * First\n\n -- A <a@example.org>  Tue, 29 Sep 2026 08:59:07 +0700\n';
  const files = packTar([{ path: './usr/share/doc/zlib1g/changelog.Debian.gz', body: gzipSync(changelog) }]);
  put('debian-package', 'gz.deb', debianPackage('data.tar.gz', gzipSync(files)));
  put('debian-package', 'plain.deb', debianPackage('data.tar', files));
}

function debianPackage(name: string, data: Buffer): Buffer {
  const member = (title: string, body: Buffer): Buffer => {
    const head = `${title.padEnd(16)}${'0'.padEnd(12)}${'0'.padEnd(6)}${'0'.padEnd(6)}${'100644'.padEnd(8)}${String(body.length).padEnd(10)}\`\n`;
    return Buffer.concat([Buffer.from(head), body, Buffer.alloc(body.length % 2, '\n')]);
  };
  return Buffer.concat([Buffer.from('!<arch>\n'), member('debian-binary', Buffer.from('2.0\n')), member(name, data)]);
}

function rpmDatabases(): void {
  const header: TestHeader = {
    name: 'npm',
    version: '1',
    release: '2',
    epoch: 3,
    arch: 'noarch',
    sourceRpm: 'npm-1-2.src.rpm',
    baseNames: ['package.json', 'a', 'package.json'],
    dirNames: ['/a/', '/b/'],
    dirIndexes: [0, 1, 1],
    modularityLabel: 'nodejs:12:1:x',
  };
  const blobs = [headerBlob(header), headerBlob({ ...header, name: 'long', dirNames: ['/', `/${'x'.repeat(1500)}/`] })];
  const many = Array.from({ length: 30 }, (_nothing, place) => headerBlob({ ...header, name: `p${place}` }));
  put('rpm-sqlite', 'small', sqliteDatabase(blobs, 'pragma page_size = 512'));
  put('rpm-sqlite', 'tree', sqliteDatabase(many, 'pragma page_size = 512'));
  put('rpm-ndb', 'small', ndbDatabase(blobs));
  put('rpm-bdb', 'little', bdbDatabase(blobs, 'LE', 512));
  put('rpm-bdb', 'big', bdbDatabase([...blobs, headerBlob({}).subarray(0, 40)], 'BE', 512));
  put('rpm-write-ahead-log', 'log', writeAheadLog());
}

function writeAheadLog(): Buffer {
  const path = join(work, 'rpm');
  const database = new DatabaseSync(path);
  database.exec(
    'pragma page_size = 512; pragma journal_mode = wal; create table Packages (hnum INTEGER PRIMARY KEY, blob BLOB)',
  );
  const log = readFileSync(`${path}-wal`);
  database.close();
  return log;
}

async function kept(): Promise<void> {
  const assessment = sampleAssessment();
  put('assessment', 'sample.json', assessmentJson(assessment, statisticsOf(assessment)));
  const set = join(work, 'set');
  const inputs = ['alpine-secdb', 'osv', 'kev', 'epss', 'nvd', 'eol', 'vulnrichment'].map((id) => {
    const feed = findFeed(id);
    if (feed === undefined) throw new RangeError(id);
    const ending = id === 'eol' ? 'yaml' : id === 'epss' ? 'csv' : 'json';
    const path = join(
      work,
      id === 'vulnrichment' ? 'CVE-2021-44228.json' : id === 'nvd' ? 'nvdcve-2.0-2024.json' : `${id}.${ending}`,
    );
    writeFileSync(
      path,
      readFileSync(
        join(CORPUS, `feed-${id}`, id === 'eol' ? 'valid.yaml' : id === 'epss' ? 'valid.csv' : 'valid.json'),
      ),
    );
    return { feed, path, source: id };
  });
  await buildAdvisorySet(inputs, set, { builtAt: '2026-01-01T00:00:00Z' });
  put('advisory-set', 'set', readFileSync(set));
  const opened = openAdvisorySet(set);
  put('advisory-export', 'export.jsonl', [...exportLines(opened)].join(''));
  opened.close();
  const file = join(work, 'store');
  const store = await openStore(file, [...INVENTORY_MIGRATIONS, ...ASSESSMENT_MIGRATIONS]);
  await saveAssessment(store, assessment, listedFigures(assessment, statisticsOf(assessment)), new Date(0));
  const report = await readLayer(() => [packTar([{ path: 'etc/os-release', body: 'ID=alpine\n' }])], {
    readers: CATALOGUERS,
  });
  await inventoryStore(store, ['apk@2']).saveReport({ ...report, digest: `sha256:${'1'.repeat(64)}` });
  await store.close();
  put('store', 'store', readFileSync(file));
  put('listing', 'listing', report.listing);
}

/** The files of a bundle of two images, and what goes into one. */
function bundles(): void {
  const sample = sampleAssessment();
  const images = sample.images.slice(0, 2);
  const isShown = (slot: string): boolean => images.some((image) => image.slot === slot);
  const isTheirs = (digest: string): boolean => images.some((image) => image.digest === digest);
  const assessment = {
    ...sample,
    images,
    findings: sample.findings.filter(({ slot }) => isShown(slot)),
    packages: sample.packages.filter(({ image }) => isTheirs(image)),
    inventories: sample.inventories.filter(({ digest }) => isTheirs(digest)),
  };
  const { files } = bundleOf(bundleInput({ assessment }), testPage);
  for (const [target, pattern] of BUNDLE_INPUTS) {
    for (const { path, content } of files) if (pattern.test(path)) put(target, path.replace(/.*\//, ''), content);
  }
  const workbook = files.find(({ path }) => path.endsWith('.xlsx'));
  const archive = zipOf(Buffer.from(workbook?.content ?? ''));
  const members = [...zipMembers(archive, 100)].filter(({ path }) => /sheet|strings|workbook\.xml$/i.test(path));
  const stored = members.map((member) => ({ path: member.path, content: zipContent(archive, member, 2 ** 20) }));
  put('bundle-workbook', 'stored.xlsx', makeZip(stored));
  put('bundle-comparison', 'comparison.json', comparisonText(sample));
  const { privateKey } = generateKeyPairSync('ed25519');
  const payload = statementText([{ path: 'a', sha256: '0'.repeat(64) }], {
    release: { name: 'a', version: '1' },
    asOf: '2022-04-06',
    audience: 'public',
    assessment: sample.id,
  });
  put('bundle-statement', 'statement.json', payload);
  put('bundle-envelope', 'envelope.json', signEnvelope({ type: STATEMENT_TYPE, payload }, privateKey));
  for (const [name, key] of [
    ['ed25519.pem', createPublicKey(privateKey)],
    ['p-256.pem', generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey],
  ] as const) {
    put('verification-key', name, key.export({ type: 'spki', format: 'pem' }));
  }
}

/** Databases with a branch, history and free pages, a snapshot, a segment of the WAL, and an object as it is stored. */
function etcdFiles(): void {
  const key = (name: string): string => `/registry/secrets/demo/${name}`;
  const sealed = 'k8s:enc:aescbc:v1:key1:0123456789abcdef0123456789abcdef';
  const secret = plainSecret('demo', 'a');
  const revisions = [
    ...['a', 'b', 'c', 'd'].map((name) => ({ key: key(name), value: sealed })),
    { key: key('a'), value: secret },
    { key: key('b') },
    { key: key('large'), value: Buffer.concat([secret, Buffer.alloc(1500, 'x')]) },
  ];
  const database = testDatabase({
    revisions,
    freed: [{ key: key('e'), value: secret }],
    pageSize: 1024,
    perLeaf: 3,
    compacted: 2,
  });
  put('etcd-database', 'member.db', database);
  put('etcd-database', 'snapshot.db', testSnapshot(testDatabase({ revisions: revisions.slice(0, 2), pageSize: 1024 })));
  put(
    'etcd-wal',
    '0.wal',
    testWal(
      [
        [key('a'), sealed],
        [key('b'), secret],
      ],
      64,
    ),
  );
  put('stored-object', 'secret', secret);
  put('stored-object', 'object.json', '{"kind":"Key","metadata":{"namespace":"demo","name":"k"}}');
}
