// The vulnerabilities of the report, a row each over all images: what a cell of the basis `distinct` is, with its findings. No DOM.
import { compareUrgency, ssvcOrder, type Urgency } from '../../../respond/priority/urgency.ts';
import { SEVERITY_LEVELS, type SeverityLevel, type Ssvc } from '../../../scan/advisory/advisory.ts';
import { ssvcOfText } from '../../ssvc-text.ts';
import type { FindingColumns } from '../report-data.ts';
import { valueAt } from './findings.ts';
import { compareNatural, searchFor } from './texts.ts';
import type { CveSortKey, RiskFilters } from './view-state.ts';

/** A vulnerability and where it is. */
export interface VulnerabilityRow {
  readonly id: string;
  readonly aliases: readonly string[];
  /** The highest over the images. */
  readonly severity: SeverityLevel;
  /** Position of the severity in SEVERITY_LEVELS. */
  readonly level: number;
  readonly images: number;
  /** Images in which any of its packages has a fix. */
  readonly fixableImages: number;
  /** Names of the packages that it is in, sorted. */
  readonly packages: readonly string[];
  readonly kev: boolean;
  readonly epss: number | null;
  /** The most urgent answers. */
  readonly ssvc: Ssvc | undefined;
  /** Numbers of its findings, in the order of the assessment. */
  readonly findings: readonly number[];
  /** Words that a search looks in, in lower case. */
  readonly text: string;
}

/** The rows, in the order of their first finding. */
export function vulnerabilityRows(columns: FindingColumns): readonly VulnerabilityRow[] {
  const groups: number[][] = columns.vulnerability.values.map(() => []);
  for (const [row, number] of columns.vulnerability.rows.entries()) groups[number]?.push(row);
  return groups.map((findings, number) => rowOf(columns, columns.vulnerability.values[number] ?? '', findings));
}

/** The rows that pass the search and the filters. Words are looked for in the id, the aliases and the packages. */
export function filterVulnerabilities(
  rows: readonly VulnerabilityRow[],
  query: string,
  { levels, fixable, kev }: RiskFilters,
): readonly VulnerabilityRow[] {
  const holds = searchFor(query);
  return rows.filter(
    (row) =>
      (levels.length === 0 || levels.includes(row.severity)) &&
      (!fixable || row.fixableImages > 0) &&
      (!kev || row.kev) &&
      holds(row.text),
  );
}

/** Ascending orders; amounts have their largest first, as readers want them. Ties in the default order. */
export const VULNERABILITY_ORDERS: Readonly<Record<CveSortKey, (a: VulnerabilityRow, b: VulnerabilityRow) => number>> =
  {
    severity: (a, b) => compareWeight(a, b),
    id: (a, b) => compareNatural(a.id, b.id),
    package: (a, b) => compareNatural(a.packages[0] ?? '', b.packages[0] ?? ''),
    images: (a, b) => b.images - a.images,
    epss: (a, b) => (b.epss ?? -1) - (a.epss ?? -1),
  };

/** The default order, those in most images first where they are equal, then by id. */
export function compareWeight(a: VulnerabilityRow, b: VulnerabilityRow): number {
  return compareUrgency(urgencyOf(a), urgencyOf(b)) || b.images - a.images || compareNatural(a.id, b.id);
}

/** What decides the place of a row. */
export function urgencyOf({ severity, fixableImages, kev, epss, ssvc }: VulnerabilityRow): Urgency {
  return {
    severity,
    fixable: fixableImages > 0,
    kev,
    ...(epss === null ? {} : { epss }),
    ...(ssvc === undefined ? {} : { ssvc }),
  };
}

/** Finds the row of an id or an alias, whatever its case. */
export function vulnerabilityIndex(rows: readonly VulnerabilityRow[]): (id: string) => VulnerabilityRow | undefined {
  const byName = new Map(rows.flatMap((row) => row.aliases.map((alias) => [alias.toLowerCase(), row] as const)));
  for (const row of rows) byName.set(row.id.toLowerCase(), row);
  return (id) => byName.get(id.toLowerCase());
}

function rowOf(columns: FindingColumns, id: string, findings: readonly number[]): VulnerabilityRow {
  const slots = new Set<number>();
  const fixable = new Set<number>();
  const packages = new Set<string>();
  const aliases = new Set<string>();
  let level = SEVERITY_LEVELS.length - 1;
  let kev = false;
  let epss: number | null = null;
  let ssvc: Ssvc | undefined;
  for (const row of findings) {
    const slot = columns.slot.rows[row] ?? 0;
    slots.add(slot);
    if (valueAt(columns.fixState, row) === 'fixed') fixable.add(slot);
    packages.add(valueAt(columns.package, row));
    for (const alias of valueAt(columns.aliases, row)) aliases.add(alias);
    level = Math.min(level, SEVERITY_LEVELS.indexOf(valueAt(columns.severity, row)));
    kev ||= valueAt(columns.kev, row);
    const probability = valueAt(columns.epss, row);
    if (probability !== null) epss = Math.max(epss ?? 0, probability);
    const answers = ssvcOfText(valueAt(columns.ssvc, row));
    if (ssvcOrder(answers) >= ssvcOrder(ssvc)) ssvc = answers ?? ssvc;
  }
  return {
    id,
    aliases: [...aliases].sort(),
    severity: SEVERITY_LEVELS[level] ?? 'unknown',
    level,
    images: slots.size,
    fixableImages: fixable.size,
    packages: [...packages].sort(),
    kev,
    epss,
    ssvc,
    findings,
    text: [id, ...aliases, ...packages].join(' ').toLowerCase(),
  };
}
