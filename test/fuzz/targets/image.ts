// Images: layers with every cataloguer, manifests, configurations, layouts, archives, and what registries and their users say in text.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { isZip, overlappingMember, zipContent, zipMembers, zipOf } from '../../../src/platform/zip.ts';
import { parseImageConfig } from '../../../src/scan/image/config.ts';
import { readListing } from '../../../src/scan/image/layer/listing.ts';
import { type LayerOptions, readLayer } from '../../../src/scan/image/layer/read-layer.ts';
import { readSquashfs } from '../../../src/scan/image/layer/squashfs.ts';
import { parseManifest } from '../../../src/scan/image/manifest.ts';
import { openImage } from '../../../src/scan/image/open.ts';
import { formatPlatform, parsePlatform } from '../../../src/scan/image/platform.ts';
import { formatReference, normalizeReference, parseReference } from '../../../src/scan/image/reference.ts';
import { parseChallenges } from '../../../src/scan/image/registry/challenge.ts';
import { CredentialFinder } from '../../../src/scan/image/registry/credentials.ts';
import { parseRetryAfter } from '../../../src/scan/image/registry/retry.ts';
import { unpackLz4 } from '../../../src/scan/image/squashfs/lz4.ts';
import { unpackLzma2 } from '../../../src/scan/image/squashfs/lzma2.ts';
import { unpackLzo } from '../../../src/scan/image/squashfs/lzo.ts';
import { regionOf } from '../../../src/scan/image/squashfs/region.ts';
import { readSif } from '../../../src/scan/image/squashfs/sif.ts';
import { unpackXz } from '../../../src/scan/image/squashfs/xz.ts';
import { formatTarget, parseTarget } from '../../../src/scan/image/target.ts';
import { mergeInventory, viewOf } from '../../../src/scan/inventory/merge.ts';
import { CATALOGUERS } from '../../../src/scan/inventory/registry.ts';
import { expect } from '../expect.ts';
import { mendTar, mendZip } from '../mend.ts';
import type { FuzzTarget } from '../target.ts';

const DIGEST = `sha256:${'0'.repeat(64)}` as const;
const TAR_WORDS = [
  'ustar\x0000',
  'ustar  \0',
  'GNU.sparse.major=1\n',
  '12 path=../a\n',
  '30 size=99999999999\n',
  './.wh.a',
  '.wh..wh..opq',
  '../',
];
const TYPES = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'unknown',
  'linux',
  'amd64',
  'arm64',
  DIGEST,
  'application/vnd.oci.image.config.v1+json',
  'application/vnd.oci.image.layer.v1.tar+gzip',
  'mediaType',
  'manifests',
  'layers',
  'config',
];
/** Of layers in tests: a bomb of some MiB is one already. */
const BOUNDS: NonNullable<LayerOptions['limits']> = {
  layerEntries: 10_000,
  layerBytes: 64 * 1024 ** 2,
  compressionRatio: 300,
  ratioFreeBytes: 16 * 1024 ** 2,
};
const REFUSALS = ['input-missing', 'input-unreadable', 'not-found', 'unsupported', 'digest-mismatch'] as const;

/** Everything of images. */
export const IMAGE_TARGETS: readonly FuzzTarget[] = [
  { id: 'layer-tar', form: 'binary', words: TAR_WORDS, mend: mendTar, run: (input) => walked([input]) },
  { id: 'layer-packed', form: 'binary', run: (input) => walked([input]) },
  {
    id: 'layer-packed-tar',
    form: 'binary',
    words: TAR_WORDS,
    mend: mendTar,
    run: async (input) => {
      const packed = gzipSync(input, { level: 1 });
      const pieces = [packed.subarray(0, 3), packed.subarray(3, 700), packed.subarray(700)];
      const [report, again] = [await walked(pieces), await walked([input])];
      expect(JSON.stringify(report.facts) === JSON.stringify(again.facts), 'other facts in pieces than whole');
      return report;
    },
  },
  { id: 'listing', form: 'binary', run: (input) => listed(input) },
  {
    id: 'manifest',
    form: 'json',
    codes: ['unsupported'],
    words: TYPES,
    run: (input) => parseManifest(input, undefined, 'a'),
  },
  { id: 'image-config', form: 'json', words: TYPES, run: (input) => parseImageConfig(input, 'a') },
  {
    id: 'oci-layout',
    form: 'json',
    codes: REFUSALS,
    words: TYPES,
    run: async (input, folder) => {
      writeFileSync(join(folder, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
      writeFileSync(join(folder, 'index.json'), input);
      mkdirSync(join(folder, 'blobs/sha256'), { recursive: true });
      writeFileSync(join(folder, 'blobs/sha256', '0'.repeat(64)), input);
      return openImage({ transport: 'oci', argument: folder, recognized: false }, { platform: 'linux/amd64' });
    },
  },
  {
    id: 'dir-image',
    form: 'json',
    codes: REFUSALS,
    words: TYPES,
    run: async (input, folder) => {
      writeFileSync(join(folder, 'manifest.json'), input);
      return openImage({ transport: 'dir', argument: folder, recognized: false }, {});
    },
  },
  {
    id: 'squashfs',
    form: 'binary',
    codes: ['unsupported'],
    run: (input) => readSquashfs(regionOf(input), { readers: CATALOGUERS, limits: BOUNDS }),
  },
  { id: 'xz-block', form: 'binary', codes: ['unsupported'], run: (input) => unpackXz(input, 4096).length },
  { id: 'lzma2-chunks', form: 'binary', run: (input) => unpackLzma2(input, 0, 4096).end },
  { id: 'lzo-block', form: 'binary', run: (input) => unpackLzo(input, 4096).length },
  { id: 'lz4-block', form: 'binary', run: (input) => unpackLz4(input, 4096).length },
  {
    id: 'sif',
    form: 'binary',
    codes: ['unsupported'],
    words: ['SIF_MAGIC\0', '01\x0002\0'],
    run: (input) => {
      const found = readSif(regionOf(input));
      expect(found.offset + found.length <= input.length, 'a partition outside of the file');
      return found;
    },
  },
  archiveTarget('docker-archive'),
  archiveTarget('oci-archive'),
  {
    id: 'zip',
    form: 'binary',
    words: ['PK\x03\x04', 'PK\x01\x02', 'PK\x05\x06', 'PK\x06\x06', 'PK\x06\x07'],
    mend: mendZip,
    run: (input) => {
      const source = zipOf(input);
      isZip(source);
      const members = [...zipMembers(source, 10_000)];
      overlappingMember(members);
      return members.slice(0, 20).map((member) => zipContent(source, member, 1024 ** 2).length);
    },
  },
  {
    id: 'reference',
    form: 'text',
    words: ['@sha256:', DIGEST, ':latest', 'docker.io/', 'library/', 'localhost:5000/', '[::1]:5000/', '__', '..'],
    run: (input) => {
      const text = input.toString();
      const written = formatReference(parseReference(text));
      expect(formatReference(parseReference(written)) === written, `${written} is written in another way once read`);
      const normal = normalizeReference(text);
      expect(normalizeReference(normal) === normal, `${normal} is no normal form`);
      return parseReference(text);
    },
  },
  {
    id: 'target',
    form: 'text',
    codes: ['usage', 'unsupported', 'input-missing', 'input-unreadable'],
    words: ['docker:', 'oci:', 'oci-archive:', 'rootfs:', 'squashfs:', 'sif:', 'dir:', '//'],
    run: (input) => formatTarget(parseTarget(input.toString())),
  },
  {
    id: 'platform',
    form: 'text',
    codes: ['usage'],
    words: ['linux/', 'arm64/v8', '/'],
    run: (input) => {
      const written = formatPlatform(parsePlatform(input.toString()));
      expect(formatPlatform(parsePlatform(written)) === written, `${written} is written in another way once read`);
      return written;
    },
  },
  {
    id: 'challenge',
    form: 'text',
    words: ['Bearer ', 'Basic ', 'realm="', ', ', '\\"', '=', 'scope="'],
    run: (input) => parseChallenges(input.toString('latin1')),
  },
  {
    id: 'retry-after',
    form: 'text',
    words: ['Wed, 21 Oct 2026 07:28:00 GMT', '120'],
    run: (input) => {
      const pause = parseRetryAfter(input.toString('latin1'), new Date(0));
      expect(pause === undefined || (Number.isFinite(pause) && pause >= 0), `a pause of ${pause}`);
      return pause;
    },
  },
  {
    id: 'registry-credentials',
    form: 'json',
    codes: ['config-invalid'],
    words: [
      'auths',
      'auth',
      'identitytoken',
      'https://index.docker.io/v1/',
      'registry.example.org/team',
      'dXNlcjpzZWNyZXQ=',
    ],
    run: async (input, folder) => {
      const path = join(folder, 'config.json');
      writeFileSync(path, input);
      // Without PATH no helper program can be found, whatever the file names.
      const finder = new CredentialFinder([path], { PATH: folder });
      return [await finder.find('docker.io', 'library/a'), await finder.find('registry.example.org', 'team/a')];
    },
  },
];

async function walked(chunks: readonly Uint8Array[]): ReturnType<typeof readLayer> {
  const report = await readLayer(() => chunks, { readers: CATALOGUERS, limits: BOUNDS });
  // As kept in the store between the walk and the merge.
  const stored = { ...JSON.parse(JSON.stringify(report)), links: report.links, listing: report.listing };
  const config = parseImageConfig(Buffer.from('{"os":"linux","architecture":"amd64"}'), 'a');
  const subject = { image: DIGEST, platform: 'linux/amd64', config, foreignLayers: 0 };
  mergeInventory(subject, [stored], viewOf([stored]), CATALOGUERS);
  return report;
}

function listed(input: Buffer): unknown {
  let entries = 0;
  readListing(input, () => {
    entries += 1;
  });
  return Array.from({ length: Math.min(entries, 100) });
}

function archiveTarget(transport: 'docker-archive' | 'oci-archive'): FuzzTarget {
  return {
    id: transport,
    form: 'binary',
    codes: REFUSALS,
    words: [...TAR_WORDS, 'manifest.json', 'index.json', 'oci-layout'],
    mend: mendTar,
    run: async (input, folder) => {
      const path = join(folder, 'a.tar');
      writeFileSync(path, input);
      return openImage({ transport, argument: path, recognized: false }, {});
    },
  };
}
