// The group's ledger: decisions, action items and what became of them, a JSON object a line, only ever appended to. It is kept in version control beside
// programme.yaml. Form: docs/guide/review.md.
import { ParseError } from '../../platform/errors.ts';
import { isDay } from '../../statements/day.ts';

/** A decision. */
export interface DecisionEntry {
  readonly kind: 'decision';
  /** `D1`, `D2`, … */
  readonly id: string;
  readonly date: string;
  readonly by: string;
  readonly text: string;
}

/** An action item. */
export interface ActionEntry {
  readonly kind: 'action';
  /** `A1`, `A2`, … */
  readonly id: string;
  readonly date: string;
  readonly by: string;
  readonly text: string;
  readonly owner: string;
  /** ISO day. */
  readonly due?: string;
}

/** That an action item is closed. */
export interface DoneEntry {
  readonly kind: 'done';
  /** The item's. */
  readonly id: string;
  readonly date: string;
  readonly by: string;
  /** What came of it. */
  readonly text?: string;
}

/** A line of the ledger. */
export type LedgerEntry = DecisionEntry | ActionEntry | DoneEntry;

/** What the lines add up to on a day. */
export interface LedgerState {
  /** Of the week: after `since`, up to the day. */
  readonly decisions: readonly DecisionEntry[];
  /** Open items, the due ones first, those without a date last. */
  readonly open: readonly (ActionEntry & { readonly overdue: boolean })[];
  /** Items closed in the week. */
  readonly closed: readonly (ActionEntry & { readonly closedOn: string; readonly outcome?: string })[];
}

/**
 * Reads a ledger.
 * @throws ParseError with the line: a line that is no entry, an id that is there twice, an item closed that was not open
 */
export function readLedger(text: string, file: string): readonly LedgerEntry[] {
  const entries: LedgerEntry[] = [];
  const open = new Set<string>();
  const used = new Set<string>();
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const where = `${file}:${index + 1}`;
    const entry = entryOf(line, where);
    if (entry.kind === 'done') {
      if (!open.delete(entry.id)) throw new ParseError(`${where}: ${entry.id} is no open action item`);
    } else {
      if (used.has(entry.id)) throw new ParseError(`${where}: the id ${entry.id} is there twice`);
      used.add(entry.id);
      if (entry.kind === 'action') open.add(entry.id);
    }
    entries.push(entry);
  }
  return entries;
}

function entryOf(line: string, where: string): LedgerEntry {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw new ParseError(`${where}: not a JSON object on one line`, { cause: error });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ParseError(`${where}: not a JSON object on one line`);
  }
  const fields = new Map<string, unknown>(Object.entries(value));
  const word = (name: string): string => {
    const field = fields.get(name);
    if (typeof field !== 'string' || field.trim() === '') throw new ParseError(`${where}: "${name}" must be a text`);
    return field;
  };
  const optional = (name: string): string | undefined => (fields.has(name) ? word(name) : undefined);
  const day = (name: string): string => {
    const date = word(name);
    if (!isDay(date)) throw new ParseError(`${where}: "${name}" must be a day as 2022-04-06`);
    return date;
  };
  const base = { id: word('id'), date: day('date'), by: word('by') };
  const kind = word('kind');
  if (kind === 'decision') return { kind, ...base, text: word('text') };
  if (kind === 'action') {
    return {
      kind,
      ...base,
      text: word('text'),
      owner: word('owner'),
      ...(fields.has('due') ? { due: day('due') } : {}),
    };
  }
  if (kind !== 'done') throw new ParseError(`${where}: "kind" must be decision, action or done`);
  const text = optional('text');
  return { kind, ...base, ...(text === undefined ? {} : { text }) };
}

/** The next free id with a letter. Numbers of more than nine digits are nobody's counting. */
export function nextId(entries: readonly LedgerEntry[], letter: 'D' | 'A'): string {
  let number = 0;
  for (const { id } of entries) {
    if (id.startsWith(letter) && /^\d{1,9}$/.test(id.slice(1))) number = Math.max(number, Number(id.slice(1)));
  }
  return `${letter}${number + 1}`;
}

/** The line that is appended for an entry. */
export function ledgerLine(entry: LedgerEntry): string {
  return `${JSON.stringify(entry)}\n`;
}

/** The state on a day; `since` is the day of the last review, whose own entries were told then. */
export function ledgerState(entries: readonly LedgerEntry[], on: string, since: string | undefined): LedgerState {
  const known = entries.filter(({ date }) => date <= on);
  const isNew = (date: string): boolean => since === undefined || date > since;
  const done = new Map(known.flatMap((entry) => (entry.kind === 'done' ? [[entry.id, entry] as const] : [])));
  const actions = known.filter((entry) => entry.kind === 'action');
  return {
    decisions: known.filter((entry) => entry.kind === 'decision').filter(({ date }) => isNew(date)),
    open: actions
      .filter(({ id }) => !done.has(id))
      .map((action) => ({ ...action, overdue: action.due !== undefined && action.due < on }))
      .sort((a, b) => ((a.due ?? '9999') === (b.due ?? '9999') ? 0 : (a.due ?? '9999') < (b.due ?? '9999') ? -1 : 1)),
    closed: actions.flatMap((action) => {
      const end = done.get(action.id);
      if (end === undefined || !isNew(end.date)) return [];
      return [{ ...action, closedOn: end.date, ...(end.text === undefined ? {} : { outcome: end.text }) }];
    }),
  };
}
