// What a minor version brings and ends, and what changes from one to another. Pure; rows of the table in, rows for a reader out.
import { compareMinors, type Minor } from './minor.ts';
import { type EndedApi, type Feature, type MinorDates, STAGES, type Stage, type VersionTable } from './table.ts';

/** Where a feature stands in a version. `there`: it was there before the table begins. */
export type FeatureState = 'absent' | 'there' | Stage | 'ended';

/** What happens to a feature in one minor. */
export interface FeatureEvent {
  readonly feature: Feature;
  /** Stages that begin, `on` when it begins to work without being switched on, `ended` when it is gone. */
  readonly events: readonly (Stage | 'on' | 'ended')[];
}

/** A minor with all that the table knows of it. */
export interface MinorHistory extends MinorDates {
  readonly features: readonly FeatureEvent[];
  /** API versions that it no longer serves. */
  readonly removes: readonly EndedApi[];
}

/** A feature that is not the same in both versions. */
export interface FeatureChange {
  readonly feature: Feature;
  readonly from: FeatureState;
  readonly to: FeatureState;
  /** Whether it works unless it is switched off. */
  readonly onBefore: boolean;
  readonly onAfter: boolean;
  /** `gained`: it is there now, or works by itself now; `lost`: it is gone; `changed`: its stage. */
  readonly change: 'gained' | 'lost' | 'changed';
}

/** What a step from one minor to another brings. */
export interface Step {
  readonly from: Minor;
  readonly to: Minor;
  readonly features: readonly FeatureChange[];
  /** API versions that `from` serves and `to` does not. */
  readonly removes: readonly EndedApi[];
}

/** Every minor of the table, the oldest first. */
export function minorHistories({ minors, features, apis }: VersionTable): readonly MinorHistory[] {
  return minors.map((dates) => ({
    ...dates,
    features: features.flatMap((feature) => {
      const events = eventsIn(feature, dates.minor);
      return events.length === 0 ? [] : [{ feature, events }];
    }),
    removes: apis.filter(({ removed }) => removed === dates.minor),
  }));
}

/** What changes from one minor to a later one. */
export function stepBetween({ features, apis }: VersionTable, from: Minor, to: Minor): Step {
  return {
    from,
    to,
    features: features.flatMap((feature) => changeOf(feature, from, to) ?? []),
    removes: apis.filter(({ removed }) => compareMinors(from, removed) < 0 && compareMinors(removed, to) <= 0),
  };
}

/** Where a feature stands in a minor. */
export function stateIn({ stages, ends }: Feature, minor: Minor): FeatureState {
  if (isFrom(ends, minor)) return 'ended';
  const reached = STAGES.findLast((stage) => isFrom(stages[stage], minor));
  if (reached !== undefined) return reached;
  const first = STAGES.find((stage) => stages[stage] !== undefined);
  return first === 'deprecated' ? 'there' : 'absent';
}

/** Whether a feature works in a minor unless it is switched off. */
export function isOn(feature: Feature, minor: Minor): boolean {
  const state = stateIn(feature, minor);
  if (state === 'ended' || state === 'absent') return false;
  // What was there before the table begins worked by itself.
  const wasThere = STAGES.find((stage) => feature.stages[stage] !== undefined) === 'deprecated';
  return wasThere || isFrom(feature.on, minor);
}

function eventsIn({ stages, on, ends }: Feature, minor: Minor): FeatureEvent['events'] {
  return [
    ...STAGES.filter((stage) => stages[stage] === minor),
    ...(on === minor ? (['on'] as const) : []),
    ...(ends === minor ? (['ended'] as const) : []),
  ];
}

function changeOf(feature: Feature, from: Minor, to: Minor): FeatureChange | undefined {
  const [before, after] = [stateIn(feature, from), stateIn(feature, to)];
  const [onBefore, onAfter] = [isOn(feature, from), isOn(feature, to)];
  if (before === after && onBefore === onAfter) return undefined;
  const change =
    after === 'ended' && before !== 'absent'
      ? 'lost'
      : (before === 'absent' && after !== 'alpha') || (!onBefore && onAfter)
        ? 'gained'
        : 'changed';
  // It came and went in between: whoever takes the step never had it.
  if (before === 'absent' && after === 'ended') return undefined;
  return { feature, from: before, to: after, onBefore, onAfter, change };
}

function isFrom(first: Minor | undefined, minor: Minor): boolean {
  return first !== undefined && compareMinors(first, minor) <= 0;
}
