// What should have been done by the day of the review, by the site's clocks: instances that no statement covers, joined by owner and vulnerability. Pure.
import { compareText } from '../../platform/order.ts';
import type { ClockRule, OwnerRule } from '../../platform/settings.ts';
import type { SeverityLevel } from '../../scan/advisory/advisory.ts';
import type { Assessment } from '../../scan/assess/assessment.ts';
import { daysBetween } from '../../statements/day.ts';
import { clockOf } from '../clocks/clocks.ts';
import type { AgeOf } from '../gate/ages.ts';
import { ownerOfFindings } from '../owners/owners.ts';
import { type Instance, instancesOf } from '../priority/instance.ts';
import { urgencyReason, useOf } from '../priority/urgency.ts';

/** Something that should have been done by now. */
export interface LateItem {
  /** `nobody` where no rule names one. */
  readonly owner: string;
  readonly vulnerability: string;
  readonly severity: SeverityLevel;
  readonly fixable: boolean;
  /** Why it stands where it does. */
  readonly reason: string;
  /** Logical references, sorted. */
  readonly images: readonly string[];
  /** ISO day, the earliest. */
  readonly due: string;
  readonly daysLate: number;
}

/** What late items are told by. */
export interface LateRules {
  readonly owners: readonly OwnerRule[];
  readonly clocks: readonly ClockRule[];
  readonly ageOf: AgeOf;
}

/** The late items on a day, in the order in which they are to be worked on. */
export function lateItems(
  assessment: Assessment,
  { owners, clocks, ageOf }: LateRules,
  date: string,
): readonly LateItem[] {
  const images = new Map(assessment.images.map((image) => [image.slot, image]));
  const late = instancesOf(assessment).flatMap((instance) => {
    const image = images.get(instance.slot);
    const { due } = clockOf(clocks, instance, ageOf, date);
    if (image === undefined || due === undefined || due >= date || isAnswered(instance)) return [];
    const owner = ownerOfFindings(owners, image, instance.rows) ?? 'nobody';
    return [{ instance, owner, due, image: image.logical }];
  });
  return [
    ...Map.groupBy(late, ({ owner, instance }) => JSON.stringify([owner, instance.vulnerability])).values(),
  ].flatMap((group): readonly LateItem[] => {
    const [first] = group;
    if (first === undefined) return [];
    const due = group.map((one) => one.due).sort(compareText)[0] ?? first.due;
    const { vulnerability, severity } = first.instance;
    const fixable = group.some(({ instance }) => instance.fixable);
    return [
      {
        owner: first.owner,
        vulnerability,
        severity,
        fixable,
        reason: urgencyReason({ fixable, ...useOf(group.flatMap(({ instance }) => instance.rows)) }),
        images: [...new Set(group.map(({ image }) => image))].sort(),
        due,
        daysLate: daysBetween(due, date),
      },
    ];
  });
}

/** All of its packages have a statement. */
function isAnswered({ rows }: Instance): boolean {
  return rows.every(({ statement }) => statement !== undefined);
}
