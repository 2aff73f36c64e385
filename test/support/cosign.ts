// Makes what cosign keeps beside an image, in its formats: signatures (specs/SIGNATURE_SPEC.md), attestations in DSSE envelopes, Sigstore bundles; and
// pushes made images to a registry.
import { createHash, createPublicKey, type KeyObject, sign } from 'node:crypto';
import type { Digest } from '../../src/platform/canonical.ts';
import { describeBlob, type MadeBlob, type MadeImage, makeBlob, OCI_MANIFEST } from './oci-layout.ts';

export const SIMPLE_SIGNING = 'application/vnd.dev.cosign.simplesigning.v1+json';
export const DSSE = 'application/vnd.dsse.envelope.v1+json';
export const BUNDLE = 'application/vnd.dev.sigstore.bundle.v0.3+json';
const STATEMENT = 'application/vnd.in-toto+json';

/** The signature of bytes by cosign's hash and padding, in base64. */
export function signBytes(bytes: Uint8Array, key: KeyObject): string {
  return sign(key.asymmetricKeyType === 'ed25519' ? null : 'sha256', bytes, key).toString('base64');
}

/** The PEM of a private key's public half. */
export function publicPem(key: KeyObject): string {
  return createPublicKey(key).export({ type: 'spki', format: 'pem' }).toString();
}

/** The payload that cosign signs for an image. */
export function simplePayload(digest: Digest, reference = 'registry.example/app'): MadeBlob {
  const critical = {
    identity: { 'docker-reference': reference },
    image: { 'docker-manifest-digest': digest },
    type: 'cosign container image signature',
  };
  return makeBlob({ critical, optional: { creator: 'test' } }, SIMPLE_SIGNING);
}

/** The manifest under the tag `sha256-….sig`: a layer a signature. */
export function signatureImage(digest: Digest, keys: readonly KeyObject[], payload = simplePayload(digest)): MadeImage {
  const layers = keys.map((key) =>
    describeBlob(payload, {
      annotations: { 'dev.cosignproject.cosign/signature': signBytes(payload.bytes, key) },
    }),
  );
  return manifestOf(layers, [payload]);
}

/** A DSSE envelope over an in-toto statement about the image, as text. */
export function envelope(digest: Digest, predicateType: string, key: KeyObject | undefined, keyid = ''): string {
  const statement = {
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{ name: 'registry.example/app', digest: { sha256: digest.slice('sha256:'.length) } }],
    predicateType,
    predicate: {},
  };
  const payload = Buffer.from(JSON.stringify(statement));
  const message = Buffer.concat([Buffer.from(`DSSEv1 ${STATEMENT.length} ${STATEMENT} ${payload.length} `), payload]);
  const signatures = key === undefined ? [] : [{ keyid, sig: signBytes(message, key) }];
  return JSON.stringify({ payloadType: STATEMENT, payload: payload.toString('base64'), signatures });
}

/** The manifest under the tag `sha256-….att`. */
export function attestationImage(envelopes: readonly string[]): MadeImage {
  const blobs = envelopes.map((text) => makeBlob(Buffer.from(text), DSSE));
  return manifestOf(
    blobs.map((blob) => describeBlob(blob, { annotations: { predicateType: 'x' } })),
    blobs,
  );
}

/** A referrer with a Sigstore bundle, as cosign 3 writes it. */
export function bundleReferrer(subject: MadeImage, predicateType: string, key: KeyObject): MadeImage {
  const hint = createHash('sha256')
    .update(createPublicKey(key).export({ type: 'spki', format: 'der' }))
    .digest('base64');
  const bundle = makeBlob(
    {
      mediaType: BUNDLE,
      verificationMaterial: { publicKey: { hint } },
      dsseEnvelope: JSON.parse(envelope(subject[0].digest, predicateType, key)),
    },
    BUNDLE,
  );
  return manifestOf([describeBlob(bundle)], [bundle], {
    artifactType: BUNDLE,
    subject: describeBlob(subject[0]),
  });
}

/** The tag under which cosign keeps something. */
export function besideTag(digest: Digest, ending: string): string {
  return `${digest.replace(':', '-')}.${ending}`;
}

/** Pushes images by tag (OCI distribution-spec, "Push"). */
export async function pushImages(
  host: string,
  repository: string,
  images: Readonly<Record<string, MadeImage>>,
): Promise<void> {
  const base = `http://${host}/v2/${repository}`;
  for (const [tag, [manifest, ...blobs]] of Object.entries(images)) {
    for (const { bytes, digest } of blobs) {
      const begun = await fetch(`${base}/blobs/uploads/`, { method: 'POST' });
      const place = new URL(begun.headers.get('location') ?? '', base);
      place.searchParams.set('digest', digest);
      await accepted(fetch(place, { method: 'PUT', body: Buffer.from(bytes) }));
    }
    const headers = { 'content-type': manifest.mediaType };
    await accepted(fetch(`${base}/manifests/${tag}`, { method: 'PUT', headers, body: Buffer.from(manifest.bytes) }));
  }
}

async function accepted(answer: Promise<Response>): Promise<void> {
  const { status } = await answer;
  if (status !== 201) throw new Error(`the registry answers a push with status ${status}`);
}

function manifestOf(
  layers: readonly unknown[],
  blobs: readonly MadeBlob[],
  more: Readonly<Record<string, unknown>> = {},
): MadeImage {
  const config = makeBlob(
    { architecture: '', os: '', config: {}, rootfs: { type: 'layers', diff_ids: [] } },
    'application/vnd.oci.image.config.v1+json',
  );
  const content = { schemaVersion: 2, mediaType: OCI_MANIFEST, config: describeBlob(config), layers, ...more };
  return [makeBlob(content, OCI_MANIFEST), config, ...blobs];
}
