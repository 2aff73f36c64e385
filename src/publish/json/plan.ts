// The JSON of a plan: a queue of builds for a pipeline, and what each action is expected to remove. Schema: schema/plan-1.json.
import { jsonText } from '../../platform/json-text.ts';
import { EFFORT } from '../../respond/plan/candidate.ts';
import type { PlanOutcome } from '../../respond/plan/outcome.ts';
import type { Plan } from '../../respond/plan/plan.ts';
import { ASSUMPTIONS, optimalitySentence, outcomeSentence, planSentence } from '../../respond/plan/words.ts';
import { TOOL } from '../tool.ts';

const PLAN_SCHEMA_VERSION = 1;

/** The plan, and what came of it where that is asked; deterministic, ended by a line feed. */
export function planJson(plan: Plan, outcome?: PlanOutcome): string {
  const { assessment, options, headline, headlineReason, fixable, closed, cost, optimality } = plan;
  const { id, release, asOf, advisorySet } = assessment;
  const text = jsonText({
    schemaVersion: PLAN_SCHEMA_VERSION,
    tool: TOOL,
    assessment: { id, release, asOf, advisorySet: advisorySet.id },
    line: options.line,
    scope: {
      severities: options.severities,
      budget: options.budget,
      rebuildThirdParty: options.rebuildThirdParty,
    },
    headline,
    headlineReason,
    summary: [planSentence(plan), optimalitySentence(plan)],
    assumptions: ASSUMPTIONS,
    effort: EFFORT,
    fixable,
    closed,
    cost,
    optimality,
    builds: plan.builds,
    steps: plan.steps.map((step) => ({
      action: step.action,
      cost: step.cost,
      closed: step.closed.length,
      total: step.total,
    })),
    bases: plan.bases,
    others: plan.others,
    outOfReach: plan.outOfReach,
    outcome: outcome === undefined ? undefined : outcomeOf(outcome),
    gaps: plan.gaps,
  });
  return `${text}\n`;
}

function outcomeOf(outcome: PlanOutcome) {
  const { after, steps, predicted, counts, introduced } = outcome;
  return { after: after.id, summary: outcomeSentence(outcome), predicted, counts, steps, introduced };
}
