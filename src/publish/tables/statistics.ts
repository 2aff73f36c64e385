// The table of figures: a row a basis and severity, gross and net, with the denominator of its percentage. The identity of the assessment
// stands in every row, so that tables of several releases can be put below each other.

import { percentOf } from '../../explain/shares.ts';
import type { BasisFigures, Statistics, ThreeBases } from '../../explain/statistics.ts';
import { SEVERITY_LEVELS } from '../../scan/advisory/advisory.ts';
import type { Assessment } from '../../scan/assess/assessment.ts';
import { BASES, type Basis, FOUR_CLASSES } from '../words.ts';
import { type ColumnOf, type Table, tableOf } from './table.ts';

interface Figure {
  /** `gross`, `net`, or `four-classes`: critical, high, medium and low among themselves. */
  readonly figures: 'gross' | 'net' | 'four-classes';
  readonly basis: Basis;
  /** A severity, or `total`. */
  readonly severity: string;
  readonly count: number;
  readonly percent: number;
  /** What the percentage is of. */
  readonly of: number;
  readonly fixable?: number;
  readonly fullyFixable?: number;
}

const COLUMNS: readonly ColumnOf<Figure>[] = [
  { name: 'figures', kind: 'text', cell: (row) => row.figures },
  { name: 'basis', kind: 'text', cell: (row) => row.basis },
  { name: 'severity', kind: 'text', cell: (row) => row.severity },
  { name: 'count', kind: 'count', cell: (row) => row.count },
  { name: 'percent', kind: 'percent', cell: (row) => row.percent },
  { name: 'of', kind: 'count', cell: (row) => row.of },
  { name: 'fixable', kind: 'count', cell: (row) => row.fixable },
  { name: 'fullyFixable', kind: 'count', cell: (row) => row.fullyFixable },
];

/** The table: gross, net, then the four classes. */
export function statisticsTable(assessment: Assessment, statistics: Statistics): Table {
  const { release, advisorySet, severityPolicy, asOf, id } = assessment;
  const identity: readonly ColumnOf<unknown>[] = [
    { name: 'headline', kind: 'flag', cell: () => statistics.headline },
    { name: 'headlineReason', kind: 'text', cell: () => statistics.headlineReason },
    { name: 'release', kind: 'text', cell: () => release.name },
    { name: 'version', kind: 'text', cell: () => release.version },
    { name: 'asOf', kind: 'text', cell: () => asOf },
    { name: 'advisoriesBuiltAt', kind: 'text', cell: () => advisorySet.builtAt ?? null },
    { name: 'advisorySet', kind: 'digest', cell: () => advisorySet.id },
    { name: 'severityPolicy', kind: 'text', cell: () => severityPolicy },
    { name: 'assessment', kind: 'digest', cell: () => id },
  ];
  const rows = [
    ...basesRows('gross', statistics, statistics.scannedImages),
    ...basesRows('net', statistics.net, statistics.scannedImages),
    ...fourClassRows(statistics),
  ];
  return tableOf('statistics', [...COLUMNS, ...identity], rows);
}

function basesRows(figures: 'gross' | 'net', bases: ThreeBases, scannedImages: number): readonly Figure[] {
  return BASES.flatMap((basis) => {
    const of = basis === 'images' ? scannedImages : bases[basis].total;
    return basisRows(bases[basis], of).map((row) => ({ figures, basis, ...row }));
  });
}

function basisRows(figures: BasisFigures, of: number): readonly Omit<Figure, 'figures' | 'basis'>[] {
  const levels = SEVERITY_LEVELS.map((severity) => ({ severity, ...figures[severity], of }));
  const { total, fixable, fullyFixable } = figures;
  return [...levels, { severity: 'total', count: total, percent: percentOf(total, of), of, fixable, fullyFixable }];
}

function fourClassRows({ fourClasses }: Statistics): readonly Figure[] {
  return FOUR_CLASSES.map((severity) => ({
    figures: 'four-classes',
    basis: 'instances',
    severity,
    ...fourClasses[severity],
    of: fourClasses.total,
  }));
}
