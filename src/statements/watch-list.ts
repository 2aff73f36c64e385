// The watch list: vulnerabilities that customers or the press raise, with what the site says of them, also where no image has them. YAML kept in
// version control. Form: docs/guide/statements.md.
import { z } from 'zod';
import { checkedYaml } from '../platform/checked-yaml.ts';
import { LimitError } from '../platform/errors.ts';
import { LIMITS } from '../platform/limits.ts';
import { isDay } from './day.ts';

/** What the site says: it works on it; it is not vulnerable; it waits for more to be known. */
export const WATCH_STATES = ['responding', 'not-vulnerable', 'watching'] as const;
export type WatchState = (typeof WATCH_STATES)[number];

/** A score that somebody gives a vulnerability: NVD and vendors often disagree. */
export interface WatchScore {
  /** `NVD`, `SUSE`, … */
  readonly source: string;
  /** CVSS base score, 0.0 to 10.0. */
  readonly score: number;
}

/** One line of the list. */
export interface WatchItem {
  /** Any id of the vulnerability. */
  readonly vulnerability: string;
  /** What is concerned, in words: `containerd on the nodes`. */
  readonly title: string;
  readonly state: WatchState;
  /** What is said to those who ask. */
  readonly statement: string;
  readonly owner: string;
  /** ISO date of the last word. */
  readonly date: string;
  /** Who raised it: a customer, a mail, an article. Not for the public. */
  readonly raisedBy?: string;
  /** Address or id of a ticket. */
  readonly ticket?: string;
  /** By source. */
  readonly scores: readonly WatchScore[];
  readonly origin: { readonly file: string; readonly line: number };
}

const words = z.string().trim().min(1, 'must say something').max(10_000);
const name = z.string().trim().min(1, 'must not be empty').max(1024);
const list = z.strictObject({
  watch: z.preprocess(
    (value) => value ?? [],
    z
      .array(
        z.strictObject({
          vulnerability: name.regex(/^\S+$/, 'must be one id without white space'),
          title: words,
          state: z.enum(WATCH_STATES),
          statement: words,
          owner: name,
          date: z.string().refine(isDay, 'must be a day as 2022-04-06'),
          raisedBy: words.exactOptional(),
          ticket: name.exactOptional(),
          scores: z.array(z.strictObject({ source: name, score: z.number().min(0).max(10) })).default([]),
        }),
      )
      .max(10_000),
  ),
});

/**
 * Reads a watch list, sorted by state and vulnerability.
 * @throws ParseError with file, line and column; LimitError
 */
export function readWatchList(text: string, file: string): readonly WatchItem[] {
  if (text.length > LIMITS.statementFileBytes)
    throw new LimitError(`${file}: more than ${LIMITS.statementFileBytes} bytes`);
  const checked = checkedYaml(text, file, list);
  const items = checked.value.watch.map((item, index) => ({
    ...item,
    origin: { file, line: checked.placeOf(['watch', index]).line },
  }));
  return items.sort(
    (a, b) =>
      WATCH_STATES.indexOf(a.state) - WATCH_STATES.indexOf(b.state) || (a.vulnerability < b.vulnerability ? -1 : 1),
  );
}
