// When the vulnerabilities that a comparison names were published, and when they reached the feeds, from the records of the sets. Nothing is known of
// them where no set is at hand. Rule: docs/guide/comparing.md, "The narrative".
import { compareText } from '../../platform/order.ts';
import { type Advisory, type AdvisorySet, SEVERITY_LEVELS } from '../../scan/advisory/advisory.ts';
import type { Assessment } from '../../scan/assess/assessment.ts';
import type { Change } from './change.ts';
import type { InstanceChange } from './evidence.ts';
import type { Sides } from './side.ts';

/** What the sets tell of a vulnerability. Dates are ISO days. */
export interface FirstKnown {
  /** The earliest publication that a record states. */
  readonly published?: string;
  /** The feeds had it on this day; the earlier side's when both had it. */
  readonly by?: string;
  /** The feeds did not have it on this day, the earlier side's. */
  readonly after?: string;
}

/** How many vulnerabilities of each cause are looked up: those that moved most instances. */
export const NAMED_VULNERABILITIES = 3;

/** Changes by vulnerability: those of most instances first, of equals the most severe. */
export function mostFrequent<T extends Pick<Change, 'vulnerability' | 'from' | 'to'>>(
  changes: readonly T[],
): readonly (readonly [string, readonly T[]])[] {
  return [...Map.groupBy(changes, ({ vulnerability = '' }) => vulnerability)].sort(
    ([x, m], [y, n]) => n.length - m.length || worst(m) - worst(n) || compareText(x, y),
  );
}

function worst(changes: readonly Pick<Change, 'from' | 'to'>[]): number {
  const levels: readonly string[] = SEVERITY_LEVELS;
  const states = changes.flatMap(({ from, to }) => [from, to]);
  return Math.min(...states.map((state) => levels.indexOf(state?.severity ?? 'unknown')));
}

/** Looks the vulnerabilities up that the narrative names. */
export function firstKnown(
  sides: Sides,
  sets: { readonly a?: AdvisorySet; readonly b?: AdvisorySet },
  changes: readonly InstanceChange[],
): ReadonlyMap<string, FirstKnown> {
  const known = new Map<string, FirstKnown>();
  if (sets.a === undefined && sets.b === undefined) return known;
  for (const group of Map.groupBy(changes, ({ cause, label }) => `${cause} ${label}`).values()) {
    for (const [vulnerability, own] of mostFrequent(group).slice(0, NAMED_VULNERABILITIES)) {
      if (!known.has(vulnerability)) known.set(vulnerability, lookUp(sides, sets, vulnerability, own));
    }
  }
  return known;
}

function lookUp(
  sides: Sides,
  sets: { readonly a?: AdvisorySet; readonly b?: AdvisorySet },
  vulnerability: string,
  changes: readonly InstanceChange[],
): FirstKnown {
  const names = packageNames(sides, changes);
  const a = sets.a && recordsOf(sets.a, names, vulnerability);
  const b = sets.b && recordsOf(sets.b, names, vulnerability);
  const published = [...(a ?? []), ...(b ?? [])]
    .flatMap((record) => (record.published === undefined ? [] : [record.published.slice(0, 10)]))
    .sort()[0];
  return { ...(published === undefined ? {} : { published }), ...reached(sides, a, b) };
}

/** Without a date of the set nothing is said of when. */
function reached(
  { a: sideA, b: sideB }: Sides,
  a: readonly Advisory[] | undefined,
  b: readonly Advisory[] | undefined,
): Pick<FirstKnown, 'by' | 'after'> {
  const [dayA, dayB] = [dayOf(sideA.assessment), dayOf(sideB.assessment)];
  if (a !== undefined && a.length > 0) return dayA === undefined ? {} : { by: dayA };
  const by = b === undefined || b.length === 0 || dayB === undefined ? {} : { by: dayB };
  return a === undefined || dayA === undefined || dayA === dayB ? by : { ...by, after: dayA };
}

function dayOf({ advisorySet }: Assessment): string | undefined {
  return advisorySet.builtAt?.slice(0, 10);
}

/** Namespace and name, as feeds speak of them, of the packages that the changes were found in. */
function packageNames(sides: Sides, changes: readonly InstanceChange[]): readonly (readonly [string, string])[] {
  const names = new Map<string, readonly [string, string]>();
  for (const { evidence } of changes) {
    for (const [side, packages] of Object.entries(evidence.packages ?? {})) {
      const image = evidence.digests?.[side === 'from' ? 'from' : 'to'];
      if (image === undefined) continue;
      for (const { purl } of packages) {
        const installed = sides.packageOf(image, purl);
        if (installed?.namespace === undefined) continue;
        for (const name of [installed.name, installed.source?.name ?? installed.name]) {
          names.set(`${installed.namespace}\0${name}`, [installed.namespace, name]);
        }
      }
    }
  }
  return [...names.values()];
}

function recordsOf(
  set: AdvisorySet,
  names: readonly (readonly [string, string])[],
  vulnerability: string,
): readonly Advisory[] {
  return names
    .flatMap(([namespace, name]) => set.lookup(namespace, name))
    .filter(({ id, aliases, related }) => [id, ...aliases, ...related].includes(vulnerability));
}
