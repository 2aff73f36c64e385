import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import {
  attestationImage,
  BUNDLE,
  besideTag,
  bundleReferrer,
  envelope,
  publicPem,
  pushImages,
  signatureImage,
  signBytes,
  simplePayload,
} from '../../../../test/support/cosign.ts';
import { startDockerRegistry } from '../../../../test/support/docker-registry.ts';
import { startLoopbackRegistry } from '../../../../test/support/loopback-registry.ts';
import { needsPrograms } from '../../../../test/support/needs.ts';
import {
  describeBlob,
  type MadeImage,
  makeBlob,
  makeImage,
  makeIndex,
  makeTar,
  OCI_INDEX,
  writeLayout,
} from '../../../../test/support/oci-layout.ts';
import { openImage } from '../../../scan/image/open.ts';
import { registryAccess } from '../../../scan/image/registry/access.ts';
import { RegistryClient } from '../../../scan/image/registry/client.ts';
import type { OpenedImage } from '../../../scan/open-images.ts';
import type { ImageSignatures } from './evidence.ts';
import { gatherSignatures } from './gather.ts';
import { readTrustedKeys } from './trusted-keys.ts';

const { privateKey: OURS } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const { privateKey: THEIRS } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const KEYS = readTrustedKeys(publicPem(OURS), 'release.pub');
const ACCESS = registryAccess({}, { backoffMs: 1, attempts: 2 });
const SPDX = 'https://spdx.dev/Document';
const SLSA = 'https://slsa.dev/provenance/v1';

const IMAGE = makeImage();
const MULTI = makeIndex([{ image: IMAGE, more: { platform: { os: 'linux', architecture: 'amd64' } } }]);
const { digest: DIGEST } = IMAGE[0];

async function gathered(target: string, access = ACCESS): Promise<ImageSignatures | undefined> {
  const client = new RegistryClient(access);
  try {
    const source = await openImage(target, { client });
    const isLocal = !target.startsWith('docker://');
    const physical = target.replace('docker://', '');
    const image = {
      logical: 'app',
      origin: 'own',
      charts: [],
      sources: [],
      ...(isLocal ? { local: target } : {}),
    } as const;
    const opened: OpenedImage = { image, physical, platform: source.platform, source };
    const evidence = await gatherSignatures([opened], { keys: KEYS, access, onProgress: () => undefined });
    return evidence.images.get(source.digest);
  } finally {
    client.close();
  }
}

/** `what state` of each thing that was found; nothing may have been left unread. */
async function told(target: string): Promise<readonly string[]> {
  const signatures = await gathered(target);
  assert.deepEqual(signatures?.problems, []);
  return (signatures?.found ?? []).map(({ what, state, key }) => [what, state, key].filter(Boolean).join(' '));
}

function makeFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-signature-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const SIGNED: Readonly<Record<string, MadeImage>> = {
  1: IMAGE,
  [besideTag(DIGEST, 'sig')]: signatureImage(DIGEST, [THEIRS, OURS]),
  [besideTag(DIGEST, 'att')]: attestationImage([envelope(DIGEST, SPDX, OURS), envelope(DIGEST, SLSA, THEIRS)]),
};
const SIGNED_TOLD = [
  'signature unknown-key',
  'signature known-key release.pub',
  'sbom known-key release.pub',
  'provenance unknown-key',
];

test('by tags, from a real registry without the referrers API', needsPrograms('docker-registry'), async (t) => {
  const registry = await startDockerRegistry();
  t.after(() => registry.stop());
  await pushImages(registry.host, 'app', SIGNED);
  await pushImages(registry.host, 'bare', { 1: IMAGE });
  assert.deepEqual(await told(`docker://${registry.host}/app:1`), SIGNED_TOLD);
  assert.deepEqual(await told(`docker://${registry.host}/bare:1`), []);
  await pushImages(registry.host, 'multi', { [DIGEST]: IMAGE });
  await pushImages(registry.host, 'multi', {
    1: [MULTI[0]],
    [besideTag(MULTI[0].digest, 'sig')]: signatureImage(MULTI[0].digest, [OURS]),
  });
  assert.deepEqual(
    await told(`docker://${registry.host}/multi:1`),
    ['signature known-key release.pub'],
    'of the index',
  );
});

test('by tags, from a layout that holds the image and what cosign copied with it', async (t) => {
  assert.deepEqual(await told(`oci:${writeLayout(makeFolder(t), SIGNED)}:1`), SIGNED_TOLD);
  assert.deepEqual(await told(`oci:${writeLayout(makeFolder(t), SIGNED)}`), SIGNED_TOLD, 'the only image of it');
  assert.deepEqual(await told(`oci:${writeLayout(makeFolder(t), { 1: IMAGE })}`), []);
});

test('from a layout of cosign save, whose index says by kind what is what', async (t) => {
  const folder = writeLayout(makeFolder(t), SIGNED);
  const [image, signature, attestation] = Object.values(SIGNED);
  const kinds = [
    [image, 'image'],
    [signature, 'sigs'],
    [attestation, 'atts'],
  ] as const;
  const manifests = kinds.flatMap(([made, kind]) =>
    made === undefined ? [] : [describeBlob(made[0], { annotations: { kind: `dev.cosignproject.cosign/${kind}` } })],
  );
  writeFileSync(join(folder, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests }));
  assert.deepEqual(await told(`oci:${folder}`), SIGNED_TOLD);
});

/** A registry with the referrers API. */
async function withReferrers(t: TestContext, referrers: readonly MadeImage[], subject = IMAGE): Promise<string> {
  const list = referrers.map(([manifest]) => describeBlob(manifest, { artifactType: BUNDLE }));
  const others = Object.fromEntries(referrers.map((made, index) => [`app:x${index}`, made]));
  const registry = await startLoopbackRegistry({
    images: { 'app:1': subject, ...others },
    fault: ({ path }, response) => {
      if (!path.startsWith('/v2/app/referrers/')) return false;
      const manifests = path.endsWith(DIGEST) ? list : [];
      response.writeHead(200, { 'content-type': OCI_INDEX });
      response.end(JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests }));
      return true;
    },
  });
  t.after(() => registry.close());
  return registry.host;
}

test('by the referrers API: bundles of cosign 3', async (t) => {
  const bundles = [
    bundleReferrer(IMAGE, 'https://sigstore.dev/cosign/sign/v1', OURS),
    bundleReferrer(IMAGE, SPDX, THEIRS),
  ];
  const host = await withReferrers(t, bundles);
  assert.deepEqual(await told(`docker://${host}/app:1`), ['signature known-key release.pub', 'sbom unknown-key']);
  const index = await withReferrers(t, bundles, MULTI);
  assert.equal((await told(`docker://${index}/app:1`)).length, 2, 'of the image behind the index');
});

test('by the fallback tag of the referrers API, and by the subject in a layout', async (t) => {
  const bundle = bundleReferrer(IMAGE, SLSA, OURS);
  const list = makeIndex([{ image: bundle, more: { artifactType: BUNDLE } }]);
  const registry = await startLoopbackRegistry({
    images: { 'app:1': IMAGE, [`app:${DIGEST.replace(':', '-')}`]: list },
  });
  t.after(() => registry.close());
  assert.deepEqual(await told(`docker://${registry.host}/app:1`), ['provenance known-key release.pub']);
  const folder = writeLayout(makeFolder(t), { 1: IMAGE, '-bundle': bundle });
  assert.deepEqual(await told(`oci:${folder}:1`), ['provenance known-key release.pub']);
});

test('a bill of materials that cosign attached without a signature', async (t) => {
  const sbom = makeBlob({ spdxVersion: 'SPDX-2.3' }, 'text/spdx+json');
  const [manifest, config] = makeImage();
  assert.ok(config !== undefined);
  const content = { ...JSON.parse(Buffer.from(manifest.bytes).toString()), layers: [describeBlob(sbom)] };
  const made: MadeImage = [makeBlob(content, manifest.mediaType), config, sbom];
  const folder = writeLayout(makeFolder(t), { 1: IMAGE, [besideTag(DIGEST, 'sbom')]: made });
  assert.deepEqual(await told(`oci:${folder}:1`), ['sbom unsigned']);
});

test('from a mirror, while the registry itself is out of reach', async (t) => {
  const images = Object.fromEntries(Object.entries(SIGNED).map(([tag, made]) => [`mirror/app:${tag}`, made]));
  const registry = await startLoopbackRegistry({ images });
  t.after(() => registry.close());
  const mirrors = [{ prefix: '127.0.0.1:1', location: `${registry.host}/mirror` }];
  const signatures = await gathered('docker://127.0.0.1:1/app:1', { ...ACCESS, mirrors });
  assert.equal(signatures?.found.filter(({ state }) => state === 'known-key').length, 2);
  // What the mirror lacks the registry itself may have: nobody can tell.
  assert.ok(
    signatures.problems.every((problem) => /\.sbom: |^what refers to /.test(problem)),
    signatures.problems.join(),
  );
  assert.equal(signatures.problems.length, 2);
});

test('an unsigned image costs a registry five small requests at most', async (t) => {
  const registry = await startLoopbackRegistry({ images: { 'app:1': IMAGE } });
  t.after(() => registry.close());
  await told(`docker://${registry.host}/app:1`);
  const about = registry.requests.filter(({ path }) => path.includes(DIGEST.slice('sha256:'.length)));
  // Three tags, the referrers API, and its fallback tag, since this registry has no such API.
  assert.equal(about.length, 5, about.map(({ path }) => path).join('\n'));
});

test('what cannot be read is a problem, not an absence', async (t) => {
  const registry = await startLoopbackRegistry({
    images: { 'app:1': IMAGE },
    fault: ({ path }, response) => {
      if (!path.endsWith('.sig')) return false;
      response.writeHead(403).end('{}');
      return true;
    },
  });
  t.after(() => registry.close());
  const signatures = await gathered(`docker://${registry.host}/app:1`);
  assert.equal(signatures?.found.length, 0);
  assert.match(signatures?.problems.join() ?? '', /\.sig: /);
});

test('a blob that is not what its digest names is a problem', async (t) => {
  const [manifest, config, payload] = signatureImage(DIGEST, [OURS]);
  assert.ok(config !== undefined && payload !== undefined);
  const forged: MadeImage = [manifest, config, { ...payload, bytes: Buffer.alloc(payload.bytes.length, 0x20) }];
  const folder = writeLayout(makeFolder(t), { 1: IMAGE, [besideTag(DIGEST, 'sig')]: forged });
  const signatures = await gathered(`oci:${folder}:1`);
  assert.match(signatures?.problems.join() ?? '', /is not what sha256:/);
});

test('from a directory of skopeo, as a release that was unpacked carries it', async (t) => {
  const folder = join(makeFolder(t), 'image');
  mkdirSync(folder);
  const [manifest, ...blobs] = IMAGE;
  writeFileSync(join(folder, 'manifest.json'), manifest.bytes);
  for (const { digest, bytes } of blobs) writeFileSync(join(folder, digest.slice('sha256:'.length)), bytes);
  assert.deepEqual(await told(`dir:${folder}`), []);
  const payload = simplePayload(DIGEST);
  const document = {
    mimeType: payload.mediaType,
    payload: Buffer.from(payload.bytes).toString('base64'),
    annotations: { 'dev.cosignproject.cosign/signature': signBytes(payload.bytes, OURS) },
  };
  writeFileSync(join(folder, 'signature-1'), `\0sigstore-json\n${JSON.stringify(document)}`);
  writeFileSync(join(folder, 'signature-2'), Buffer.from([0x89, 1, 2]));
  assert.deepEqual(await told(`dir:${folder}`), ['signature known-key release.pub', 'signature not-verified']);
  writeFileSync(join(folder, 'signature-3'), '\0other\n');
  assert.match((await gathered(`dir:${folder}`))?.problems.join() ?? '', /signature-3 is of an unknown format/);
});

test('attestations that BuildKit keeps in the index are found, unsigned', async (t) => {
  const statement = makeBlob({ _type: 'https://in-toto.io/Statement/v0.1' }, 'application/vnd.in-toto+json');
  const [attestation, config] = makeImage({ layers: [makeTar({ a: 'b' })] });
  assert.ok(config !== undefined);
  const content = JSON.parse(Buffer.from(attestation.bytes).toString());
  content.layers = [describeBlob(statement, { annotations: { 'in-toto.io/predicate-type': SPDX } })];
  const made: MadeImage = [makeBlob(content, attestation.mediaType), config, statement];
  const more = {
    platform: { os: 'unknown', architecture: 'unknown' },
    annotations: { 'vnd.docker.reference.type': 'attestation-manifest', 'vnd.docker.reference.digest': DIGEST },
  };
  const index = makeIndex([
    { image: IMAGE, more: { platform: { os: 'linux', architecture: 'amd64' } } },
    { image: made, more },
  ]);
  assert.deepEqual(await told(`oci:${writeLayout(makeFolder(t), { 1: index })}`), ['sbom unsigned']);
});

test('archives of docker save carry nothing: nobody is asked', needsPrograms('skopeo'), async (t) => {
  const { execFileSync } = await import('node:child_process');
  const folder = makeFolder(t);
  writeLayout(join(folder, 'layout'), { 1: IMAGE });
  execFileSync('skopeo', ['copy', `oci:${join(folder, 'layout')}:1`, `docker-archive:${join(folder, 'a.tar')}`], {
    stdio: 'ignore',
  });
  assert.ok(readFileSync(join(folder, 'a.tar')).length > 0);
  assert.equal(await gathered(`docker-archive:${join(folder, 'a.tar')}`), undefined);
});
