// The statement that is signed over a bundle: every file with its digest (in-toto attestation framework, Statement v1).
import { canonicalJson } from '../../platform/canonical.ts';
import { ParseError } from '../../platform/errors.ts';
import { compareText } from '../../platform/order.ts';
import { fieldsOf, listOf } from '../../scan/advisory/fields.ts';
import type { FileSum } from './checksums.ts';

/** Type of the payload (in-toto, "Envelope layer"). */
export const STATEMENT_TYPE = 'application/vnd.in-toto+json';
const STATEMENT = 'https://in-toto.io/Statement/v1';
/** Of what kind the bundle's statement is. */
const PREDICATE = 'urn:plimsoll:predicate:security-bundle:1';

/** What the predicate says of the bundle. */
export interface BundlePredicate {
  readonly release: { readonly name: string; readonly version: string };
  readonly asOf: string;
  readonly audience: string;
  /** Id of the assessment. */
  readonly assessment: string;
}

/** The statement as canonical JSON. */
export function statementText(files: readonly FileSum[], predicate: BundlePredicate): string {
  const subject = [...files]
    .sort((a, b) => compareText(a.path, b.path))
    .map(({ path, sha256 }) => ({ name: path, digest: { sha256 } }));
  return canonicalJson({ _type: STATEMENT, subject, predicateType: PREDICATE, predicate });
}

/**
 * The files that a statement speaks of.
 * @throws ParseError when it is no statement about a bundle.
 */
export function statementFiles(text: string): readonly FileSum[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new ParseError('the signed statement is no JSON', { cause });
  }
  const { _type, predicateType, subject } = fieldsOf(value);
  if (_type !== STATEMENT || predicateType !== PREDICATE)
    throw new ParseError('the signed statement is not about a bundle');
  return listOf(subject).map((one) => {
    const { name, digest } = fieldsOf(one);
    const { sha256 } = fieldsOf(digest);
    if (typeof name !== 'string' || typeof sha256 !== 'string') {
      throw new ParseError('the signed statement names a file without its digest');
    }
    return { path: name, sha256 };
  });
}
