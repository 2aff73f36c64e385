// The table of images, a row a slot. Columns and their order up to `identifiers` are those of the spreadsheets that CSM published with its
// releases (security/snyk-aggregate-results of the csm repository), so that their readers go on working; further columns follow sorted.
import { type InstanceCell, instanceCells } from '../../explain/cells.ts';
import { SEVERITY_LEVELS, type SeverityLevel } from '../../scan/advisory/advisory.ts';
import type { AssessedImage, Assessment, Finding } from '../../scan/assess/assessment.ts';
import { pinnedDigest } from '../document-facts.ts';
import { findingScore } from '../finding-score.ts';
import { type ColumnKind, type ColumnOf, type Table, tableOf } from './table.ts';

interface ImageRow {
  readonly image: AssessedImage;
  /** Absent when the image was not read: nothing was counted, and zeros would be a claim. */
  readonly counted?: Counted;
  readonly charts: string;
  /** What the figures of the row rest on: a table is passed on without the others. */
  readonly advisorySet: string;
}

/** What is counted in one image: cells of the basis `instances`. */
interface Counted {
  readonly cells: readonly InstanceCell[];
  readonly exploited: number;
  /** CVSS base scores, one a cell that has any, each the highest of its rows. */
  readonly scores: readonly number[];
}

/** The four classes that CSM's spreadsheets have columns for, and those that follow behind. */
const CLASSES = ['critical', 'high', 'medium', 'low'] as const satisfies readonly SeverityLevel[];
const OTHER_LEVELS = SEVERITY_LEVELS.filter((level) => !CLASSES.some((known) => known === level));

const CSM_COLUMNS: readonly ColumnOf<ImageRow>[] = [
  { name: 'image', kind: 'text', cell: ({ image }) => image.logical },
  { name: 'digest', kind: 'digest', cell: ({ image }) => digestShipped(image) },
  { name: 'charts', kind: 'text', cell: ({ charts }) => charts },
  counted('uniqueCount', ({ cells }) => cells.length),
  ...CLASSES.map((level) => counted(`severity.${level}`, ({ cells }) => ofLevel(cells, level).length)),
  counted('fixableCount', ({ cells }) => fixable(cells)),
  ...CLASSES.map((level) => counted(`fixableCount.${level}`, ({ cells }) => fixable(ofLevel(cells, level)))),
  counted('cvssScore.max', ({ scores }) => (scores.length === 0 ? undefined : Math.max(...scores)), 'score'),
  counted('cvssScore.min', ({ scores }) => (scores.length === 0 ? undefined : Math.min(...scores)), 'score'),
  counted('cvssScore.avg', ({ scores }) => mean(scores), 'mean'),
  // Theirs leads into the scanner's own service, which we have not.
  { name: 'url', kind: 'text', cell: () => undefined },
  { name: 'identifiers', kind: 'text', cell: ({ counted: found }) => (found && identifiers(found.cells)) || undefined },
];

const FURTHER_COLUMNS: readonly ColumnOf<ImageRow>[] = [
  { name: 'advisorySet', kind: 'text', cell: ({ advisorySet }) => advisorySet },
  { name: 'dependencyCount', kind: 'count', cell: ({ image, counted: found }) => found && image.packages },
  { name: 'docker.image.logicalRef', kind: 'text', cell: ({ image }) => image.logical },
  { name: 'docker.image.physicalRef', kind: 'text', cell: ({ image }) => image.physical },
  { name: 'exploited', kind: 'count', cell: ({ counted: found }) => found?.exploited },
  ...OTHER_LEVELS.map((level) => counted(`fixableCount.${level}`, ({ cells }) => fixable(ofLevel(cells, level)))),
  counted('fullyFixableCount', ({ cells }) => cells.filter((cell) => cell.fullyFixable).length),
  { name: 'gaps', kind: 'count', cell: ({ image }) => image.gaps.length },
  counted('notAffectedCount', ({ cells }) => cells.filter((cell) => cell.notAffected).length),
  { name: 'origin', kind: 'text', cell: ({ image }) => image.origin },
  { name: 'os.endOfLife', kind: 'text', cell: ({ image }) => image.os?.endOfLife },
  { name: 'os.id', kind: 'text', cell: ({ image }) => image.os?.id },
  { name: 'os.version', kind: 'text', cell: ({ image }) => image.os?.version },
  { name: 'platform', kind: 'text', cell: ({ image }) => image.platform },
  { name: 'scannedDigest', kind: 'digest', cell: ({ image }) => image.digest },
  ...OTHER_LEVELS.map((level) => counted(`severity.${level}`, ({ cells }) => ofLevel(cells, level).length)),
  { name: 'slot', kind: 'text', cell: ({ image }) => image.slot },
];

/** The table, in the order of the assessment's images. */
export function imagesTable(assessment: Assessment): Table {
  const bySlot = Map.groupBy(assessment.findings, ({ slot }) => slot);
  const charts = chartNames(assessment);
  const { id, starter } = assessment.advisorySet;
  const rows = assessment.images.map((image): ImageRow => {
    const row = {
      image,
      advisorySet: starter ? `${id} (starter set)` : id,
      charts: image.charts
        .map((name) => charts.get(name) ?? arrowed(name))
        .sort()
        .join(' '),
    };
    return image.digest === undefined ? row : { ...row, counted: count(bySlot.get(image.slot) ?? []) };
  });
  return tableOf('images', [...CSM_COLUMNS, ...FURTHER_COLUMNS], rows);
}

function count(findings: readonly Finding[]): Counted {
  const rowsOf = Map.groupBy(findings, ({ vulnerability }) => vulnerability);
  const scores = [...rowsOf.values()].flatMap((rows) => highestScore(rows) ?? []);
  const exploited = [...rowsOf.values()].filter((rows) => rows.some(({ kev }) => kev)).length;
  return { cells: instanceCells(findings), exploited, scores };
}

/** The highest CVSS base score of the rows; undefined when their severities are words that nobody put a score beside. */
function highestScore(rows: readonly Finding[]): number | undefined {
  const scores = rows.flatMap((row) => findingScore(row)?.score ?? []);
  return scores.length === 0 ? undefined : Math.max(...scores);
}

function counted(
  name: string,
  value: (counted: Counted) => number | undefined,
  kind: ColumnKind = 'count',
): ColumnOf<ImageRow> {
  return { name, kind, cell: ({ counted: found }) => found && value(found) };
}

function ofLevel(cells: readonly InstanceCell[], level: SeverityLevel): readonly InstanceCell[] {
  return cells.filter(({ severity }) => severity === level);
}

function fixable(cells: readonly InstanceCell[]): number {
  return cells.filter((cell) => cell.fixable).length;
}

/** With two decimals. */
function mean(scores: readonly number[]): number | undefined {
  if (scores.length === 0) return undefined;
  return Math.round((scores.reduce((sum, score) => sum + score, 0) / scores.length) * 100) / 100;
}

/** Every id of every vulnerability, sorted, separated by spaces. */
function identifiers(cells: readonly InstanceCell[]): string {
  return [...new Set(cells.flatMap(({ vulnerability, aliases }) => [vulnerability, ...aliases]))].sort().join(' ');
}

/** The digest that the release ships, which may be that of a list of platforms; else that of what was read. */
function digestShipped({ physical, digest }: AssessedImage): string | undefined {
  return pinnedDigest(physical) ?? digest;
}

/** `manifest/chart:version` to CSM's `manifest->chart:version`. */
function chartNames({ charts }: Assessment): ReadonlyMap<string, string> {
  return new Map(
    charts.map(({ manifest, chart, version }) => [
      `${manifest}/${chart}:${version}`,
      `${manifest}->${chart}:${version}`,
    ]),
  );
}

/** The same for a chart that the release does not list: a manifest's name has no slash there. */
function arrowed(name: string): string {
  return name.replace('/', '->');
}
