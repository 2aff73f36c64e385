// The release lines on the overview of a bundle: which are kept, and how long. What the JSON of `lines status` says beside that stays inside.
import { ParseError } from '../../platform/errors.ts';
import { fieldsOf, textOf } from '../../scan/advisory/fields.ts';

/** A line as readers outside see it. Dates are ISO dates. */
export interface PublishedLine {
  readonly name: string;
  readonly state: string;
  readonly kubernetes: string;
  readonly start: string;
  readonly end: string;
}

/**
 * Reads the JSON of `lines status`.
 * @throws ParseError
 */
export function publishedLines(json: string): readonly PublishedLine[] {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (cause) {
    throw new ParseError('the release lines are no JSON', { cause });
  }
  const { lines } = fieldsOf(value);
  if (!Array.isArray(lines))
    throw new ParseError('there are no release lines in the file; give the JSON of lines status');
  return lines.map((line: unknown) => {
    const { name, state, kubernetes, start, end } = fieldsOf(line);
    return {
      name: textOf(name) ?? '',
      state: textOf(state) ?? '',
      kubernetes: textOf(kubernetes) ?? '',
      start: textOf(start) ?? '',
      end: textOf(end) ?? '',
    };
  });
}
