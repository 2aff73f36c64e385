// What was judged, name by name: kept so that a judgement with another advisory set asks that set only about what differs in it. An entry
// holds for the same records, under the same ids; `judge.ts` checks both. It is a memory and no evidence: without it the result is the same.
import { buildId } from '../../platform/built-file.ts';
import type { Identified } from './identity.ts';
import type { Judgement } from './match.ts';
import type { SeverityPolicy } from './severity.ts';

/** The program that writes and reads books: another build may judge the same records and packages otherwise. */
function thisProgram(): string {
  return buildId() ?? 'sources';
}

/** A record whose aliases join ids, or whose id is no CVE; with the ids that it was reported under. */
export interface JoiningRecord extends Identified {
  readonly reported: readonly string[];
}

/** What was judged of the packages with one name. */
export interface JudgedName {
  /** Of the records that were looked up (AdvisorySet.fingerprint). */
  readonly fingerprint: string;
  readonly joining: readonly JoiningRecord[];
  /** By version and build. */
  readonly judgements: ReadonlyMap<string, Judgement>;
}

/** All that was judged. */
export interface Book {
  readonly policy: SeverityPolicy;
  /** By namespace and names. */
  readonly names: ReadonlyMap<string, JudgedName>;
}

/** The book as one text. `program` is for tests. */
export function bookText({ policy, names }: Book, program: string = thisProgram()): string {
  const rows = [...names].map(([key, { fingerprint, joining, judgements }]) => [
    key,
    fingerprint,
    joining,
    [...judgements],
  ]);
  return JSON.stringify({ program, policy, names: rows });
}

/** The book behind a text that `bookText` gave; undefined for one of another build. @throws SyntaxError, TypeError for any other text. */
export function readBook(text: string): Book | undefined {
  const { program, policy, names }: BookDocument = JSON.parse(text);
  if (program !== thisProgram()) return undefined;
  return {
    policy,
    names: new Map(
      names.map(([key, fingerprint, joining, judgements]) => [
        key,
        { fingerprint, joining, judgements: new Map(judgements) },
      ]),
    ),
  };
}

interface BookDocument {
  readonly program: string;
  readonly policy: SeverityPolicy;
  readonly names: readonly (readonly [
    key: string,
    fingerprint: string,
    joining: readonly JoiningRecord[],
    judgements: readonly (readonly [string, Judgement])[],
  ])[];
}
