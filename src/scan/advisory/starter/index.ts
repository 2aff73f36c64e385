// The advisory set that ships with the program: a few facts (facts.json) around two pre-releases of April 2022, each with the page it was
// taken from. It lets a first scan and the demo run without any download. It covers almost nothing: its feed is partial, and no headline
// figure may rest on it.
import { canonicalJson, digestOf } from '../../../platform/canonical.ts';
import type { Advisory, FixState, Severity } from '../advisory.ts';
import { scoreCvss } from '../cvss/index.ts';
import { severityOfUrgency } from '../debian-tracker/urgency.ts';
import { advisorySetFromRecords, type SetRecords, writeSetOfRecords } from '../set/memory.ts';
import type { StoredAdvisorySet } from '../set/open.ts';
import facts from './facts.json' with { type: 'json' };

/** A vulnerability as facts.json holds it. */
interface Fact {
  readonly id: string;
  readonly aliases?: readonly string[];
  /** NVD's vector. */
  readonly nvd?: string;
  /** Whether no record of the CVE was at hand to hold the vector against; starter.test.ts checks the others. */
  readonly nvdUnchecked?: boolean;
  /** Date added to the catalogue of known exploited vulnerabilities. */
  readonly kev?: string;
  readonly affected: readonly {
    readonly in: string;
    readonly package: string;
    /** `[introduced, fixed]`, '' being open; none at all: never affected. */
    readonly intervals: readonly (readonly string[])[];
    readonly source: string;
    readonly published?: string;
    /** Where no fix is known: why. */
    readonly fixState?: string;
    /** Debian's urgency. */
    readonly urgency?: string;
  }[];
}

const LICENCE = 'Apache-2.0; facts, each with its source';
const SOURCE = 'shipped with the program';

const IDENTITY = { builtAt: `${facts.date}T00:00:00Z`, starter: true } as const;

/** Makes the starter set. `starter` is true, its feed `starter` is partial. */
export function openStarterSet(): StoredAdvisorySet {
  return advisorySetFromRecords(starterRecords(), IDENTITY);
}

/** Writes the starter set as a file, which a scan opens faster than it reads the facts. */
export function writeStarterSet(path: string): void {
  writeSetOfRecords(path, starterRecords(), IDENTITY);
}

function starterRecords(): SetRecords {
  const vulnerabilities: readonly Fact[] = facts.vulnerabilities;
  const about = {
    source: SOURCE,
    licence: LICENCE,
    upstreamUpdatedAt: facts.date,
    partial: true,
    sha256: digestOf(canonicalJson(facts)),
  };
  return {
    advisories: vulnerabilities.flatMap(advisoriesOf),
    kev: Object.fromEntries(vulnerabilities.flatMap(({ id, kev }) => (kev === undefined ? [] : [[id, kev]]))),
    feeds: { starter: about, kev: about },
  };
}

function advisoriesOf({ id, aliases = [], nvd, affected }: Fact): readonly Advisory[] {
  return affected.map((entry) => ({
    feed: 'starter',
    id,
    aliases,
    related: [],
    namespace: entry.in,
    package: entry.package,
    status: entry.intervals.length === 0 ? 'not-affected' : 'affected',
    ranges: entry.intervals.map(([introduced = '', fixed = '']) => ({
      ...(introduced !== '' ? { introduced } : {}),
      ...(fixed !== '' ? { fixed } : {}),
    })),
    fixState: fixStateOf(entry),
    severities: [...severityOfUrgency(entry.urgency), ...severityOfVector(nvd)],
    ...(entry.published !== undefined ? { published: entry.published } : {}),
    reference: entry.source,
  }));
}

function fixStateOf({ intervals, fixState }: Fact['affected'][number]): FixState {
  if (intervals.length === 0) return 'unknown';
  if (fixState === 'will-not-fix' || fixState === 'not-fixed') return fixState;
  return 'fixed';
}

function severityOfVector(vector: string | undefined): readonly Severity[] {
  const scored = vector === undefined ? undefined : scoreCvss(vector);
  if (vector === undefined || scored === undefined) return [];
  return [{ kind: 'nvd', source: 'nvd', raw: vector, level: scored.level, score: scored.score }];
}
