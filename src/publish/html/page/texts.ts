// Searching and ordering of words, the same in every list. No DOM.

const COLLATOR = new Intl.Collator('en', { numeric: true });

/** Order of words as readers expect it: by letters before case, numbers by their value. */
export function compareNatural(a: string, b: string): number {
  return COLLATOR.compare(a, b);
}

/** A test of texts in lower case: whether every word of the query occurs somewhere in them. An empty query occurs in any. */
export function searchFor(query: string): (text: string) => boolean {
  const words = query.toLowerCase().split(/\s+/);
  return (text) => words.every((word) => text.includes(word));
}

/** Items in the given order or its reverse; ties are decided by the second order in both. */
export function inOrder<T>(
  items: readonly T[],
  order: (a: T, b: T) => number,
  descending: boolean,
  ties: (a: T, b: T) => number,
): readonly T[] {
  const sign = descending ? -1 : 1;
  return items.toSorted((a, b) => sign * order(a, b) || ties(a, b));
}

/** An EPSS probability in percent: most are far below one. */
export function probabilityText(probability: number): string {
  if (probability >= 0.1) return `${Math.round(probability * 100)} %`;
  return probability >= 0.001 ? `${(probability * 100).toFixed(1)} %` : '<0.1 %';
}
