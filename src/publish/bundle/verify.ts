// Checks a bundle: that its files are those that were published, by whom, and that they all say the same. Rule: docs/guide/publish.md, "Verify".
import type { KeyObject } from 'node:crypto';
import { statisticsOf } from '../../explain/statistics.ts';
import { isSignedBy, readEnvelope } from '../../platform/dsse.ts';
import { messageOf, PlimsollError } from '../../platform/errors.ts';
import type { Verdict } from '../../platform/verdict.ts';
import { fieldsOf, listOf } from '../../scan/advisory/fields.ts';
import type { Assessment } from '../../scan/assess/assessment.ts';
import { readAssessmentJson } from '../json/read.ts';
import { agreementChecks } from './agreement.ts';
import { check, fileOf } from './check.ts';
import { readChecksums, sha256Hex } from './checksums.ts';
import { comparisonChecks } from './comparison-checks.ts';
import { BUNDLE_FILES, BUNDLE_SCHEMA_VERSION, FORMAT_FILES } from './contents.ts';
import type { BundleFolder } from './folder.ts';
import { readDocument, wordOf } from './readers/documents.ts';
import { STATEMENT_TYPE, statementFiles } from './statement.ts';

/** What came of it. */
export interface Verification {
  /** Digest of the bundle's list of files. */
  readonly bundle?: string;
  /** `pass` when every check passes or does not apply; `no-evidence` when one could not be made. */
  readonly verdict: 'pass' | 'fail' | 'no-evidence';
  readonly checks: readonly Verdict[];
}

/** Runs every check that the folder allows. Never throws for what is in the files: that is a check that fails. */
export async function verifyBundle(folder: BundleFolder, key?: KeyObject): Promise<Verification> {
  const list = folder.files.get(BUNDLE_FILES.list);
  const sums = sumsOf(folder);
  const checks = [
    filesCheck(folder),
    check('checksums', BUNDLE_FILES.checksums, () => checksumProblems(folder, sums)),
    check('list', BUNDLE_FILES.list, () => listProblems(folder, sums)),
    signatureCheck(folder, sums, key),
  ];
  const { assessment, verdict } = await readAssessment(folder);
  checks.push(verdict);
  if (assessment !== undefined) {
    const statistics = statisticsOf(assessment);
    checks.push(...agreementChecks(folder, assessment, statistics));
    checks.push(...(await comparisonChecks(folder, assessment, statistics)));
  }
  return { ...(list === undefined ? {} : { bundle: `sha256:${sha256Hex(list)}` }), verdict: wholeOf(checks), checks };
}

function wholeOf(checks: readonly Verdict[]): Verification['verdict'] {
  if (checks.some(({ verdict }) => verdict === 'fail')) return 'fail';
  return checks.some(({ verdict }) => verdict === 'no-evidence') ? 'no-evidence' : 'pass';
}

/** SHA-256 of every file by its path. */
function sumsOf({ files }: BundleFolder): ReadonlyMap<string, string> {
  return new Map([...files].map(([path, content]) => [path, sha256Hex(content)]));
}

function filesCheck({ others }: BundleFolder): Verdict {
  return check('plain-files', '.', () => others.map((path) => `${path} is no plain file`));
}

/** Every file but the list of checksums and the signature stands in the list, and nothing else does. */
function checksumProblems(folder: BundleFolder, sums: ReadonlyMap<string, string>): readonly string[] {
  const expected = readChecksums(fileOf(folder, BUNDLE_FILES.checksums).toString('utf8'));
  const outside = [BUNDLE_FILES.checksums, BUNDLE_FILES.signature];
  return compareSums(expected, sums, outside);
}

function compareSums(
  expected: readonly { readonly path: string; readonly sha256: string }[],
  sums: ReadonlyMap<string, string>,
  outside: readonly string[],
): readonly string[] {
  const wanted = new Map(expected.map(({ path, sha256 }) => [path, sha256]));
  const repeated = [...Map.groupBy(expected, ({ path }) => path)].filter(([, entries]) => entries.length > 1);
  const changed = [...wanted].flatMap(([path, sha256]) => {
    const found = sums.get(path);
    if (found === undefined) return [`${path} is missing`];
    return found === sha256 ? [] : [`${path} was changed`];
  });
  const added = [...sums.keys()].filter((path) => !wanted.has(path) && !outside.includes(path));
  return [
    ...repeated.map(([path]) => `${path} stands there more than once`),
    ...changed,
    ...added.map((path) => `${path} was added`),
  ];
}

function listProblems(folder: BundleFolder, sums: ReadonlyMap<string, string>): readonly string[] {
  const list = readDocument(fileOf(folder, BUNDLE_FILES.list).toString('utf8'));
  if (list['schemaVersion'] !== BUNDLE_SCHEMA_VERSION) {
    return [`the list is not of the form ${BUNDLE_SCHEMA_VERSION}, which this program reads`];
  }
  const entries = listOf(list['files']).map((one) => {
    const { path, sha256 } = fieldsOf(one);
    return { path: wordOf(path), sha256: wordOf(sha256) };
  });
  return compareSums(entries, sums, Object.values(BUNDLE_FILES));
}

function signatureCheck(folder: BundleFolder, sums: ReadonlyMap<string, string>, key: KeyObject | undefined): Verdict {
  const subject = BUNDLE_FILES.signature;
  const envelope = folder.files.get(subject);
  const none = { check: 'signature', subject, evidence: [] };
  if (envelope === undefined) {
    return key === undefined
      ? { ...none, verdict: 'not-applicable', reason: 'not signed: whoever can write the folder could have made it' }
      : { ...none, verdict: 'fail', reason: 'there is no signature' };
  }
  const result = check('signature', subject, () => {
    const signed = readEnvelope(envelope.toString('utf8'));
    if (signed.type !== STATEMENT_TYPE) return ['the envelope holds something else than a statement'];
    if (key !== undefined && !isSignedBy(signed, key)) return ['the signature is not one of this key'];
    return compareSums(statementFiles(signed.payload), sums, [subject]);
  });
  if (key !== undefined || result.verdict !== 'pass') return result;
  return { ...none, verdict: 'no-evidence', reason: 'signed, but without --key nobody can tell by whom' };
}

async function readAssessment(folder: BundleFolder): Promise<{ assessment?: Assessment; verdict: Verdict }> {
  const subject = FORMAT_FILES.json;
  try {
    const { assessment } = await readAssessmentJson(fileOf(folder, subject).toString('utf8'));
    const list = readDocument(fileOf(folder, BUNDLE_FILES.list).toString('utf8'));
    const stated = wordOf(list['assessment']);
    return {
      assessment,
      verdict: check('assessment', subject, () =>
        stated === assessment.id ? [] : [`the list names another assessment: ${stated}`],
      ),
    };
  } catch (error) {
    if (!(error instanceof PlimsollError)) throw error;
    return { verdict: check('assessment', subject, () => [messageOf(error)]) };
  }
}
