// What is kept beside images: manifests of artefacts and lists of them, signature files, signatures, envelopes and bundles.

import { judgeEnvelope, parseBundle, parseEnvelope } from '../../../src/posture/hygiene/signature/envelope.ts';
import { examine } from '../../../src/posture/hygiene/signature/examine.ts';
import { judgeSimpleSigning } from '../../../src/posture/hygiene/signature/simple-signing.ts';
import { readTrustedKeys } from '../../../src/posture/hygiene/signature/trusted-keys.ts';
import { parseArtefact, parseArtefactList } from '../../../src/scan/image/attached/artefact.ts';
import { type Attachment, BUNDLE, DSSE, SIMPLE_SIGNING } from '../../../src/scan/image/attached/attachment.ts';
import { parseSignatureFile } from '../../../src/scan/image/attached/directory-store.ts';
import { expect } from '../expect.ts';
import type { FuzzTarget } from '../target.ts';

const DIGEST = `sha256:${'a'.repeat(64)}` as const;
const SUBJECTS = new Set([DIGEST]);
const WORDS = [
  'application/vnd.in-toto+json',
  'https://in-toto.io/Statement/v1',
  'https://spdx.dev/Document',
  'cosign container image signature',
  'docker-manifest-digest',
  'payloadType',
  'dsseEnvelope',
  'artifactType',
  DIGEST,
];
/** A P-256 key that signed nothing of the corpus. */
const KEYS = readTrustedKeys(
  '-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEFNLqFhf4fiN6o/glAuYnq2jYUeL0\nvRuLu/z39pmbVwS9ff5AYnlwaP9sxREajdLY9ynM6G1sy6AAmb7Z63TsLg==\n-----END PUBLIC KEY-----\n',
  'a.pub',
);
const SIGNATURE = { 'dev.cosignproject.cosign/signature': 'MEUCIQDa' };

/** All of them. */
export const BESIDE_TARGETS: readonly FuzzTarget[] = [
  { id: 'artefact', form: 'json', words: WORDS, run: (input) => parseArtefact(input, 'a') },
  { id: 'artefact-list', form: 'json', words: WORDS, run: (input) => parseArtefactList(input, 'a') },
  {
    id: 'signature-file',
    form: 'binary',
    words: ['\0sigstore-json\n', 'mimeType', 'payload', 'annotations'],
    run: (input) => parseSignatureFile(input, 'a'),
  },
  {
    id: 'simple-signing',
    form: 'json',
    words: WORDS,
    run: (input) => examined(SIMPLE_SIGNING, input, () => judgeSimpleSigning(input, SIGNATURE, SUBJECTS, KEYS)),
  },
  {
    id: 'attestation-envelope',
    form: 'json',
    words: WORDS,
    run: (input) => examined(DSSE, input, () => judgeEnvelope(parseEnvelope(input), SUBJECTS, KEYS)),
  },
  {
    id: 'sigstore-bundle',
    form: 'json',
    words: WORDS,
    run: (input) => examined(`${BUNDLE}.v0.3+json`, input, () => judgeEnvelope(parseBundle(input), SUBJECTS, KEYS)),
  },
];

/** No input is signed by the key, and none makes the examination throw. */
function examined(mediaType: string, payload: Buffer, judge: () => { readonly state: string }): unknown {
  const attachment: Attachment = { place: 'a', mediaType, annotations: SIGNATURE, payload };
  const found = examine(attachment, SUBJECTS, KEYS);
  expect(found !== undefined && found.state !== 'known-key', `the state ${found?.state} of what nobody signed`);
  return judge();
}
