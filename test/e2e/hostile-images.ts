// Images as an attacker or a broken tool would make them, each as an OCI layout on disk. None is large on disk, whatever it unpacks to.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateRawSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { packTar, type TarEntry } from '../../demo/image/tar.ts';
import { makeZip } from '../../src/platform/test-zip.ts';
import { headerBlob, ndbDatabase, sqliteDatabase } from '../../src/scan/inventory/rpm/test-databases.ts';
import { describeBlob, type MadeBlob, makeBlob, OCI_INDEX, OCI_MANIFEST, writeLayout } from '../support/oci-layout.ts';

const LAYER = 'application/vnd.oci.image.layer.v1.tar+gzip';

/** The files of an Alpine with the packages named. */
export function alpine(packages: readonly string[]): readonly TarEntry[] {
  const database = packages.map((name) => `C:Q1x\nP:${name}\nV:1.0-r0\nA:x86_64\no:${name}\n\n`).join('');
  return [
    { path: 'etc/os-release', body: 'ID=alpine\nVERSION_ID=3.20.3\n' },
    { path: 'lib/apk/db/installed', body: database },
  ];
}

/** Writes a layout of one image with these layer blobs, as they are; gives the target. */
export function writeImage(folder: string, layers: readonly Uint8Array[]): string {
  const image = imageOf(layers);
  writeLayout(folder, { t: image });
  return `oci:${folder}:t`;
}

/** An image whose configuration makes no claim that could not be kept. */
export function imageOf(layers: readonly Uint8Array[]): readonly [MadeBlob, ...MadeBlob[]] {
  const blobs = layers.map((bytes) => makeBlob(bytes, LAYER));
  const config = makeBlob(
    { os: 'linux', architecture: 'amd64', rootfs: { type: 'layers', diff_ids: [] } },
    'application/vnd.oci.image.config.v1+json',
  );
  const manifest = makeBlob(
    {
      schemaVersion: 2,
      mediaType: OCI_MANIFEST,
      config: describeBlob(config),
      layers: blobs.map((b) => describeBlob(b)),
    },
    OCI_MANIFEST,
  );
  return [manifest, config, ...blobs];
}

/** What a scan of the image must say, and how much memory it may take. */
export interface HostileImage {
  readonly name: string;
  /** Writes it below the folder and gives the target. */
  readonly make: (folder: string) => string;
  /** A gap, as `KIND REASON`. */
  readonly gap: RegExp;
  /** Packages that are found in it all the same; absent: the image is not readable. */
  readonly packages?: readonly string[];
  /** Bound on the peak in MB; 300 unless given. */
  readonly megabytes?: number;
}

/** Everything that concerns the bytes of layers and documents. */
export const HOSTILE_IMAGES: readonly HostileImage[] = [
  {
    name: 'a layer that was cut',
    make: (folder) => damaged(folder, (bytes) => bytes.subarray(0, bytes.length - 100)),
    gap: /^image-unreadable .*has \d+ bytes, its descriptor says \d+/,
  },
  {
    name: 'a layer with one bit flipped',
    make: (folder) =>
      damaged(folder, (bytes) => {
        const flipped = Buffer.from(bytes);
        flipped[flipped.length >> 1] = (flipped[flipped.length >> 1] ?? 0) ^ 4;
        return flipped;
      }),
    gap: /^image-unreadable .*the copy is damaged/,
  },
  {
    name: 'another layer under the digest',
    make: (folder) => damaged(folder, (bytes) => Buffer.from(bytes).fill(gzipSync(packTar(alpine(['forged']))), 0)),
    gap: /^image-unreadable .*the bytes have the digest/,
  },
  {
    name: 'a layer that was built cut',
    make: (folder) => writeImage(folder, [gzipSync(packTar(alpine(['musl']))).subarray(0, -20)]),
    gap: /^image-unreadable .*damaged gzip data/,
  },
  {
    name: 'a gzip bomb',
    make: (folder) => writeImage(folder, [bomb(gzipSync(Buffer.alloc(2 ** 26)), 48)]),
    gap: /^image-unreadable .*decompression bomb/,
  },
  {
    name: 'a zstd bomb',
    make: (folder) => writeImage(folder, [bomb(zstdCompressSync(Buffer.alloc(2 ** 26)), 48, zstdCompressSync)]),
    gap: /^image-unreadable .*decompression bomb/,
  },
  {
    name: 'a zip bomb in a jar',
    make: (folder) => {
      const zeros = deflateRawSync(Buffer.alloc(2 ** 28));
      const claims = { size: 2 ** 28, crc: 0 };
      const jar = makeZip([{ path: 'lib/inner.jar', content: zeros, method: 8, claims }]);
      return writeImage(folder, [gzipSync(packTar([...alpine(['musl']), { path: 'srv/bomb.jar', body: jar }]))]);
    },
    gap: /^(limit-reached|file-unparsed) .*times its size/,
    packages: ['musl'],
  },
  {
    name: 'jars nested 100 deep',
    make: (folder) => {
      let jar = makeZip([{ path: 'a.class', content: 'x' }]);
      for (let depth = 0; depth < 100; depth++) jar = makeZip([{ path: 'inner.jar', content: jar, deflated: true }]);
      return writeImage(folder, [gzipSync(packTar([...alpine(['musl']), { path: 'srv/deep.jar', body: jar }]))]);
    },
    gap: /^(limit-reached|file-unparsed) .*archives within each other/,
    packages: ['musl'],
  },
  {
    name: 'a jar whose only member cannot be read',
    make: (folder) => {
      const jar = makeZip([{ path: 'inner.jar', content: 'x'.repeat(100), flags: 1 }]);
      return writeImage(folder, [gzipSync(packTar([...alpine(['musl']), { path: 'srv/closed.jar', body: jar }]))]);
    },
    gap: /^file-unparsed .*an encrypted member/,
    packages: ['musl'],
  },
  {
    name: 'names that climb out of the root and absolute ones',
    make: (folder) => {
      const names = ['../../../../../../tmp/evil', '/tmp/evil', 'a/../../../evil', './../evil', `${folder}/evil`];
      const entries = names.flatMap((path): readonly TarEntry[] => [
        { path, body: 'evil' },
        { path: `${path}-link`, type: 'symlink', link: '/tmp' },
        { path: `${path}-link/file`, body: 'evil' },
        { path: `${path}-hard`, type: 'hardlink', link: '../../../../../../etc/passwd' },
      ]);
      const deep: TarEntry = { path: `${'d/'.repeat(300)}x`, body: '' };
      return writeImage(folder, [gzipSync(packTar([...alpine(['musl']), ...entries, deep]))]);
    },
    gap: /^limit-reached .*deeper than 256/,
    packages: ['musl'],
  },
  {
    name: 'links in a circle and out of the root',
    make: (folder) => {
      writeFileSync(join(folder, '..', 'installed'), 'C:Q1x\nP:stolen\nV:1\nA:x86_64\n\n');
      const outside = join(folder, '..', 'installed');
      const way = `../../../../../../../../../../..${outside}`;
      return writeImage(folder, [
        gzipSync(
          packTar([
            { path: 'etc/os-release', body: 'ID=alpine\nVERSION_ID=3.20.3\n' },
            { path: 'lib/apk/db/installed', type: 'symlink', link: way },
            { path: 'usr/lib/apk/db/installed', type: 'hardlink', link: outside },
            { path: 'var/lib/dpkg', type: 'symlink', link: '../lib/dpkg' },
            { path: 'var/lib/rpm', type: 'symlink', link: '/var/lib/rpm/../rpm' },
            { path: 'srv/bad.jar', body: 'PK\u0003\u0004 and no more than that, whatever it says it is' },
          ]),
        ),
      ]);
    },
    gap: /^file-unparsed .*damaged zip/,
    packages: [],
  },
  {
    name: 'an archive of 1,000,000 entries',
    make: (folder) => writeImage(folder, [manyEntries(100, 10_000), gzipSync(packTar([...alpine(['musl']), BAD_JAR]))]),
    gap: /^file-unparsed .*damaged zip/,
    packages: ['musl'],
  },
  {
    name: 'an archive of 3,000,000 empty files',
    make: (folder) => writeImage(folder, [manyEntries(300, 10_000), gzipSync(packTar([...alpine(['musl']), BAD_JAR]))]),
    gap: /^file-unparsed .*damaged zip/,
    packages: ['musl'],
  },
  {
    name: 'a list of packages that was cut, and one that is no text',
    make: (folder) =>
      withFiles(folder, {
        'lib/apk/db/installed': 'P:musl\nV:1\nA:x86_64\n\nP:zlib\nV:',
        'var/lib/dpkg/status': noise(5000),
      }),
    gap: /^file-unparsed dpkg: not a dpkg status file/,
    packages: ['musl'],
  },
  {
    name: 'a package database that was cut',
    make: (folder) => {
      const database = sqliteDatabase(rpms(500));
      return withFiles(folder, { 'var/lib/rpm/rpmdb.sqlite': database.subarray(0, database.length >> 1) });
    },
    gap: /^file-unparsed .*does not have/,
    packages: ['musl'],
  },
  {
    name: 'a package database whose tree closes a circle',
    make: (folder) => withFiles(folder, { 'var/lib/rpm/rpmdb.sqlite': inACircle(sqliteDatabase(rpms(500))) }),
    gap: /^file-unparsed .*in use already/,
    packages: ['musl'],
  },
  {
    name: 'a package database with an absurd length',
    make: (folder) => {
      const database = ndbDatabase(rpms(2));
      // The length of the first package's blob, behind the one page of slots.
      database.writeUInt32LE(0xfffffff0, 4096 + 12);
      return withFiles(folder, { 'usr/lib/sysimage/rpm/Packages.db': database });
    },
    gap: /^file-unparsed rpm: slot of package 1/,
    packages: ['musl', 'rpm-1'],
  },
  {
    name: 'many layers, each of them full of packages',
    make: (folder) => {
      const names = Array.from({ length: 150_000 }, (_, index) => `package-${index}`);
      const database = gzipSync(packTar(alpine(names)), { level: 1 });
      const layers = Array.from({ length: 9 }, (_, index) => {
        const own = packTar([{ path: `own-${index}` }]).subarray(0, 512);
        return Buffer.concat([gzipSync(own), database]);
      });
      return writeImage(folder, layers);
    },
    gap: /^image-unreadable .*what was found in the layers of this image takes more than/,
    megabytes: 1300,
  },
  {
    name: 'a file that states a size of 4 GB',
    make: (folder) => {
      const tar = packTar([...alpine(['musl']), { path: 'lib/apk/db/scripts.tar', body: 'x' }]);
      return writeImage(folder, [gzipSync(withSize(tar, 4 * 2 ** 30))]);
    },
    gap: /^image-unreadable .*breaks off inside an entry/,
  },
  {
    name: 'two archives in one',
    make: (folder) =>
      writeImage(folder, [gzipSync(Buffer.concat([packTar(alpine(['musl'])), packTar(alpine(['hidden']))]))]),
    gap: /^undecidable .*data after the end of the archive/,
    packages: ['musl'],
  },
  {
    name: 'names with a NUL',
    make: (folder) => writeImage(folder, [gzipSync(packTar([{ path: 'a', pax: { path: 'a\0b' } }]))]),
    gap: /^image-unreadable .*NUL/,
  },
  {
    name: 'names that are no text, too long, or speak to the terminal',
    make: (folder) =>
      writeImage(folder, [
        gzipSync(
          packTar([
            ...alpine(['musl']),
            { path: `${'n'.repeat(5000)}` },
            { path: '\u001b]0;owned\u0007\u001b[2J\u202e.jar', body: BAD_JAR.body ?? '' },
            { path: 'x', pax: { comment: '\u00ff' } },
          ]),
        ),
      ]),
    gap: /^limit-reached .*path longer than/,
    packages: ['musl'],
  },
  {
    name: 'a web page in the place of the manifest',
    make: (folder) => withRoot(folder, makeBlob(Buffer.from('<!DOCTYPE html><title>Sign in</title>'), OCI_MANIFEST)),
    gap: /^image-unreadable .*web page/,
  },
  {
    name: 'indexes nested 50 deep',
    make: (folder) => {
      const [manifest, ...rest] = imageOf([gzipSync(packTar(alpine(['musl'])))]);
      const chain: MadeBlob[] = [manifest];
      for (let depth = 0; depth < 50; depth++) {
        const inner = chain[0] as MadeBlob;
        const manifests = [describeBlob(inner, { platform: { os: 'linux', architecture: 'amd64' } })];
        chain.unshift(makeBlob({ schemaVersion: 2, mediaType: OCI_INDEX, manifests }, OCI_INDEX));
      }
      return withRoot(folder, chain[0] as MadeBlob, ...chain.slice(1), ...rest);
    },
    gap: /^image-unreadable .*nests indexes/,
  },
  {
    name: 'an index that names itself',
    make: (folder) => {
      // Its true digest cannot stand in it, so it lies under a false one.
      const claimed = makeBlob('itself', OCI_INDEX);
      const manifests = [{ ...describeBlob(claimed), size: 300, platform: { os: 'linux', architecture: 'amd64' } }];
      const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests }).padEnd(300));
      return withRoot(folder, { ...claimed, bytes });
    },
    gap: /^image-unreadable .*is not what sha256:\w+ \(300 bytes\) names/,
  },
];

const BAD_JAR: TarEntry = { path: 'srv/bad.jar', body: 'PK\u0003\u0004 and no more than that, whatever it says it is' };

/** A layout whose layer is changed on disk after everything about it was written. */
function damaged(folder: string, change: (bytes: Buffer) => Uint8Array): string {
  const layer = makeBlob(gzipSync(packTar([...alpine(['musl']), { path: 'x', body: noise(20_000) }])), LAYER);
  const target = writeImage(folder, [layer.bytes]);
  const file = join(folder, 'blobs/sha256', layer.digest.slice(7));
  writeFileSync(file, change(readFileSync(file)));
  return target;
}

/** An Alpine with more files, or others, in one layer. */
function withFiles(folder: string, files: Readonly<Record<string, string | Uint8Array>>): string {
  const base = alpine(['musl']).filter(({ path }) => files[path] === undefined);
  const more = Object.entries(files).map(([path, body]): TarEntry => ({ path, body }));
  return writeImage(folder, [gzipSync(packTar([...base, ...more]))]);
}

function rpms(count: number): readonly Buffer[] {
  return Array.from({ length: count }, (_, index) =>
    headerBlob({ name: `rpm-${index}`, version: '1', release: '1', arch: 'x86_64' }),
  );
}

/** The database with the root of its largest tree as its own last child. */
function inACircle(database: Buffer): Buffer {
  const pageBytes = database.readUInt16BE(16);
  for (let page = 0; page * pageBytes < database.length; page++) {
    const at = page * pageBytes;
    // An interior page of a table (SQLite file format, 1.6): the number of its last child stands at 8.
    if (database[at] === 5) database.writeUInt32BE(page + 1, at + 8);
  }
  return database;
}

/** Bytes that do not pack, the same every time. */
function noise(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let at = 0, state = 1; at < length; at++) {
    state = (state * 1103515245 + 12345) % 2 ** 31;
    bytes[at] = state >> 16;
  }
  return bytes;
}

/** The header of a huge file, then its packed zeros many times over. */
function bomb(zeros: Uint8Array, times: number, pack: (bytes: Uint8Array) => Uint8Array = gzipSync): Uint8Array {
  const header = withSize(packTar([{ path: 'zeros', body: 'x' }]), times * 2 ** 26).subarray(0, 512);
  return Buffer.concat([pack(header), ...Array.from({ length: times }, () => zeros)]);
}

/** The archive with another size in the header of its last entry. */
function withSize(tar: Buffer, size: number): Buffer {
  const at = tar.length - 4 * 512;
  const changed = Buffer.from(tar);
  changed.write(size.toString(8).padStart(11, '0'), at + 124, 'latin1');
  changed.fill(' ', at + 148, at + 156);
  const sum = changed.subarray(at, at + 512).reduce((total, byte) => total + byte, 0);
  changed.write(`${sum.toString(8).padStart(6, '0')}\0 `, at + 148, 'latin1');
  return changed;
}

/** Empty files in several folders, one gzip member a folder. */
function manyEntries(folders: number, files: number): Uint8Array {
  const members: Buffer[] = [];
  for (let folder = 0; folder < folders; folder++) {
    const block = Buffer.alloc(files * 512);
    const header = packTar([{ path: `f${String(folder).padStart(3, '0')}/00000` }]).subarray(0, 512);
    const base = header.subarray(0, 148).reduce((a, b) => a + b, 256) + header.subarray(156).reduce((a, b) => a + b, 0);
    for (let file = 0; file < files; file++) {
      const digits = String(file).padStart(5, '0');
      let sum = base - 5 * 0x30;
      for (let place = 0; place < 5; place++) sum += digits.charCodeAt(place);
      header.write(digits, 5, 'latin1');
      header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
      header.copy(block, file * 512);
    }
    members.push(gzipSync(block, { level: 1 }));
  }
  return Buffer.concat([...members, gzipSync(Buffer.alloc(1024))]);
}

/** A layout whose index names the blob, whatever it is. */
function withRoot(folder: string, root: MadeBlob, ...others: readonly MadeBlob[]): string {
  mkdirSync(folder, { recursive: true });
  writeLayout(folder, { t: [root, ...others] });
  return `oci:${folder}:t`;
}
