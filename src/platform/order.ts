// The order of texts in every output: by code unit, the same on every machine whatever its language.

/** -1, 0 or 1 for a text before, equal to or behind another, by UTF-16 code unit; for ASCII that is the order of the bytes. */
export function compareText(a: string, b: string): -1 | 0 | 1 {
  return a === b ? 0 : a < b ? -1 : 1;
}
