// The JSON of the weekly pack. Schema: schema/review-1.json.
import { jsonText } from '../../platform/json-text.ts';
import type { ReviewPack } from '../../respond/review/pack.ts';

const REVIEW_SCHEMA_VERSION = 1;

/** The pack; deterministic, ended by a line feed. Of the plan it has the actions, not the instances behind them. */
export function reviewJson({ statistics, plan, outcome, ...pack }: ReviewPack): string {
  const { headline, headlineReason, instances, distinct, images, fourClasses } = statistics;
  return jsonText({
    schemaVersion: REVIEW_SCHEMA_VERSION,
    ...pack,
    statistics: { headline, headlineReason, instances, distinct, images, fourClasses },
    ...(plan === undefined
      ? {}
      : {
          plan: {
            fixable: plan.fixable,
            closed: plan.closed,
            steps: plan.steps.map(({ action, closed, total }) => ({
              action: action.key,
              title: action.title,
              images: action.slots.length,
              closed: closed.length,
              total,
            })),
          },
        }),
    ...(outcome === undefined ? {} : { outcome: { predicted: outcome.predicted, counts: outcome.counts } }),
  });
}
