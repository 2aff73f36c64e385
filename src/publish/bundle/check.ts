// A check of a bundle in the shared shape of verdicts, and the files that it looks at.
import { messageOf, PlimsollError } from '../../platform/errors.ts';
import type { Verdict } from '../../platform/verdict.ts';
import type { BundleFolder } from './folder.ts';

/** A check by the problems that it finds; what cannot be read is a problem. */
export function check(id: string, subject: string, problemsOf: () => readonly string[]): Verdict {
  let problems: readonly string[];
  try {
    problems = problemsOf();
  } catch (error) {
    if (!(error instanceof PlimsollError)) throw error;
    problems = [messageOf(error)];
  }
  const [first, ...others] = problems;
  if (first === undefined) return { check: id, subject, verdict: 'pass', evidence: [], reason: 'as it should be' };
  const more = others.length === 0 ? '' : `, and ${others.length} more`;
  return { check: id, subject, verdict: 'fail', evidence: problems, reason: `${first}${more}` };
}

/** A file of the bundle as bytes. @throws PlimsollError `not-found` */
export function fileOf({ files }: BundleFolder, path: string): Buffer {
  const content = files.get(path);
  if (content === undefined) throw new PlimsollError('not-found', `${path} is missing`);
  return content;
}
