// When an image was made: whether it says so, and how old it was on the day of the assessment. Build tools that give the same bytes every time write a
// fixed date (reproducible-builds.org, SOURCE_DATE_EPOCH; 1970 or 1980): such an image is not old, its date says nothing.
import { z } from 'zod';
import { daysBetween } from '../../../statements/day.ts';
import { checkTemplate } from '../check.ts';
import { type ImageJudgement, judgeTraits, type ReadImage } from '../release-view.ts';
import { isTime } from './forms.ts';

const CREATED_LABELS = ['org.opencontainers.image.created', 'org.label-schema.build-date'] as const;
/** Dates up to this day are those that tools write in the place of one. */
const FIXED = '1980-01-02';

/** Whether the configuration or a label has a date. */
export const createdStated = checkTemplate('created-stated', z.strictObject({}), (input) =>
  judgeTraits(input, (_traits, image): ImageJudgement => {
    const { created, from } = createdOf(image);
    if (created === undefined) return { verdict: 'fail', evidence: [], reason: 'nothing says when it was made' };
    const evidence = [`${from}: ${created.slice(0, 64)}`];
    if (!isTime(created)) return { verdict: 'fail', evidence, reason: 'its date is none as RFC 3339 has them' };
    return { verdict: 'pass', evidence, reason: 'it says when it was made' };
  }),
);

/** `days` that an image may be old. */
export const imageAge = checkTemplate(
  'image-age',
  z.strictObject({ days: z.number().int().min(1) }),
  (input, { days }) =>
    judgeTraits(input, (_traits, image): ImageJudgement => {
      const { created, from } = createdOf(image);
      if (created === undefined || !isTime(created)) {
        return { verdict: 'no-evidence', evidence: [], reason: 'nothing says when it was made' };
      }
      const day = new Date(created.replace(' ', 'T')).toISOString().slice(0, 10);
      const evidence = [`${from}: ${created}`];
      if (day <= FIXED) {
        return {
          verdict: 'not-applicable',
          evidence,
          reason: 'its date is a fixed one, as reproducible builds have it: it says nothing of its age',
        };
      }
      const age = daysBetween(day, input.release.assessment.asOf.slice(0, 10));
      if (age <= days)
        return { verdict: 'pass', evidence, reason: `made ${Math.max(age, 0)} days before the assessment` };
      return { verdict: 'fail', evidence, reason: `made ${age} days before the assessment, on ${day}` };
    }),
);

/** The configuration is written by the builder itself, a label by whoever calls it. */
function createdOf({ inventory: { created, labels = {} } }: ReadImage): {
  readonly created?: string;
  readonly from: string;
} {
  if (created !== undefined && created !== '') return { created, from: 'created' };
  const name = CREATED_LABELS.find((one) => (labels[one] ?? '') !== '');
  const value = name === undefined ? undefined : labels[name];
  return { ...(value === undefined ? {} : { created: value }), from: name ?? 'created' };
}
