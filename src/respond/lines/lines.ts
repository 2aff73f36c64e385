// Release lines as data: which lines there are, what state each is in, what it is made of, until when it is kept. Reads lines.yaml; gives lines, and
// the line that a release belongs to. Every key: docs/guide/plan.md, "Release lines".
import { z } from 'zod';
import { type CheckedYaml, checkedYaml } from '../../platform/checked-yaml.ts';
import { ParseError } from '../../platform/errors.ts';
import { isDay } from '../../statements/day.ts';
import { isOfLine } from '../../statements/scope.ts';

/** States in the order that a line goes through them. */
export const LINE_STATES = ['planned', 'development', 'supported', 'security', 'ended'] as const;
export type LineState = (typeof LINE_STATES)[number];

/** A release line. */
export interface ReleaseLine {
  /** First parts of the versions in it: the line `1.2` holds 1.2, 1.2.7 and 1.2.0-beta.97. */
  readonly name: string;
  /** Name of the releases; any when absent. */
  readonly release?: string;
  /** `security`: only security updates are made for it. */
  readonly state: LineState;
  /** What it is made of, in words. */
  readonly content?: string;
  /** Version of Kubernetes that it ships: `1.21.12`. */
  readonly kubernetes?: string;
  /** ISO date of its first release. */
  readonly start?: string;
  /** ISO date of its last day. */
  readonly end?: string;
}

/** Text of one line, of a length that a table can bear. */
const words = z.string().trim().min(1, 'must not be empty').max(500);
const day = z.string().refine(isDay, 'must be a date, YYYY-MM-DD');
const document = z.strictObject({
  lines: z.array(
    z.strictObject({
      name: words.regex(/^[0-9A-Za-z][0-9A-Za-z.+-]*$/, 'must be the start of a version, in quotes: "1.2"'),
      release: words.exactOptional(),
      state: z.enum(LINE_STATES),
      content: words.exactOptional(),
      kubernetes: words
        .regex(/^v?\d+\.\d+(\.\d+)?$/, 'must be a version of Kubernetes, in quotes: "1.21"')
        .exactOptional(),
      start: day.exactOptional(),
      end: day.exactOptional(),
    }),
  ),
});

/**
 * Reads the text of a lines.yaml.
 * @param file name for messages
 * @throws ParseError with file, line and column: unknown keys, a name that is there twice, an end before the start
 */
export function parseLines(text: string, file: string): readonly ReleaseLine[] {
  const { value, placeOf } = checkedYaml(text, file, document);
  const seen = new Set<string>();
  for (const [index, { name, release, start, end }] of value.lines.entries()) {
    const key = `${release ?? ''}\0${name}`;
    if (seen.has(key)) throw problem(placeOf, index, 'name', `${file}`, `the line ${name} is there twice`);
    seen.add(key);
    if (start !== undefined && end !== undefined && end < start) {
      throw problem(placeOf, index, 'end', file, `the line ${name} ends before it starts`);
    }
  }
  return value.lines;
}

/** The line of a release: of those that fit the one with the longest name; undefined when there is none. */
export function lineOf(
  lines: readonly ReleaseLine[],
  { name, version }: { readonly name: string; readonly version: string },
): ReleaseLine | undefined {
  return lines
    .filter((line) => line.release === undefined || line.release === name)
    .filter((line) => isOfLine({ vulnerability: '', lines: [line.name] }, version))
    .toSorted(
      (a, b) => b.name.length - a.name.length || Number(a.release === undefined) - Number(b.release === undefined),
    )[0];
}

function problem(
  placeOf: CheckedYaml<unknown>['placeOf'],
  index: number,
  key: string,
  file: string,
  what: string,
): ParseError {
  const { line, column } = placeOf(['lines', index, key]);
  return new ParseError(`${file}:${line}:${column}: lines.${index}.${key}: ${what}`);
}
