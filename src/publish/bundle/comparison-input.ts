// A comparison that goes out with a bundle: the JSON of `plimsoll compare`, as far as a bundle looks into it. schema/comparison-1.json.
import { ParseError, PlimsollError } from '../../platform/errors.ts';
import { jsonText } from '../../platform/json-text.ts';
import { type Fields, fieldsOf, isFields, listOf, textOf, textsOf } from '../../scan/advisory/fields.ts';
import type { Assessment } from '../../scan/assess/assessment.ts';
import { type Audience, refusePlaces } from './audience.ts';

/** A cause, and the differences of instances that it explains. */
export interface ComparedCause {
  readonly cause: string;
  readonly label: string;
  /** By severity, `total` and `fixable`. */
  readonly instances: Readonly<Record<string, number>>;
}

/** What the pages show of a comparison, and the file as it goes out. */
export interface PublishedComparison {
  readonly from: string;
  readonly to: string;
  readonly narrative: readonly string[];
  readonly causes: readonly ComparedCause[];
  readonly text: string;
}

const SCHEMA_VERSION = 1;
/** What goes out of a comparison. Its texts name releases, images, packages and charts. */
const MEMBERS = [
  'schemaVersion',
  'tool',
  'from',
  'to',
  'difference',
  'causes',
  'method',
  'narrative',
  'declared',
  'slots',
  'suspectedRenames',
  'changes',
] as const;
const SIDE = ['id', 'asOf', 'advisorySet', 'figures'] as const;

/**
 * Reads a comparison and makes it fit for the audience.
 * @throws ParseError when the text is none; PlimsollError `usage` when it does not lead to the assessment, or names an image that the audience may not see.
 */
export function publishedComparison(text: string, assessment: Assessment, audience: Audience): PublishedComparison {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new ParseError('the comparison is no JSON', { cause });
  }
  const document = fieldsOf(value);
  const isOne = document['schemaVersion'] === SCHEMA_VERSION && isFields(document['from']);
  if (!isOne || !Array.isArray(document['causes'])) {
    throw new ParseError('not a comparison: give the output of compare --format json');
  }
  if (fieldsOf(document['to'])['id'] !== assessment.id) {
    throw new PlimsollError('usage', 'the comparison leads to another assessment than the one that is published');
  }
  if (audience !== 'internal') refusePlaces(listOf(document['slots']).flatMap(namesOf));
  const shown = { ...only(document, MEMBERS), from: sideFor(document['from']), to: sideFor(document['to']) };
  return {
    from: sideName(document['from']),
    to: sideName(document['to']),
    narrative: textsOf(document['narrative']),
    causes: listOf(document['causes']).map(causeOf),
    text: audience === 'internal' ? text : `${jsonText(shown)}\n`,
  };
}

/** Without the target: the path or address of whoever scanned. */
function sideFor(side: unknown): object {
  const fields = fieldsOf(side);
  return { ...only(fields, SIDE), release: { ...only(fieldsOf(fields['release']), ['name', 'version']), target: '' } };
}

function only(fields: Fields, names: readonly string[]): Fields {
  return Object.fromEntries(names.flatMap((name) => (name in fields ? [[name, fields[name]]] : [])));
}

/** Logical references of a slot on both sides. */
function namesOf(slot: unknown): readonly string[] {
  const { from, to } = fieldsOf(slot);
  return [from, to].flatMap((image) => textOf(fieldsOf(image)['logical']) ?? []);
}

function sideName(side: unknown): string {
  const { release, asOf } = fieldsOf(side);
  const { name, version } = fieldsOf(release);
  return `${[name, version].filter((part) => typeof part === 'string' && part !== '').join(' ')} as of ${textOf(asOf)?.slice(0, 10) ?? 'no date'}`;
}

function causeOf(value: unknown): ComparedCause {
  const { cause, label, difference } = fieldsOf(value);
  const { instances } = fieldsOf(difference);
  const counts = Object.entries(fieldsOf(instances)).filter((entry): entry is [string, number] =>
    Number.isInteger(entry[1]),
  );
  if (!isFields(instances)) throw new ParseError('not a comparison: a cause without its difference');
  return { cause: textOf(cause) ?? '', label: textOf(label) ?? '', instances: Object.fromEntries(counts) };
}
