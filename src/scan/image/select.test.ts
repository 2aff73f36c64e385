import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  describeBlob,
  type MadeBlob,
  type MadeImage,
  makeBlob,
  makeImage,
  makeIndex,
  OCI_INDEX,
  OCI_MANIFEST,
} from '../../../test/support/oci-layout.ts';
import { PlimsollError } from '../../platform/errors.ts';
import { parseManifest } from './manifest.ts';
import { parsePlatform } from './platform.ts';
import { type ContentStore, selectImage } from './select.ts';

const AMD64 = makeImage();
const ARM64 = makeImage({ platform: { os: 'linux', architecture: 'arm64' } });
const ARMV6 = makeImage({ platform: { os: 'linux', architecture: 'arm', variant: 'v6' } });
const ATTESTATION = makeImage({ platform: { os: 'unknown', architecture: 'unknown' } });

function platform(text: string): { platform: object } {
  return { platform: parsePlatform(text) };
}

/** Serves the blobs of an image; `lies` replaces contents under their digests. */
function storeOf(image: MadeImage, lies: ReadonlyMap<string, Uint8Array> = new Map()): ContentStore {
  const read = async ({ digest }: { digest: string }): Promise<Uint8Array> => {
    const bytes = lies.get(digest) ?? image.find((blob) => blob.digest === digest)?.bytes;
    if (bytes === undefined) throw new PlimsollError('not-found', `no ${digest}`);
    return bytes;
  };
  return {
    name: 'test',
    readManifest: read,
    readBlob: read,
    locate: async ({ size }) => ({ kind: 'file', path: '/x', offset: 0, length: size }),
  };
}

function select(image: MadeImage, wanted?: string, lies?: ReadonlyMap<string, Uint8Array>) {
  const [root] = image;
  const document = { bytes: root.bytes, digest: root.digest, mediaType: root.mediaType };
  return selectImage(document, storeOf(image, lies), wanted === undefined ? undefined : parsePlatform(wanted));
}

function isError(code: string, words: RegExp): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof PlimsollError, String(error));
    assert.equal(error.code, code, error.message);
    assert.match(error.message, words);
    return true;
  };
}

test('the platform of an index: asked for, linux/amd64 otherwise, the nearest older variant', async () => {
  const index = makeIndex([
    { image: ARMV6, more: platform('linux/arm/v6') },
    { image: ARM64, more: platform('linux/arm64') },
    { image: AMD64, more: platform('linux/amd64') },
  ]);
  assert.equal((await select(index)).digest, AMD64[0].digest);
  assert.equal((await select(index, 'linux/arm64/v8')).digest, ARM64[0].digest);
  const arm = await select(index, 'linux/arm/v7');
  assert.deepEqual([arm.digest, arm.platform], [ARMV6[0].digest, 'linux/arm/v6']);
  await assert.rejects(
    select(index, 'linux/arm/v5'),
    isError('not-found', /no image for linux\/arm\/v5; it has linux\/arm\/v6, linux\/arm64, linux\/amd64/),
  );
  await assert.rejects(select(index, 'windows/amd64'), isError('not-found', /windows\/amd64/));
});

test('attestations and other artefacts in an index are never images', async () => {
  const annotations = { 'vnd.docker.reference.type': 'attestation-manifest' };
  const index = makeIndex([
    { image: ATTESTATION, more: { ...platform('unknown/unknown'), annotations } },
    { image: ATTESTATION, more: { ...platform('linux/amd64'), annotations } },
    { image: AMD64, more: { ...platform('linux/amd64'), mediaType: 'application/vnd.example.artefact' } },
    { image: AMD64, more: platform('linux/amd64') },
  ]);
  assert.equal((await select(index)).digest, AMD64[0].digest);
  const only = makeIndex([{ image: ATTESTATION, more: platform('unknown/unknown') }]);
  await assert.rejects(select(only), isError('not-found', /none at all/));
  const plain = makeIndex([{ image: AMD64 }, { image: ATTESTATION, more: { annotations } }]);
  assert.equal((await select(plain)).digest, AMD64[0].digest);
  const two = makeIndex([{ image: AMD64 }, { image: ARM64 }]);
  await assert.rejects(select(two), isError('not-found', /2 entries without a platform/));
});

test('an artefact that is no image is named', async () => {
  const config = makeBlob({}, 'application/vnd.cncf.helm.config.v1+json');
  const chart = makeBlob({ schemaVersion: 2, config: describeBlob(config), layers: [] }, OCI_MANIFEST);
  await assert.rejects(
    select([chart, config]),
    isError('unsupported', /artefact of type application\/vnd\.cncf\.helm/),
  );
  const statement = makeBlob({}, 'application/vnd.in-toto+json');
  const [, good] = AMD64;
  assert.ok(good !== undefined);
  const attached = makeBlob(
    { schemaVersion: 2, config: describeBlob(good), layers: [describeBlob(statement)] },
    OCI_MANIFEST,
  );
  await assert.rejects(select([attached, good]), isError('unsupported', /in-toto/));
});

test('a lone image is taken as it is, unless another platform was asked for', async () => {
  assert.equal((await select(ARM64)).platform, 'linux/arm64');
  assert.equal((await select(ARM64, 'linux/arm64')).digest, ARM64[0].digest);
  await assert.rejects(select(ARM64, 'linux/amd64'), isError('not-found', /for linux\/arm64 alone/));
});

test('a configuration that names no architecture rules none out', async () => {
  const config = makeBlob({ os: 'linux', rootfs: { type: 'layers', diff_ids: [] } }, AMD64[1]?.mediaType ?? '');
  const manifest = makeBlob({ schemaVersion: 2, config: describeBlob(config), layers: [] }, OCI_MANIFEST);
  for (const wanted of [undefined, 'linux/arm64']) {
    assert.equal((await select([manifest, config], wanted)).platform, 'linux/unknown');
  }
  await assert.rejects(select([manifest, config], 'windows/amd64'), isError('not-found', /linux\/unknown alone/));
  const marked = makeIndex([{ image: [manifest, config], more: platform('linux/arm64') }]);
  assert.equal((await select(marked, 'linux/arm64')).platform, 'linux/arm64');
});

test('an index speaks for the platform of its entries; an entry without one is judged by its configuration', async () => {
  const slip = makeIndex([{ image: AMD64, more: platform('linux/arm64') }]);
  const image = await select(slip, 'linux/arm64');
  assert.deepEqual([image.platform, image.config.architecture], ['linux/arm64', 'amd64']);
  const unmarked = makeIndex([{ image: ARM64 }]);
  assert.equal((await select(unmarked)).platform, 'linux/arm64');
  await assert.rejects(select(unmarked, 'linux/amd64'), isError('not-found', /for linux\/arm64 alone/));
  const odd = makeIndex([{ image: ARM64, more: { platform: { os: 'linux', architecture: 'a\nb' } } }]);
  await assert.rejects(select(odd), isError('parse', /plain words/));
});

test('indexes within indexes to a small depth; a circle cannot be verified', async () => {
  const once = makeIndex([{ image: makeIndex([{ image: AMD64, more: platform('linux/amd64') }]) }]);
  assert.equal((await select(once)).digest, AMD64[0].digest);
  let deep: MadeImage = AMD64;
  for (let depth = 0; depth < 4; depth++) deep = makeIndex([{ image: deep }]);
  await assert.rejects(select(deep), isError('limit', /nests indexes/));

  const [inner] = makeIndex([{ image: AMD64 }]);
  const outer = makeIndex([{ image: [inner] }]);
  const lies = new Map([[inner.digest, outer[0].bytes]]);
  await assert.rejects(select(outer, undefined, lies), isError('digest-mismatch', /not what sha256/));
});

test('each document must be what the digest and size above it say', async () => {
  const index = makeIndex([{ image: AMD64, more: platform('linux/amd64') }]);
  const [, config] = AMD64;
  assert.ok(config !== undefined);
  for (const { digest, bytes } of [AMD64[0], config]) {
    const flipped = Buffer.from(bytes);
    flipped[10] = (flipped[10] ?? 0) ^ 1;
    await assert.rejects(select(index, undefined, new Map([[digest, flipped]])), isError('digest-mismatch', /names/));
  }
  const misSized = makeIndex([{ image: AMD64, more: { ...platform('linux/amd64'), size: 5 } }]);
  await assert.rejects(select(misSized), isError('digest-mismatch', /5 bytes/));
  const huge = makeIndex([{ image: AMD64, more: { ...platform('linux/amd64'), size: 5_000_000 } }]);
  await assert.rejects(select(huge), isError('limit', /5000000 bytes/));
});

test('layers: order, claims of packing, foreign ones without a place', async () => {
  const [, config] = AMD64;
  assert.ok(config !== undefined);
  const layerTypes: readonly (readonly [string, string])[] = [
    ['application/vnd.docker.image.rootfs.foreign.diff.tar.gzip', 'foreign'],
    ['application/vnd.oci.image.layer.nondistributable.v1.tar+gzip', 'foreign'],
    ['application/vnd.oci.image.layer.v1.tar', 'tar'],
    ['application/vnd.docker.image.rootfs.diff.tar', 'tar'],
    ['application/vnd.oci.image.layer.v1.tar+gzip', 'gzip'],
    ['application/vnd.docker.image.rootfs.diff.tar.gzip', 'gzip'],
    ['application/vnd.oci.image.layer.v1.tar+zstd', 'zstd'],
  ];
  const layers = layerTypes.map(([type], index) => makeBlob(Buffer.from(`layer ${index}`), type));
  const describe = (blobs: readonly MadeBlob[]) => blobs.map((blob) => describeBlob(blob));
  const manifest = makeBlob({ schemaVersion: 2, config: describeBlob(config), layers: describe(layers) }, OCI_MANIFEST);
  const image = await select([manifest, config, ...layers]);
  assert.deepEqual(
    image.layers.map(({ packing }) => packing),
    layerTypes.map(([, packing]) => packing),
  );
  assert.deepEqual(
    image.layers.map(({ digest }) => digest),
    layers.map(({ digest }) => digest),
  );
  assert.deepEqual(image.layers[0]?.location, { kind: 'file', path: '', offset: 0, length: 0 });

  const secret = makeBlob(Buffer.from('x'), 'application/vnd.oci.image.layer.v1.tar+gzip+encrypted');
  const encrypted = makeBlob(
    { schemaVersion: 2, config: describeBlob(config), layers: describe([secret]) },
    OCI_MANIFEST,
  );
  await assert.rejects(select([encrypted, config, secret]), isError('unsupported', /encrypted/));
  const many = { schemaVersion: 2, config: describeBlob(config), layers: Array(1025).fill(describeBlob(secret)) };
  await assert.rejects(select([makeBlob(many, OCI_MANIFEST), config]), isError('limit', /1025 layers/));
});

test('documents that are no manifest are refused in words', async () => {
  const [, config] = AMD64;
  assert.ok(config !== undefined);
  const image = { schemaVersion: 2, config: describeBlob(config), layers: [] };
  const rows: readonly (readonly [content: unknown, type: string, code: string, words: RegExp])[] = [
    [Buffer.from('  <!DOCTYPE html><p>Sign in'), '', 'parse', /web page/],
    [Buffer.from('{"a"'), '', 'parse', /not JSON/],
    [Buffer.from([0x7b, 0xff, 0x7d]), '', 'parse', /UTF-8/],
    [[], '', 'parse', /not a JSON object/],
    [{}, '', 'parse', /schemaVersion/],
    [{ schemaVersion: 1 }, '', 'unsupported', /schema 1.*push the image again/],
    [{ schemaVersion: 2 }, '', 'parse', /neither/],
    [{ ...image, manifests: [] }, '', 'parse', /in one/],
    [image, OCI_INDEX, 'parse', /announced as/],
    [{ schemaVersion: 2, manifests: [] }, OCI_MANIFEST, 'parse', /announced as/],
    [{ ...image, config: { digest: 'md5:1', size: 1 } }, '', 'parse', /64 lower-case/],
    [{ ...image, config: { ...describeBlob(config), size: -1 } }, '', 'parse', /whole number/],
    [{ ...image, config: { ...describeBlob(config), size: '5' } }, '', 'parse', /whole number/],
    [{ ...image, layers: [1] }, '', 'parse', /list of objects/],
    [{ ...image, layers: {} }, '', 'parse', /list of objects/],
  ];
  for (const [content, type, code, words] of rows) {
    await assert.rejects(select([makeBlob(content, type), config]), isError(code, words), JSON.stringify(content));
  }
  const untyped = makeBlob(image, '');
  assert.equal((await select([untyped, config])).digest, untyped.digest);
});

test('whatever JSON takes a member of a manifest, it parses or raises an error of ours', () => {
  const [, config] = AMD64;
  assert.ok(config !== undefined);
  const descriptor = { ...describeBlob(config), platform: { os: 'linux', architecture: 'amd64' }, annotations: {} };
  const spoiled = fc
    .tuple(fc.constantFrom(...Object.keys(descriptor)), fc.jsonValue())
    .map(([name, value]) => ({ ...descriptor, [name]: value }));
  const list = fc.oneof(fc.jsonValue(), fc.array(spoiled, { maxLength: 3 }));
  const manifest = fc.oneof(
    fc.record({ schemaVersion: fc.constant(2), config: fc.oneof(spoiled, fc.jsonValue()), layers: list }),
    fc.record({ schemaVersion: fc.constant(2), manifests: list, mediaType: fc.jsonValue() }),
    fc.jsonValue(),
  );
  fc.assert(
    fc.property(manifest, (value) => {
      try {
        parseManifest(Buffer.from(JSON.stringify(value)), undefined, 'test');
      } catch (error) {
        assert.ok(error instanceof PlimsollError && ['parse', 'unsupported'].includes(error.code), String(error));
      }
    }),
    { numRuns: 500 },
  );
});

test('annotations of the manifest count as labels, and go before them', async () => {
  const [manifest, ...blobs] = makeImage({ run: { Labels: { vendor: 'label', source: 'label' } } });
  const annotated = makeBlob(
    { ...JSON.parse(Buffer.from(manifest.bytes).toString()), annotations: { source: 'annotation' } },
    OCI_MANIFEST,
  );
  const { config } = await select([annotated, ...blobs]);
  assert.deepEqual(config.labels, { vendor: 'label', source: 'annotation' });
});
