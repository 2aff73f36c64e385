// Columns with dictionaries: 50,000 findings repeat the same few thousand words, so that every word stands in the file once.

/** One field of all rows: `values[rows[i]]` is the field of row `i`. */
export interface Column<T> {
  /** Every value that occurs, in the order of first occurrence. */
  readonly values: readonly T[];
  readonly rows: readonly number[];
}

/** The field of every item as a column. */
export function column<Row, T extends string | number | boolean | null>(
  items: readonly Row[],
  field: (item: Row) => T,
): Column<T> {
  const numbers = new Map<T, number>();
  const rows = items.map((item) => numbered(numbers, field(item)));
  return { values: [...numbers.keys()], rows };
}

/** The same for a field that is a list. */
export function listColumn<Row>(
  items: readonly Row[],
  field: (item: Row) => readonly string[],
): Column<readonly string[]> {
  const { values, rows } = column(items, (item) => JSON.stringify(field(item)));
  return { values: values.map((text): readonly string[] => JSON.parse(text)), rows };
}

/** The number of a value: that of its first occurrence, else the next. */
export function numbered<T>(numbers: Map<T, number>, value: T): number {
  const known = numbers.get(value);
  if (known !== undefined) return known;
  numbers.set(value, numbers.size);
  return numbers.size - 1;
}
