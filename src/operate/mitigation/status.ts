// Where each mitigation stands: what the ledger says was done, against what is there. Pure; reading is the caller's part.

import type { Verdict } from '../../platform/verdict.ts';
import { addDays, daysBetween } from '../../statements/day.ts';
import type { Bundle, VexText } from './bundle/bundle.ts';
import { isAsWanted } from './field/claims.ts';
import { valueAt } from './field/document.ts';
import { pathText } from './field/path.ts';
import type { ActiveMitigation, LedgerState } from './ledger/state.ts';
import type { ObservedObject } from './observe.ts';
import type { DueRestarts } from './restarts.ts';

/**
 * `never`: it is not applied here. `applied`: every value is in place. `partly`: something is still to be done (pods started
 * anew, too), or was not taken back. `drifted`: others changed
 * some of its values. `lost`: none of its values is in place any more. `expired`: in place, past its date. `not-known`: what it claims could not be read.
 */
export const MITIGATION_STATES = ['applied', 'partly', 'drifted', 'lost', 'expired', 'not-known', 'never'] as const;
export type MitigationState = (typeof MITIGATION_STATES)[number];

/** A place that is not as the mitigation wants it. */
export interface DriftedPlace {
  readonly target: string;
  readonly path: string;
  readonly state: 'changed' | 'gone';
}

/** One mitigation's standing. */
export interface MitigationStatus {
  readonly mitigation: string;
  readonly version: number;
  readonly title: string;
  readonly cves: readonly string[];
  readonly state: MitigationState;
  readonly phase: 'audit' | 'enforce';
  /** It has policies that only report in the phase `audit`. */
  readonly audits: boolean;
  readonly expires: string;
  readonly owner?: string;
  readonly runbook?: string;
  /** What is said to users while it is in place. */
  readonly vex?: VexText;
  /** Days past its date; absent before. It stays all the same: a control is never removed by a calendar. */
  readonly overdueDays?: number;
  /** It ends within 30 days. */
  readonly endsSoon: boolean;
  /** Instant by which it is to be confirmed; absent when it is, or needs not be. */
  readonly confirmBy?: string;
  readonly confirmOverdue: boolean;
  /** Nodes whose results are still to come. */
  readonly awaited: readonly string[];
  readonly places: number;
  readonly drifted: readonly DriftedPlace[];
  /** Running pods that are older than the mitigation, `NAMESPACE/NAME`. */
  readonly restartsDue: readonly string[];
  /** What could not be read, or be given back, and why. */
  readonly notes: readonly string[];
}

const SOON_DAYS = 30;

/**
 * Judges every active mitigation.
 * @param observed by target; a target that is missing could not be read
 * @param now ISO instant
 * @param running pods of observed workloads, by target
 */
export function mitigationStatuses(
  { active, objects }: LedgerState,
  observed: ReadonlyMap<string, ObservedObject>,
  now: string,
  running: ReadonlyMap<string, DueRestarts> = new Map(),
): readonly MitigationStatus[] {
  return [...active]
    .map(([mitigation, one]) => {
      const held = [...objects].filter(([, { holders }]) => holders.has(mitigation)).map(([target]) => target);
      return statusOf(mitigation, one, held, { observed, running, now });
    })
    .sort((a, b) => (a.mitigation < b.mitigation ? -1 : 1));
}

/** A mitigation that is not applied here. @param backedOut instant at which it was backed out, if it once was */
export function neverApplied(bundle: Bundle, backedOut: string | undefined): MitigationStatus {
  const { mitigation, version, title, cves, expires, owner, runbook } = bundle;
  return {
    mitigation,
    version,
    title,
    cves,
    state: 'never',
    phase: 'audit',
    audits: false,
    expires,
    owner,
    ...(runbook === undefined ? {} : { runbook }),
    endsSoon: false,
    confirmOverdue: false,
    awaited: [],
    places: 0,
    drifted: [],
    restartsDue: [],
    notes: backedOut === undefined ? [] : [`it was backed out at ${backedOut}`],
  };
}

/** Whether the values of a mitigation are in place, as a verdict. */
export function readBackVerdict({ mitigation, state, drifted, notes }: MitigationStatus): Verdict {
  const verdict = READ_BACK[state];
  const evidence = drifted.map(({ target, path, state: how }) => `${target} ${path}: ${how}`);
  const reason = [`its values are ${state}`, ...notes].join('; ');
  return { check: 'values', subject: mitigation, verdict, evidence, reason };
}

const READ_BACK: Readonly<Record<MitigationState, Verdict['verdict']>> = {
  applied: 'pass',
  expired: 'warn',
  partly: 'fail',
  drifted: 'fail',
  lost: 'fail',
  never: 'fail',
  'not-known': 'no-evidence',
};

interface Seen {
  readonly observed: ReadonlyMap<string, ObservedObject>;
  readonly running: ReadonlyMap<string, DueRestarts>;
  readonly now: string;
}

function statusOf(
  mitigation: string,
  one: ActiveMitigation,
  held: readonly string[],
  { observed, running, now }: Seen,
): MitigationStatus {
  const { apply, phase, confirmed, awaited, attested, left } = one;
  const unread = held.filter((target) => !observed.has(target));
  const places = held.flatMap((target) => placesOf(mitigation, target, observed.get(target)));
  const drifted = places.flatMap(({ state, ...place }) => (state === 'in-place' ? [] : [{ ...place, state }]));
  const today = now.slice(0, 10);
  const overdue = daysBetween(apply.expires, today);
  const { confirmBy } = apply;
  const open = confirmed || confirmBy === undefined ? {} : { confirmBy };
  const looked = held.flatMap((target) => {
    const due = running.get(target);
    return due === undefined ? [] : [{ target, due }];
  });
  const restartsDue = looked.flatMap(({ due }) => ('unread' in due ? [] : (due.get(mitigation) ?? []))).sort();
  const unseen = looked.flatMap(({ target, due }) => ('unread' in due ? [`pods of ${target}: ${due.unread}`] : []));
  const lacking = phase !== 'applied' || awaited.size > 0 || restartsDue.length > 0;
  const { owner, runbook, vex, audits = false } = apply;
  return {
    mitigation,
    version: apply.version,
    title: apply.title,
    cves: apply.cves,
    state: stateOf({
      places: places.length,
      drifted: drifted.length,
      unread: unread.length + unseen.length,
      lacking,
      overdue,
    }),
    phase: apply.phase,
    audits,
    expires: apply.expires,
    ...(owner === undefined ? {} : { owner }),
    ...(runbook === undefined ? {} : { runbook }),
    ...(vex === undefined ? {} : { vex }),
    ...(overdue > 0 ? { overdueDays: overdue } : {}),
    endsSoon: overdue <= 0 && apply.expires <= addDays(today, SOON_DAYS),
    ...open,
    confirmOverdue: 'confirmBy' in open && confirmBy !== undefined && confirmBy < now,
    awaited: [...awaited].sort(),
    places: places.length,
    drifted,
    restartsDue,
    notes: [
      ...unseen,
      ...[...attested].sort().map(([step, words]) => `${step}: not read back; said to be done: ${words}`),
      ...unread.map((target) => `${target} could not be read`),
      ...left.map(({ target, outcome, reason }) => `${target}: ${outcome}: ${reason}`),
    ],
  };
}

function stateOf(seen: {
  readonly places: number;
  readonly drifted: number;
  readonly unread: number;
  readonly lacking: boolean;
  readonly overdue: number;
}): MitigationState {
  if (seen.drifted > 0) return seen.drifted === seen.places && seen.unread === 0 ? 'lost' : 'drifted';
  if (seen.unread > 0) return 'not-known';
  if (seen.lacking) return 'partly';
  return seen.overdue > 0 ? 'expired' : 'applied';
}

/** Regions in which the mitigation claims something, with whether they are as the claims together want them. */
function placesOf(
  mitigation: string,
  target: string,
  observed: ObservedObject | undefined,
): readonly (Omit<DriftedPlace, 'state'> & { readonly state: DriftedPlace['state'] | 'in-place' })[] {
  if (observed === undefined) return [];
  const { claims, document } = observed;
  const own = claims.regions.filter((region) => region.claims.some(({ holder }) => holder === mitigation));
  return own.map((region) => {
    const found = valueAt(document, region.path);
    const path = pathText(region.path);
    if (isAsWanted(region, claims.orders, found)) return { target, path, state: 'in-place' };
    return { target, path, state: found === undefined ? 'gone' : 'changed' };
  });
}
