// The group's initiatives from programme.yaml: what it works on beyond single vulnerabilities. Form: docs/guide/review.md.
import { z } from 'zod';
import { checkedYaml } from '../../platform/checked-yaml.ts';
import { LimitError } from '../../platform/errors.ts';
import { LIMITS } from '../../platform/limits.ts';
import { isDay } from '../../statements/day.ts';

/** States of an initiative, in the order in which they are listed. */
export const INITIATIVE_STATES = ['in-progress', 'planned', 'paused', 'done', 'dropped'] as const;
export type InitiativeState = (typeof INITIATIVE_STATES)[number];

/** An initiative. */
export interface Initiative {
  readonly name: string;
  readonly state: InitiativeState;
  readonly owner: string;
  /** Release or day for which it is meant, in words. */
  readonly target?: string;
  /** Where it stands. */
  readonly note?: string;
  /** ISO day of the last word. */
  readonly date?: string;
}

const words = z.string('must be text: put numbers and dates in quotes').trim().min(1, 'must say something').max(10_000);
const schema = z.strictObject({
  initiatives: z.preprocess(
    (value) => value ?? [],
    z
      .array(
        z.strictObject({
          name: words,
          state: z.enum(INITIATIVE_STATES),
          owner: words,
          target: words.exactOptional(),
          note: words.exactOptional(),
          date: z.string().refine(isDay, 'must be a day as 2022-04-06').exactOptional(),
        }),
      )
      .max(1000),
  ),
});

/**
 * Reads the initiatives, by state and in the order of the file.
 * @throws ParseError with file, line and column; LimitError
 */
export function readProgramme(text: string, file: string): readonly Initiative[] {
  if (text.length > LIMITS.settingsBytes) throw new LimitError(`${file}: more than ${LIMITS.settingsBytes} bytes`);
  const { initiatives } = checkedYaml(text, file, schema).value;
  return initiatives.toSorted((a, b) => INITIATIVE_STATES.indexOf(a.state) - INITIATIVE_STATES.indexOf(b.state));
}
