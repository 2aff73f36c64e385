// A statement as it stands in a YAML file: the fields that may be there, and which need each other. Sources: OpenVEX 0.2.0, "Status Justifications"
// and "Status Labels" (not_affected needs a justification or an impact statement); for the rest docs/guide/statements.md.
import { z } from 'zod';
import { daysBetween, isDay } from './day.ts';
import { isBlank } from './pattern.ts';
import { ANY_VULNERABILITY } from './scope.ts';
import { EXCEPTION_REASONS, JUSTIFICATIONS, VEX_STATUSES } from './statement.ts';

/** How long a statement may apply at most when the configuration does not say, in days. */
export const MAXIMUM_DAYS = 180;

/** A line of text that says something; longer ones are folded by YAML. */
const words = z.string().trim().min(1, 'must say something').max(10_000);
const name = z.string().trim().min(1, 'must not be empty').max(1024);
const day = z.string().refine(isDay, 'must be a day as 2022-04-06');
const patterns = (check: (pattern: string) => boolean, message: string) =>
  z.array(name.refine(check, message)).min(1, 'must hold a pattern; leave it out for all').max(1000);

const scope = z.strictObject({
  vulnerability: name.regex(/^\S+$/, 'must be one id without white space'),
  images: patterns((pattern) => !/\s/.test(pattern), 'must be an image without white space').exactOptional(),
  packages: patterns(
    (pattern) => pattern.startsWith('pkg:') && !isBlank(pattern.slice(4)),
    'must be a package URL that names something: pkg:apk/alpine/zlib',
  ).exactOptional(),
  lines: z.array(name).min(1, 'must hold a line; leave it out for all').max(1000).exactOptional(),
});

const fields = z.strictObject({
  id: name.regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'must be letters, digits and . _ -').max(200),
  scope,
  status: z.enum(VEX_STATUSES),
  justification: z.enum(JUSTIFICATIONS).exactOptional(),
  impact: words.exactOptional(),
  action: words.exactOptional(),
  exception: z.strictObject({ reason: z.enum(EXCEPTION_REASONS), detail: words.exactOptional() }).exactOptional(),
  owner: name,
  author: name,
  approver: name.exactOptional(),
  date: day,
  expires: day,
  renewals: z.int().nonnegative().max(1000).default(0),
});

/** The fields of a statement in a file. */
export type StatementFields = z.output<typeof fields>;

/** The schema of one statement under a maximum length. */
export function statementFields(maximumDays: number): z.ZodType<StatementFields> {
  return fields.check(({ value, issues }) => {
    const wrong = (path: readonly string[], message: string): void => {
      issues.push({ code: 'custom', path: [...path], message, input: value });
    };
    const { status, justification, impact, action, exception } = value;
    if (status === 'not_affected') {
      if (justification === undefined && impact === undefined)
        wrong(['status'], 'not_affected needs a justification or an impact');
    } else {
      if (justification !== undefined) wrong(['justification'], 'goes with the status not_affected');
      if (impact !== undefined) wrong(['impact'], 'goes with the status not_affected');
    }
    if (status === 'affected') {
      if (action === undefined && exception === undefined)
        wrong(['status'], 'affected needs an action or an exception');
    } else {
      if (action !== undefined) wrong(['action'], 'goes with the status affected');
      if (exception !== undefined) wrong(['exception'], 'goes with the status affected');
    }
    if (value.scope.vulnerability === ANY_VULNERABILITY) {
      if (exception === undefined) wrong(['scope', 'vulnerability'], '"*" is for exceptions only');
      if (value.scope.images === undefined) wrong(['scope', 'vulnerability'], '"*" needs the images that it is about');
    } else if (value.scope.vulnerability.includes('*')) {
      wrong(['scope', 'vulnerability'], 'must be a whole id: only images and packages are patterns');
    }
    if (value.approver !== undefined && samePerson(value.approver, value.author)) {
      wrong(['approver'], 'must not be the author');
    }
    const length = daysBetween(value.date, value.expires);
    if (length < 0) wrong(['expires'], `is before the date of the decision, ${value.date}`);
    if (length > maximumDays) {
      wrong(['expires'], `is ${length} days after the date of the decision; at most ${maximumDays} are allowed`);
    }
  });
}

function samePerson(a: string, b: string): boolean {
  return a.trim().toLowerCase() === b.trim().toLowerCase();
}
