// Whether a mitigation applies to a subject: each condition asks one fact. A fact that nobody looked up is no answer, never "no".
import { compareVersions, isValidVersion } from '../../../versions/compare.ts';
import type { Bundle, Condition, VersionCondition } from './bundle.ts';

/** What is known of a node, an image or a cluster. */
export interface Subject {
  readonly name: string;
  readonly kind: 'node' | 'image' | 'cluster';
  /** Values by fact; an empty list: it was looked for and is not there. */
  readonly facts: ReadonlyMap<string, readonly string[]>;
}

/** The answer for one subject. */
export interface Applicability {
  readonly subject: string;
  readonly kind: Subject['kind'];
  readonly answer: 'applies' | 'does-not-apply' | 'not-known';
  /** The condition that decided, or those that could not be answered. */
  readonly reasons: readonly string[];
  /** Why it must not be applied there though it applies. */
  readonly conflicts: readonly string[];
}

/** Judges one subject. */
export function applicability({ applies, conflicts }: Bundle, subject: Subject): Applicability {
  const answers = applies.map((condition) => ({ condition, ...ask(condition, subject) }));
  const against = answers.filter(({ holds }) => holds === false);
  const open = answers.filter(({ holds }) => holds === undefined);
  const deciding = against.length > 0 ? against : open.length > 0 ? open : answers;
  const answer = against.length > 0 ? 'does-not-apply' : open.length > 0 ? 'not-known' : 'applies';
  const met = conflicts.flatMap(({ reason, when }) => {
    const { holds, why } = ask(when, subject);
    return holds === false ? [] : [holds === true ? `${reason} (${why})` : `${reason}: not known (${why})`];
  });
  return { subject: subject.name, kind: subject.kind, answer, reasons: deciding.map(({ why }) => why), conflicts: met };
}

/** The answer to one question. */
export interface Asked {
  /** Undefined: not known. */
  readonly holds: boolean | undefined;
  readonly why: string;
}

/** Asks one fact of a subject. */
export function ask(condition: Condition, { facts }: Pick<Subject, 'facts'>): Asked {
  const { fact } = condition;
  const values = facts.get(fact);
  if (values === undefined) return { holds: undefined, why: `${fact} was not looked up` };
  const found = values.length === 0 ? 'is not there' : `is ${values.join(', ')}`;
  if ('present' in condition) return { holds: condition.present === values.length > 0, why: `${fact} ${found}` };
  if ('equals' in condition) {
    return { holds: values.includes(condition.equals), why: `${fact} ${found}; asked for ${condition.equals}` };
  }
  if ('not' in condition) {
    return { holds: !values.includes(condition.not), why: `${fact} ${found}; asked for other than ${condition.not}` };
  }
  return askVersions(condition, values, found);
}

function askVersions(condition: VersionCondition, values: readonly string[], found: string): Asked {
  const { fact, scheme, ranges } = condition;
  const asked = ranges.map(({ from, before }) => `[${from ?? ''}, ${before ?? ''})`).join(' ');
  const why = `${fact} ${found}; asked for ${asked} (${scheme})`;
  const readable = values.filter((value) => isValidVersion(scheme, value));
  const fits = (value: string): boolean =>
    ranges.some(
      ({ from, before }) =>
        (from === undefined || compareVersions(scheme, value, from) >= 0) &&
        (before === undefined || compareVersions(scheme, value, before) < 0),
    );
  if (readable.some(fits)) return { holds: true, why };
  return { holds: readable.length === values.length ? false : undefined, why };
}
