// What the release before was told of the same things: which results are new, and which of before are closed. Pure.
import type { Verdict } from '../../platform/verdict.ts';
import { splitLogical } from '../../scan/release/logical.ts';

/** How many results changed between two releases. What could not be judged in one of them counts nowhere. */
export interface Change {
  /** Failed results and warnings that the release before does not have. */
  readonly opened: number;
  /** Those of the release before that this one does not have, since they are mended or what they were about is gone. */
  readonly closed: number;
}

/** What another release was told. */
export type Told = (result: Pick<Verdict, 'check' | 'subject'>) => Verdict['verdict'] | undefined;

/** Finds results by check and subject; of an image whose tag is another one, by its repository. */
export function told(results: readonly Verdict[]): Told {
  const byKey = new Map<string, Verdict['verdict']>();
  for (const { check, subject, verdict } of results) {
    const repository = `${check} ${repositoryOf(subject)}`;
    byKey.set(`${check} ${subject}`, verdict);
    // Of several tags any may be the one that went before: the worst says that it is not new.
    if (!isOpen(byKey.get(repository))) byKey.set(repository, verdict);
  }
  return ({ check, subject }) => byKey.get(`${check} ${subject}`) ?? byKey.get(`${check} ${repositoryOf(subject)}`);
}

/** Compares the results of two releases. */
export function changeBetween(before: readonly Verdict[], now: readonly Verdict[]): Change {
  return { opened: openOnlyIn(now, told(before)), closed: openOnlyIn(before, told(now)) };
}

function openOnlyIn(results: readonly Verdict[], other: Told): number {
  return results.filter((result) => {
    const verdict = other(result);
    return isOpen(result.verdict) && !isOpen(verdict) && verdict !== 'no-evidence' && verdict !== 'unsupported';
  }).length;
}

function isOpen(verdict: Verdict['verdict'] | undefined): boolean {
  return verdict === 'fail' || verdict === 'warn';
}

function repositoryOf(subject: string): string {
  return splitLogical(subject).repository;
}
