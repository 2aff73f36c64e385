// Enrichment of a CVE as the columns of a row, in the set's file and in the staging area.
import type { Enrichment, Severity, Ssvc } from '../advisory.ts';
import { decodeSeverity, encodeSeverity, type StoredSeverity } from './record.ts';

/** The columns kev, epss, severities, ssvc. */
export type EnrichmentColumns = readonly [
  kev: string | null,
  epss: number | null,
  severities: string | null,
  ssvc: string | null,
];

/** The columns of an enrichment. */
export function encodeEnrichment({ kev, epss, severities = [], ssvc }: Enrichment): EnrichmentColumns {
  const list = severities.map(encodeSeverity);
  return [
    kev ?? null,
    epss ?? null,
    list.length > 0 ? `[${list.join(',')}]` : null,
    ssvc === undefined ? null : encodeSsvc(ssvc),
  ];
}

/** The columns of a row as one text, for its digest. */
export function enrichmentText({ kev, epss, severities, ssvc }: Readonly<Record<string, unknown>>): string {
  return JSON.stringify([kev, epss, severities, ssvc]);
}

/** The enrichment of a row. */
export function decodeEnrichment(row: Readonly<Record<string, unknown>>): Enrichment {
  const { kev, epss, severities, ssvc } = row;
  const answers = typeof ssvc === 'string' ? decodeSsvc(ssvc) : undefined;
  return {
    ...(typeof kev === 'string' ? { kev } : {}),
    ...(typeof epss === 'number' ? { epss } : {}),
    ...(typeof severities === 'string' ? { severities: decodeSeverities(severities) } : {}),
    ...(answers === undefined ? {} : { ssvc: answers }),
  };
}

/** "poc yes total". */
export function encodeSsvc({ exploitation, automatable, technicalImpact }: Ssvc): string {
  return `${exploitation} ${automatable} ${technicalImpact}`;
}

function decodeSsvc(text: string): Ssvc | undefined {
  const [, exploitation, automatable, technicalImpact] =
    /^(none|poc|active) (yes|no) (partial|total)$/.exec(text) ?? [];
  if (exploitation === undefined) return undefined;
  return { exploitation, automatable, technicalImpact } as Ssvc;
}

function decodeSeverities(text: string): readonly Severity[] {
  const list: readonly StoredSeverity[] = JSON.parse(text);
  return inOrder(list.map(decodeSeverity));
}

/** One order whoever sorted before: SQLite and JavaScript differ beyond U+FFFF. */
function inOrder(severities: readonly Severity[]): readonly Severity[] {
  if (severities.length < 2) return severities;
  return severities.toSorted((a, b) => (encodeSeverity(a) < encodeSeverity(b) ? -1 : 1));
}
