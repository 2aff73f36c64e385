// Checks the signature of a Release file with gpgv or sqv, whichever the system has. apt trusts the same two programs.
// gpgv's report: GnuPG, doc/DETAILS, "Format of the --status-fd output". The signed text is what gpgv hands on, never the file around it.
import { LIMITS } from '../../../platform/limits.ts';
import type { SignedBy } from './apt-sources.ts';
import { type Environment, runProgram } from './programs.ts';

/** A Release file as fetched: InRelease (text and signature in one), or Release and Release.gpg. */
export type SignedFile =
  | { readonly kind: 'inline'; readonly file: string }
  | { readonly kind: 'detached'; readonly file: string; readonly signature: string };

/** `good` with the keys that signed; `bad` when the text is not what was signed; `unknown` when that cannot be told. */
export type Verdict =
  | { readonly state: 'good'; readonly text?: Buffer; readonly signedBy: readonly string[] }
  | { readonly state: 'bad' | 'unknown'; readonly reason: string };

/** Which program checks signatures here. sqv takes no text with the signature inside. */
export type Verifier = 'gpgv' | 'sqv';

/** Milliseconds that a check may take. */
const PATIENCE = 60_000;
/** SHA-2 in OpenPGP (RFC 9580, 9.5); the digests before it are broken. */
const STRONG_DIGESTS: ReadonlySet<string> = new Set(['8', '9', '10', '11']);

/** The program that this system has; undefined when it has none. */
export async function findVerifier(environment: Environment): Promise<Verifier | undefined> {
  for (const program of ['gpgv', 'sqv'] as const) {
    const outcome = await runProgram(program, ['--version'], {
      environment,
      maxBytes: 100_000,
      milliseconds: PATIENCE,
    });
    if (outcome !== undefined) return program;
  }
  return undefined;
}

/** @throws LimitError when the program runs or prints without end */
export async function checkSignature(
  verifier: Verifier,
  signed: SignedFile,
  keyrings: readonly string[],
  { fingerprints }: Pick<SignedBy, 'fingerprints'>,
  environment: Environment,
): Promise<Verdict> {
  if (keyrings.length === 0) return { state: 'unknown', reason: 'there is no keyring to check it with' };
  const verdict = await (verifier === 'gpgv' ? runGpgv : runSqv)(signed, keyrings, environment);
  if (verdict.state !== 'good' || fingerprints.length === 0) return verdict;
  if (verdict.signedBy.some((key) => fingerprints.includes(key))) return verdict;
  return {
    state: 'unknown',
    reason: `signed by ${verdict.signedBy.join(', ')}, which is not the key that apt asks for`,
  };
}

async function runGpgv(signed: SignedFile, keyrings: readonly string[], environment: Environment): Promise<Verdict> {
  const files = signed.kind === 'inline' ? ['--output', '-', signed.file] : [signed.signature, signed.file];
  const args = ['--status-fd', '3', ...keyrings.flatMap((keyring) => ['--keyring', keyring]), ...files];
  const outcome = await runProgram('gpgv', args, {
    environment,
    maxBytes: LIMITS.releaseFileBytes,
    milliseconds: PATIENCE,
  });
  if (outcome === undefined) return { state: 'unknown', reason: 'gpgv is gone' };
  const verdict = readGpgvStatus(outcome.status);
  if (verdict.state !== 'good') return verdict;
  return signed.kind === 'inline' ? { ...verdict, text: outcome.stdout } : verdict;
}

/**
 * One good signature is enough: suites are signed with the keys of several releases, of which an older system knows some. One bad signature is one
 * too many. A VALIDSIG line counts only behind a GOODSIG line, because keys that expired or were revoked get one, too.
 */
export function readGpgvStatus(status: string): Verdict {
  const keys = new Set<string>();
  const problems = new Set<string>();
  let isGood = false;
  for (const line of status.split('\n')) {
    const [prefix, word = '', ...fields] = line.split(' ');
    if (prefix !== '[GNUPG:]') continue;
    if (word === 'NEWSIG') isGood = false;
    else if (word === 'GOODSIG') isGood = true;
    else if (word === 'VALIDSIG' && isGood) {
      if (STRONG_DIGESTS.has(fields[7] ?? ''))
        for (const key of [fields[0], fields[9]]) key !== undefined && keys.add(key);
      else problems.add('a digest that is no longer safe');
    } else if (word === 'BADSIG') return { state: 'bad', reason: 'the signature does not belong to the text' };
    else if (word in PROBLEMS) problems.add(`${PROBLEMS[word]} ${fields[0] ?? ''}`.trim());
  }
  if (keys.size > 0) return { state: 'good', signedBy: [...keys].sort() };
  const reason = problems.size > 0 ? [...problems].join(', ') : 'there is no signature in it';
  return { state: 'unknown', reason };
}

const PROBLEMS: Readonly<Record<string, string>> = {
  NO_PUBKEY: 'no keyring has the key',
  EXPSIG: 'an expired signature of the key',
  EXPKEYSIG: 'a signature of the expired key',
  REVKEYSIG: 'a signature of the revoked key',
  ERRSIG: 'the signature could not be checked, key',
};

async function runSqv(signed: SignedFile, keyrings: readonly string[], environment: Environment): Promise<Verdict> {
  if (signed.kind === 'inline') return { state: 'unknown', reason: 'sqv takes detached signatures only' };
  const args = [...keyrings.flatMap((keyring) => ['--keyring', keyring]), signed.signature, signed.file];
  const outcome = await runProgram('sqv', args, {
    environment,
    maxBytes: LIMITS.metadataBytes,
    milliseconds: PATIENCE,
  });
  const keys = (outcome?.stdout.toString() ?? '').match(/^[0-9A-F]{40,64}$/gm) ?? [];
  if (outcome?.code === 0 && keys.length > 0) return { state: 'good', signedBy: [...new Set(keys)].sort() };
  return { state: 'unknown', reason: outcome?.stderr.trim().split('\n').at(-1) ?? 'sqv is gone' };
}
