import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Judgement } from '../check.ts';
import { hygieneRelease } from '../release-view.ts';
import { contentDigest, testAssessment } from '../test-release.ts';
import type { FoundSignature, ImageSignatures, SignatureEvidence, SignatureState } from './evidence.ts';
import { SIGNATURE_TEMPLATES } from './templates.ts';

function evidence(found: readonly FoundSignature[], problems: readonly string[] = [], keys = ['k']): SignatureEvidence {
  const signatures: ImageSignatures = { found, problems };
  return { keys, images: new Map([[contentDigest('a:1'), signatures]]) };
}

function found(what: FoundSignature['what'], ...states: readonly SignatureState[]): readonly FoundSignature[] {
  return states.map((state) => ({ what, state, place: 'tag', ...(state === 'known-key' ? { key: 'k' } : {}) }));
}

function judged(name: string, parameters: object, signatures: SignatureEvidence | undefined): Judgement | undefined {
  const release = hygieneRelease(testAssessment([{ logical: 'a:1' }]));
  const template = SIGNATURE_TEMPLATES.find((one) => one.name === name);
  return template?.withParameters({ ...parameters })({
    release,
    ...(signatures === undefined ? {} : { signatures }),
  })[0];
}

const SIGNATURES: readonly (readonly [SignatureEvidence | undefined, string])[] = [
  [undefined, 'no-evidence'],
  [{ keys: ['k'], images: new Map() }, 'no-evidence'],
  [evidence([]), 'fail no signature'],
  [evidence([], ['tag x: 403']), 'no-evidence what is beside the image could not be read'],
  [evidence(found('signature', 'known-key')), 'pass signed with k'],
  [evidence(found('signature', 'unknown-key', 'wrong', 'known-key'), ['tag x: 403']), 'pass signed with k'],
  [evidence(found('signature', 'unknown-key')), 'warn signed by a key that is not among the 1 given'],
  [evidence(found('signature', 'unknown-key'), [], []), 'warn signed, and no key was given to verify it with'],
  [evidence(found('signature', 'not-verified')), 'warn signed in a way that is not verified here'],
  [evidence(found('signature', 'unknown-key', 'wrong')), 'fail a signature does not verify with the key that it names'],
  [evidence(found('signature', 'other-image')), 'fail a signature is for another image'],
  [evidence(found('signature', 'unreadable')), 'fail a signature is not readable'],
  [evidence(found('sbom', 'known-key')), 'fail no signature'],
];

for (const [index, [signatures, expected]] of SIGNATURES.entries()) {
  test(`signature ${index + 1}: ${expected}`, () => {
    const { verdict, reason } = judged('image-signature', {}, signatures) ?? {};
    assert.ok(`${verdict} ${reason}`.startsWith(expected), `${verdict} ${reason}`);
  });
}

const ATTESTATIONS: readonly (readonly [readonly FoundSignature[], string])[] = [
  [[], 'warn no bill of materials'],
  [found('provenance', 'known-key'), 'warn no bill of materials'],
  [found('sbom', 'unsigned'), 'warn bill of materials that nobody signed'],
  [found('sbom', 'unknown-key'), 'warn bill of materials that no trusted key signed'],
  [found('sbom', 'unsigned', 'known-key'), 'pass bill of materials attested with k'],
  [found('sbom', 'other-image'), 'fail bill of materials: its signature is for another image'],
];

for (const [things, expected] of ATTESTATIONS) {
  test(`attestation: ${expected} (${things.length})`, () => {
    const { verdict, reason } = judged('image-attestation', { kind: 'sbom' }, evidence(things)) ?? {};
    assert.equal(`${verdict} ${reason}`, expected);
  });
}

test('the evidence says where and what; where none is good, what could not be read', () => {
  const [signature] = found('signature', 'known-key');
  assert.ok(signature !== undefined);
  const told = judged('image-signature', {}, evidence([{ ...signature, says: 'for a' }]));
  assert.deepEqual(told?.evidence, ['tag: verified with k (for a)']);
  assert.deepEqual(judged('image-signature', {}, evidence([], ['tag x: 403']))?.evidence, ['tag x: 403']);
  // The good one may be what was not read.
  const other = evidence(found('signature', 'unknown-key'), ['tag x: 403']);
  assert.deepEqual(judged('image-signature', {}, other)?.evidence, ['tag x: 403', 'tag: by no trusted key']);
  assert.deepEqual(judged('image-signature', {}, evidence(found('signature', 'known-key'), ['tag x: 403']))?.evidence, [
    'tag: verified with k',
  ]);
});
