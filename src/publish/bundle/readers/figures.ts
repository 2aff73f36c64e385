// Figures counted anew from what a file of a bundle says, by the rules of docs/guide/counting.md and without the code that made the files:
// this is what tells whether the files of a bundle agree.
import { ParseError } from '../../../platform/errors.ts';
import { SEVERITY_LEVELS } from '../../../scan/advisory/advisory.ts';
import { type Fields, fieldsOf } from '../../../scan/advisory/fields.ts';
import { BASES } from '../../words.ts';

/** A row of findings, or a cell: both fold into the same figures. */
export interface CountedRow {
  readonly slot: string;
  readonly vulnerability: string;
  readonly severity: string;
  readonly fixable: boolean;
}

/** Counts by name: `instances.critical`, `distinct.total`, `images.fixable`. */
export type Figures = ReadonlyMap<string, number>;

const LEVELS: readonly string[] = SEVERITY_LEVELS;

interface State {
  severity: number;
  fixable: boolean;
}

/**
 * Counts rows on the three bases.
 * @throws ParseError for a severity that there is not.
 */
export function countFigures(rows: Iterable<CountedRow>): Figures {
  const slots = new Map<string, Map<string, State>>();
  const distinct = new Map<string, State>();
  for (const { slot, vulnerability, severity, fixable } of rows) {
    const cells = slots.get(slot) ?? new Map<string, State>();
    slots.set(slot, cells);
    const level = LEVELS.indexOf(severity);
    if (level === -1) throw new ParseError(`a row of the severity ${JSON.stringify(severity.slice(0, 40))}`);
    for (const states of [cells, distinct]) {
      const state = states.get(vulnerability) ?? { severity: level, fixable: false };
      states.set(vulnerability, state);
      state.severity = Math.min(state.severity, level);
      state.fixable ||= fixable;
    }
  }
  const bySlot = [...slots.values()].map((cells) => [...cells.values()]);
  return new Map([
    ...cellCounts('instances', bySlot.flat()),
    ...cellCounts('distinct', [...distinct.values()]),
    ...slotCounts(bySlot),
  ]);
}

function cellCounts(basis: string, cells: readonly State[]): readonly (readonly [string, number])[] {
  return [
    [`${basis}.total`, cells.length],
    ...SEVERITY_LEVELS.map(
      (level, index) => [`${basis}.${level}`, cells.filter(({ severity }) => severity === index).length] as const,
    ),
    [`${basis}.fixable`, cells.filter(({ fixable }) => fixable).length],
  ];
}

function slotCounts(slots: readonly (readonly State[])[]): readonly (readonly [string, number])[] {
  const having = (test: (state: State) => boolean): number => slots.filter((cells) => cells.some(test)).length;
  return [
    ['images.total', slots.length],
    ...SEVERITY_LEVELS.map(
      (level, index) => [`images.${level}`, having(({ severity }) => severity === index)] as const,
    ),
    ['images.fixable', having(({ fixable }) => fixable)],
  ];
}

/** Figures as an assessment states them, under the same names; what is missing is no number, and equals none. */
export function statedFigures(statistics: Fields): Figures {
  return new Map(
    BASES.flatMap((basis) => {
      const of = fieldsOf(statistics[basis]);
      return [
        [`${basis}.total`, numberOf(of['total'])] as const,
        ...SEVERITY_LEVELS.map((level) => [`${basis}.${level}`, numberOf(fieldsOf(of[level])['count'])] as const),
        [`${basis}.fixable`, numberOf(of['fixable'])] as const,
      ];
    }),
  );
}

/** What differs, `instances.high: 3, not 4`; nothing when all agree. What one side does not tell differs. */
export function differences(found: Figures, expected: Figures): readonly string[] {
  return [...new Set([...expected.keys(), ...found.keys()])].flatMap((name) => {
    const [number, wanted] = [found.get(name), expected.get(name)];
    return number === wanted ? [] : [`${name}: ${number ?? 'nothing'}, not ${wanted ?? 'nothing'}`];
  });
}

/** Nothing but a number is one. */
function numberOf(value: unknown): number {
  return typeof value === 'number' ? value : Number.NaN;
}
