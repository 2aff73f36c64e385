// Anchors of keys in patterns: `(a)` condition, `<(a)` global condition, `=(a)` if there, `X(a)` not there, `^(a)` one at least, `+(a)` add if absent.
// Source: kyverno.io/docs/writing-policies/validate#anchors.

/** What an anchor asks for. */
export type AnchorKind = 'condition' | 'global' | 'equality' | 'negation' | 'existence' | 'add';

/** An anchored key. */
export interface Anchor {
  readonly kind: AnchorKind;
  readonly key: string;
}

const KINDS: Readonly<Record<string, AnchorKind>> = {
  '': 'condition',
  '<': 'global',
  '=': 'equality',
  X: 'negation',
  '^': 'existence',
  '+': 'add',
};

/** The anchor of a key, or undefined for a plain one. */
export function anchorOf(key: string): Anchor | undefined {
  const match = /^([<=X^+]?)\((.+)\)$/s.exec(key);
  const kind = KINDS[match?.[1] ?? '-'];
  return kind === undefined || match?.[2] === undefined ? undefined : { kind, key: match[2] };
}
