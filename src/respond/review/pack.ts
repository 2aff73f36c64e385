// The weekly pack: what a security group needs to see of a release in one reading. Put together from results that other rooms made; a section that nobody
// made is named as missing, never left out in silence. Rules: docs/guide/review.md. Pure.
import { distinctCells, instanceCells } from '../../explain/cells.ts';
import type { Tallies } from '../../explain/compare/change.ts';
import type { Comparison } from '../../explain/compare/compare.ts';
import { narrativeOf } from '../../explain/narrative/narrative.ts';
import { type Statistics, statisticsOf } from '../../explain/statistics.ts';
import { compareText } from '../../platform/order.ts';
import type { SeverityLevel } from '../../scan/advisory/advisory.ts';
import type { Assessment } from '../../scan/assess/assessment.ts';
import type { PlanOutcome } from '../plan/outcome.ts';
import type { Plan } from '../plan/plan.ts';
import { compareUrgency, urgencyReason, useOf } from '../priority/urgency.ts';
import type { WatchedItem } from '../watch/watched.ts';
import { type ReviewedException, reviewedExceptions } from './exceptions.ts';
import type { LateItem } from './late.ts';
import type { LedgerState } from './ledger.ts';
import type { Initiative } from './programme.ts';
import { type ImageRebuild, rebuildsOf } from './rebuilds.ts';

/** A vulnerability that is critical or high now and was not at the last review. */
export interface NewSevere {
  readonly vulnerability: string;
  readonly severity: SeverityLevel;
  readonly fixable: boolean;
  readonly kev: boolean;
  readonly epss?: number;
  /** Why it stands where it does: `fixable, known exploited`. */
  readonly reason: string;
  /** `name version, fixed in version`, each once, sorted. */
  readonly packages: readonly string[];
  /** Logical references, sorted. */
  readonly images: readonly string[];
  /** Label of the change; absent at the first review. */
  readonly because?: string;
}

/** What the pack is put together from. */
export interface ReviewInput {
  /** ISO day of the meeting. */
  readonly date: string;
  readonly assessment: Assessment;
  /** With the assessment of the last review; absent at the first. */
  readonly comparison?: Comparison;
  readonly late?: readonly LateItem[];
  readonly watch?: readonly WatchedItem[];
  readonly plan?: Plan;
  /** The plan of the last review against this assessment. */
  readonly outcome?: PlanOutcome;
  readonly initiatives?: readonly Initiative[];
  readonly ledger?: LedgerState;
}

/** The pack. A section that is absent was not made; `missing` says why. */
export interface ReviewPack {
  readonly date: string;
  readonly release: { readonly name: string; readonly version: string };
  readonly asOf: string;
  /** What it is compared with. */
  readonly since?: { readonly version: string; readonly asOf: string };
  readonly statistics: Statistics;
  readonly difference?: Tallies;
  readonly moved: readonly string[];
  readonly newSevere: readonly NewSevere[];
  readonly late?: readonly LateItem[];
  readonly exceptions: readonly ReviewedException[];
  readonly watch?: readonly WatchedItem[];
  readonly plan?: Plan;
  readonly rebuilds: readonly ImageRebuild[];
  readonly outcome?: PlanOutcome;
  readonly initiatives?: readonly Initiative[];
  readonly ledger?: LedgerState;
  readonly missing: readonly string[];
}

/** Puts the pack together. Equal input gives equal output. */
export function reviewPack(input: ReviewInput): ReviewPack {
  const { date, assessment, comparison } = input;
  const { release, asOf } = assessment;
  const given = {
    ...(input.late === undefined ? {} : { late: input.late }),
    ...(input.watch === undefined ? {} : { watch: input.watch }),
    ...(input.plan === undefined ? {} : { plan: input.plan }),
    ...(input.outcome === undefined ? {} : { outcome: input.outcome }),
    ...(input.initiatives === undefined ? {} : { initiatives: input.initiatives }),
    ...(input.ledger === undefined ? {} : { ledger: input.ledger }),
  };
  return {
    date,
    release: { name: release.name, version: release.version },
    asOf,
    ...(comparison === undefined
      ? {}
      : {
          since: { version: comparison.a.release.version, asOf: comparison.a.asOf },
          difference: comparison.difference,
        }),
    statistics: statisticsOf(assessment),
    moved: comparison === undefined ? [] : narrativeOf(comparison),
    newSevere: newSevereOf(assessment, comparison),
    exceptions: reviewedExceptions(assessment, date),
    rebuilds: comparison === undefined ? [] : rebuildsOf(comparison),
    ...given,
    missing: missingParts(input),
  };
}

function missingParts({ comparison, late, watch, plan, initiatives, ledger }: ReviewInput): readonly string[] {
  return [
    ...(comparison === undefined ? ['what moved: there is no earlier assessment to compare with (--since)'] : []),
    ...(late === undefined ? ['late items: the configuration has no clocks'] : []),
    ...(watch === undefined ? ['the watch list: no file was given (--watch)'] : []),
    ...(plan === undefined ? ['planned rebuilds: no plan was made'] : []),
    ...(initiatives === undefined ? ['initiatives: no file was given (--programme)'] : []),
    ...(ledger === undefined ? ['decisions and action items: no ledger was given (--ledger)'] : []),
  ];
}

/** In the default order, those in most images first where they are equal. */
function newSevereOf(assessment: Assessment, comparison: Comparison | undefined): readonly NewSevere[] {
  const entered = comparison === undefined ? undefined : enteredSevere(comparison);
  const logical = new Map(assessment.images.map(({ slot, logical: name }) => [slot, name]));
  const rows = Map.groupBy(assessment.findings, ({ vulnerability }) => vulnerability);
  return distinctCells(instanceCells(assessment.findings))
    .filter(
      ({ vulnerability, severity, notAffected }) =>
        isSevere(severity) && !notAffected && (entered?.has(vulnerability) ?? true),
    )
    .map(({ vulnerability, severity, fixable, slots }) => {
      const own = rows.get(vulnerability) ?? [];
      const urgency = { severity, fixable, ...useOf(own) };
      const because = entered?.get(vulnerability);
      const packages = own.map(
        ({ package: name, version, fixedIn }) =>
          `${name} ${version}${fixedIn === undefined ? '' : `, fixed in ${fixedIn}`}`,
      );
      const { kev, epss } = urgency;
      const entry = {
        vulnerability,
        severity,
        fixable,
        kev,
        ...(epss === undefined ? {} : { epss }),
        reason: urgencyReason(urgency),
        packages: [...new Set(packages)].sort(),
        images: [...new Set(slots.map((slot) => logical.get(slot) ?? slot))].sort(),
        ...(because === undefined ? {} : { because }),
      };
      return { urgency, entry };
    })
    .sort(
      (a, b) =>
        compareUrgency(a.urgency, b.urgency) ||
        b.entry.images.length - a.entry.images.length ||
        compareText(a.entry.vulnerability, b.entry.vulnerability),
    )
    .map(({ entry }) => entry);
}

/** Vulnerabilities that came, or rose, to critical or high, with what happened. */
function enteredSevere({ changes }: Comparison): ReadonlyMap<string, string> {
  return new Map(
    changes.flatMap(({ basis, vulnerability, from, to, label }) =>
      basis === 'distinct' && vulnerability !== undefined && isSevere(to?.severity) && !isSevere(from?.severity)
        ? [[vulnerability, label] as const]
        : [],
    ),
  );
}

function isSevere(severity: string | undefined): boolean {
  return severity === 'critical' || severity === 'high';
}
