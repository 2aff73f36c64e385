// Checks of what was found beside the images: is each signed by a trusted key, has it a bill of materials and provenance that somebody attests? Cosign's
// rule holds: one good signature is enough. Nobody asked is no answer; what could not be read may have been the answer.
import { z } from 'zod';
import { type CheckTemplate, checkTemplate, type HygieneInput, type Judgement } from '../check.ts';
import { type ImageJudgement, judgeImages, listed } from '../release-view.ts';
import type { AttestationKind, FoundSignature, SignatureEvidence, SignatureState } from './evidence.ts';

/** How a state is told. */
const STATE_WORDS: Record<SignatureState, string> = {
  'known-key': 'verified',
  'unknown-key': 'by no trusted key',
  wrong: 'does not verify',
  'other-image': 'for another image',
  unreadable: 'not readable',
  unsigned: 'not signed',
  'not-verified': 'not verified here',
};
/** States that an honest image does not have. */
const BAD: ReadonlySet<SignatureState> = new Set(['wrong', 'other-image', 'unreadable']);
/** Things that are listed as evidence, at most. */
const LISTED = 10;

/** Signed by a trusted key. */
const imageSignature: CheckTemplate = checkTemplate('image-signature', z.strictObject({}), (input) =>
  judgeFound(input, 'signature', (found, evidence) => {
    const good = found.find(({ state }) => state === 'known-key');
    if (good !== undefined) return { verdict: 'pass', reason: `signed with ${good.key ?? 'a trusted key'}` };
    const bad = found.find(({ state }) => BAD.has(state));
    if (bad !== undefined) return { verdict: 'fail', reason: `a signature ${BAD_WORDS[bad.state]}` };
    if (found.length === 0) return { verdict: 'fail', reason: 'no signature' };
    if (found.every(({ state }) => state === 'not-verified')) {
      return { verdict: 'warn', reason: 'signed in a way that is not verified here' };
    }
    const keys = evidence.keys.length;
    return {
      verdict: 'warn',
      reason:
        keys === 0
          ? 'signed, and no key was given to verify it with'
          : `signed by a key that is not among the ${keys} given`,
    };
  }),
);

/** An attestation of a kind, signed by a trusted key. Its absence is no fault of the content: a warning. */
const imageAttestation: CheckTemplate = checkTemplate(
  'image-attestation',
  z.strictObject({ kind: z.enum(['sbom', 'provenance']) }),
  (input, { kind }) =>
    judgeFound(input, kind, (found) => {
      const name = KIND_WORDS[kind];
      const good = found.find(({ state }) => state === 'known-key');
      if (good !== undefined)
        return { verdict: 'pass', reason: `${name} attested with ${good.key ?? 'a trusted key'}` };
      const bad = found.find(({ state }) => BAD.has(state));
      if (bad !== undefined) return { verdict: 'fail', reason: `${name}: its signature ${BAD_WORDS[bad.state]}` };
      if (found.length === 0) return { verdict: 'warn', reason: `no ${name}` };
      const signed = found.some(({ state }) => state === 'unknown-key');
      return { verdict: 'warn', reason: `${name} that ${signed ? 'no trusted key' : 'nobody'} signed` };
    }),
);

/** All of this folder. */
export const SIGNATURE_TEMPLATES: readonly CheckTemplate[] = [imageSignature, imageAttestation];

const KIND_WORDS = { sbom: 'bill of materials', provenance: 'provenance' } as const;
const BAD_WORDS: Partial<Record<SignatureState, string>> = {
  wrong: 'does not verify with the key that it names',
  'other-image': 'is for another image',
  unreadable: 'is not readable',
};

function judgeFound(
  input: HygieneInput,
  kind: AttestationKind | 'signature',
  judge: (found: readonly FoundSignature[], evidence: SignatureEvidence) => Omit<ImageJudgement, 'evidence'>,
): readonly Judgement[] {
  const { signatures } = input;
  return judgeImages(input, ({ inventory }) => {
    if (signatures === undefined) return NOT_ASKED;
    const image = signatures.images.get(inventory.digest);
    if (image === undefined) return NOTHING_KEPT;
    const found = image.found.filter(({ what }) => what === kind);
    const judged = judge(found, signatures);
    // With something left unread, "there is none" may be wrong; what was found is what it is.
    const isAbsence = found.length === 0 && image.problems.length > 0;
    return {
      ...(isAbsence ? { verdict: 'no-evidence', reason: 'what is beside the image could not be read' } : judged),
      // Beside a good signature it does not matter what else could not be read.
      evidence: evidenceOf(found, judged.verdict === 'pass' ? [] : image.problems),
    };
  });
}

function evidenceOf(found: readonly FoundSignature[], problems: readonly string[]): readonly string[] {
  const lines = found.map(
    ({ place, state, key, says }) =>
      `${place}: ${STATE_WORDS[state]}${key === undefined ? '' : ` with ${key}`}${says === undefined ? '' : ` (${says})`}`,
  );
  return listed([...problems, ...lines], LISTED);
}

const NOT_ASKED: ImageJudgement = {
  verdict: 'no-evidence',
  evidence: [],
  reason: 'nobody asked where the image is; name its place with --signatures',
};

const NOTHING_KEPT: ImageJudgement = {
  verdict: 'no-evidence',
  evidence: [],
  reason: 'its place was not asked, or keeps no signatures (an archive of `docker save`, a root file system)',
};
