// A table of any length that puts only the rows near the window into the document. Rows have one height; the room of the others is kept
// by two filler rows, so that the scroll bar tells the truth. On paper the first rows are printed and the rest is named.
import type { ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { count, plural } from '../../words.ts';
import { useNarrow, usePrinting } from './media.ts';

/** A column of the table. */
export interface TableColumn<Key extends string> {
  readonly id: string;
  readonly title: ComponentChildren;
  /** Read out instead of the title, which it contains: who speaks to the page says what is to be seen. */
  readonly label?: string;
  /** Present when the column can be sorted by. */
  readonly sort?: Key;
  readonly numeric?: boolean;
}

interface WindowedTableProps<Key extends string> {
  readonly caption: string;
  readonly kind: string;
  readonly columns: readonly TableColumn<Key>[];
  readonly count: number;
  /** Pixels of a row beside others and of a row as a card on narrow screens. */
  readonly heights: { readonly row: number; readonly card: number };
  readonly sort: Key;
  readonly descending: boolean;
  readonly onSort: (key: Key, descending: boolean) => void;
  /** The cells of the row at a position, in the order of the columns; more than there are columns are left out. */
  readonly cells: (position: number) => readonly ComponentChildren[];
  /** Position of the row that is marked, shown when the table opens; -1 for none. */
  readonly selected: number;
  readonly onOpen: (position: number) => void;
}

const OVERSCAN = 6;
const PRINTED_ROWS = 1000;

/** The table. Rows are given by position; what they show comes from `cells`. */
export function WindowedTable<Key extends string>(props: WindowedTableProps<Key>) {
  const body = useRef<HTMLTableSectionElement>(null);
  const narrow = useNarrow();
  const printing = usePrinting();
  const height = narrow ? props.heights.card : props.heights.row;
  const window = useRowsInView(body, height, props.count);
  useReveal(body, height, props.selected);
  const first = printing ? 0 : window.first;
  const end = printing ? Math.min(props.count, PRINTED_ROWS) : Math.min(props.count, window.end);
  const positions = Array.from({ length: Math.max(0, end - first) }, (_, index) => first + index);
  return (
    <>
      <table class={`windowed ${props.kind}`} aria-rowcount={props.count + 1}>
        <caption class="unseen">{props.caption}</caption>
        <thead>
          <tr aria-rowindex={1}>
            {props.columns.map((column) => (
              <HeaderCell key={column.id} column={column} {...props} />
            ))}
          </tr>
        </thead>
        <tbody ref={body} onKeyDown={moveFocus}>
          <Filler height={first * height} />
          {positions.map((position) => (
            <Row key={position} position={position} height={height} {...props} />
          ))}
          <Filler height={printing ? 0 : (props.count - end) * height} />
        </tbody>
      </table>
      {printing && props.count > end && (
        <p class="note">
          The first {count(end)} of {plural(props.count, 'row')}; the file itself holds all of them.
        </p>
      )}
    </>
  );
}

function HeaderCell<Key extends string>(props: WindowedTableProps<Key> & { readonly column: TableColumn<Key> }) {
  const { column, sort, descending, onSort } = props;
  const key = column.sort;
  const active = key !== undefined && key === sort;
  const classes = `col-${column.id}${column.numeric ? ' number' : ''}`;
  // Numbers and severities begin with the highest.
  const falls = (column.numeric === true || key === 'severity') !== descending;
  if (key === undefined) {
    return (
      <th scope="col" class={classes} aria-label={column.label}>
        {column.title}
      </th>
    );
  }
  return (
    <th scope="col" class={classes} aria-sort={active ? (falls ? 'descending' : 'ascending') : 'none'}>
      <button type="button" aria-label={column.label} onClick={() => onSort(key, active && !descending)}>
        {column.title}
        <span class="arrow" aria-hidden="true">
          {active ? (falls ? '▼' : '▲') : ''}
        </span>
      </button>
    </th>
  );
}

function Row<Key extends string>(
  props: WindowedTableProps<Key> & { readonly position: number; readonly height: number },
) {
  const { position, height, columns, onOpen } = props;
  const cells = props.cells(position);
  return (
    // The button inside the row is the way of the keyboard; the whole row is a larger target for the mouse.
    <tr
      aria-rowindex={position + 2}
      class={props.selected === position ? 'selected' : ''}
      style={{ height: `${height}px` }}
      onClick={() => onOpen(position)}
    >
      {columns.map((column, index) => (
        <td key={column.id} class={`col-${column.id}${column.numeric ? ' number' : ''}`}>
          {cells[index]}
        </td>
      ))}
    </tr>
  );
}

function Filler({ height }: { readonly height: number }) {
  // biome-ignore lint/a11y/noAriaHiddenOnFocusable: an empty table row takes no focus
  return height > 0 ? <tr class="filler" aria-hidden="true" style={{ height: `${height}px` }} /> : null;
}

/** Which rows the window shows, with some to spare. Follows scrolling and resizing. */
function useRowsInView(
  body: { readonly current: HTMLTableSectionElement | null },
  height: number,
  total: number,
): { readonly first: number; readonly end: number } {
  const [range, setRange] = useState({ first: 0, end: 60 });
  const measure = (): void => {
    const top = body.current?.getBoundingClientRect().top ?? 0;
    const first = Math.max(0, Math.min(total, Math.floor(-top / height) - OVERSCAN));
    const end = Math.max(first, Math.ceil((globalThis.innerHeight - top) / height) + OVERSCAN);
    setRange((before) => (before.first === first && before.end === end ? before : { first, end }));
  };
  useLayoutEffect(measure, [height, total]);
  useEffect(() => {
    let frame = 0;
    const later = (): void => {
      if (frame !== 0) return;
      frame = requestAnimationFrame(() => {
        frame = 0;
        measure();
      });
    };
    addEventListener('scroll', later, { passive: true });
    addEventListener('resize', later);
    return () => {
      cancelAnimationFrame(frame);
      removeEventListener('scroll', later);
      removeEventListener('resize', later);
    };
  }, [height, total]);
  return range;
}

/** An address that names a row opens with that row in view. */
function useReveal(body: { readonly current: HTMLTableSectionElement | null }, height: number, selected: number): void {
  useLayoutEffect(() => {
    const top = (body.current?.getBoundingClientRect().top ?? 0) + selected * height;
    if (selected >= 0 && top + height > globalThis.innerHeight) scrollBy(0, top - globalThis.innerHeight / 2);
  }, []);
}

/** Arrow keys go from row to row. */
function moveFocus(event: KeyboardEvent): void {
  const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
  if (step === 0 || !(event.target instanceof HTMLElement)) return;
  const row = event.target.closest('tr');
  const next = step > 0 ? row?.nextElementSibling : row?.previousElementSibling;
  const target = next?.querySelector<HTMLElement>('button, a');
  if (target === null || target === undefined) return;
  event.preventDefault();
  target.focus({ preventScroll: true });
  target.scrollIntoView({ block: 'nearest' });
}
