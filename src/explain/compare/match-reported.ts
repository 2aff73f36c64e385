// Which reported cells of A and B are one vulnerability, where a side does not know that two of its ids are. Pure.

/** Two cells that belong together, or one that has no partner. */
export interface Matched<T> {
  readonly a?: T;
  readonly b?: T;
  /** It has no partner because its vulnerability was merged into, or split from, one that has. */
  readonly surplus: boolean;
}

/** Matches cells of one joint vulnerability: those under equal ids, then the others in order. Exchanging the sides gives the same matches. */
export function matchReported<T extends { readonly vulnerability: string }>(
  before: readonly T[],
  after: readonly T[],
): readonly Matched<T>[] {
  const left = { a: [...before], b: [...after] };
  const matched: Matched<T>[] = [];
  const sameId = (x: T, y: T): boolean => x.vulnerability === y.vulnerability;
  for (const match of [sameId, () => true]) {
    for (const a of [...left.a]) {
      const b = left.b.find((candidate) => match(a, candidate));
      if (b === undefined) continue;
      matched.push({ a, b, surplus: false });
      left.a.splice(left.a.indexOf(a), 1);
      left.b.splice(left.b.indexOf(b), 1);
    }
  }
  const surplus = matched.length > 0;
  return [...matched, ...left.a.map((a) => ({ a, surplus })), ...left.b.map((b) => ({ b, surplus }))];
}
