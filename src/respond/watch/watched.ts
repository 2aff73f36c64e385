// The watch list against a release and an advisory set: which images have each vulnerability, and who scores it how. An item without images stays on
// the list: what concerns nodes or a customer's own software is asked about all the same. Pure given the set.
import type { AdvisorySet, SeverityLevel } from '../../scan/advisory/advisory.ts';
import type { Assessment } from '../../scan/assess/assessment.ts';
import type { WatchItem } from '../../statements/watch-list.ts';

/** A score or level with who gives it. */
export interface WatchedScore {
  /** `NVD`, `SUSE`, `debian-tracker:vendor`. */
  readonly source: string;
  /** CVSS base score, where the source gives one. */
  readonly score?: number;
  readonly level?: SeverityLevel;
  /** The source's own word or vector. */
  readonly raw?: string;
}

/** A line of the watch list with what is known. */
export interface WatchedItem extends Omit<WatchItem, 'scores'> {
  /** Those of the list first, then those of the set, by source. */
  readonly scores: readonly WatchedScore[];
  readonly kev: boolean;
  readonly epss?: number;
  /** Images of the release that have it, by reference; absent when no assessment was given. */
  readonly images?: readonly string[];
  /** Words of statements on it, sorted. */
  readonly stated?: readonly string[];
}

/** Everything that is known of the items, in their order. */
export function watchedItems(
  items: readonly WatchItem[],
  assessment: Assessment | undefined,
  set: Pick<AdvisorySet, 'enrichment'> | undefined,
): readonly WatchedItem[] {
  const logical = new Map(assessment?.images.map((image) => [image.slot, image.logical]));
  return items.map((item) => {
    const wanted = item.vulnerability.toLowerCase();
    const rows = (assessment?.findings ?? []).filter(({ vulnerability, aliases }) =>
      [vulnerability, ...aliases].some((id) => id.toLowerCase() === wanted),
    );
    const enrichment = set?.enrichment(rows[0]?.vulnerability ?? item.vulnerability);
    const epss = enrichment?.epss ?? rows[0]?.epss;
    const stated = [...new Set(rows.flatMap(({ statement }) => statement ?? []))].sort();
    return {
      ...item,
      scores: scoresOf(item, rows, enrichment?.severities ?? []),
      kev: enrichment?.kev !== undefined || rows.some(({ kev }) => kev),
      ...(epss === undefined ? {} : { epss }),
      ...(assessment === undefined
        ? {}
        : { images: [...new Set(rows.map(({ slot }) => logical.get(slot) ?? slot))].sort() }),
      ...(stated.length === 0 ? {} : { stated }),
    };
  });
}

/** Scores of the list, then what findings were rated by, then those of the set; one a source. */
function scoresOf(
  { scores }: WatchItem,
  rows: Assessment['findings'],
  severities: NonNullable<ReturnType<AdvisorySet['enrichment']>>['severities'] & object,
): readonly WatchedScore[] {
  const bySource = new Map<string, WatchedScore>(scores.map((one) => [one.source, one]));
  const told: WatchedScore[] = [
    ...rows.map(({ severitySource, severity, rawSeverity }) => ({
      source: severitySource,
      level: severity,
      ...(rawSeverity === '' ? {} : { raw: rawSeverity }),
    })),
    ...severities.map(({ source, kind, raw, level, score }) => ({
      source: `${source}:${kind}`,
      level,
      raw,
      ...(score === undefined ? {} : { score }),
    })),
  ];
  const others = told
    .filter(({ source }) => source !== 'none' && !bySource.has(source))
    .sort((a, b) => (a.source < b.source ? -1 : a.source > b.source ? 1 : 0));
  for (const one of others) if (bySource.get(one.source)?.score === undefined) bySource.set(one.source, one);
  return [...bySource.values()];
}
