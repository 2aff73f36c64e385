// A comparison that goes out with a bundle: the JSON of `plimsoll compare`, made fit for the audience.
import { PlimsollError } from '../../platform/errors.ts';
import { jsonText } from '../../platform/json-text.ts';
import type { Assessment } from '../../scan/assess/assessment.ts';
import type { ComparisonDocument, ComparisonSide } from '../json/comparison.ts';
import { readComparisonJson } from '../json/read-comparison.ts';
import { type Audience, refusePlaces } from './audience.ts';

/** What goes out of a comparison, and as which text. */
export interface PublishedComparison {
  readonly document: ComparisonDocument;
  readonly text: string;
}

/**
 * Reads a comparison and makes it fit for the audience. Its texts name releases, images, packages and charts; fields that this program does not know
 * stay inside.
 * @throws ParseError when the text is none; PlimsollError `usage` when it does not lead to the assessment, or names an image that the audience may not see.
 */
export async function publishedComparison(
  text: string,
  assessment: Assessment,
  audience: Audience,
): Promise<PublishedComparison> {
  const whole = await readComparisonJson(text);
  if (whole.to.id !== assessment.id) {
    throw new PlimsollError('usage', 'the comparison leads to another assessment than the one that is published');
  }
  if (audience === 'internal') return { document: whole, text };
  const { from, to, slots } = whole;
  refusePlaces(slots.flatMap((slot) => [slot.from, slot.to].flatMap((image) => image?.logical ?? [])));
  const document = { ...whole, from: withoutTarget(from), to: withoutTarget(to) };
  return { document, text: `${jsonText(document)}\n` };
}

/** A target is a path or an address of whoever scanned. */
function withoutTarget(side: ComparisonSide): ComparisonSide {
  return { ...side, release: { ...side.release, target: '' } };
}
