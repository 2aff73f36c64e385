// A resource against a pattern, element by element. Pure. Source: kyverno.io/docs/writing-policies/validate#patterns; where the text leaves it open (what
// counts as skipped, what as an error) as Kyverno 1.13 does it.
import { isList, isMap, type Json, type JsonMap, memberOf, membersOf } from '../../../../platform/json.ts';
import { type Anchor, anchorOf } from './anchor.ts';
import { matchesLeaf } from './leaf.ts';
import { hasWildcard, matchesWildcard } from './wildcard.ts';

/** What came of it. `skip`: a condition does not hold; `error`: a required anchor's key is nowhere, so that the pattern says nothing. */
export interface PatternOutcome {
  readonly status: 'pass' | 'fail' | 'skip' | 'error';
  /** Where it failed: `/spec/containers/0/image/`. */
  readonly path: string;
  readonly reason: string;
}

type Mismatch = PatternOutcome & { readonly status: 'fail' | 'skip'; readonly negation?: true };

/** Anchored keys that must be somewhere, and whether they were met. */
type Met = Map<string, boolean>;

/** Matches a resource, or a part of one. */
export function matchPattern(resource: Json | undefined, pattern: Json): PatternOutcome {
  const met: Met = new Map();
  const mismatch = element(resource, pattern, '/', met);
  if (mismatch === undefined) return { status: 'pass', path: '', reason: '' };
  const { status, path, reason, negation } = mismatch;
  if (status === 'fail' && negation === undefined && [...met.values()].includes(false)) {
    return { status: 'error', path, reason };
  }
  return { status, path, reason };
}

function element(resource: Json | undefined, pattern: Json, path: string, met: Met): Mismatch | undefined {
  if (isMap(pattern)) {
    if (!isMap(resource)) return fail(path, `an object is expected, not ${nameOf(resource)}`);
    noteAnchors(pattern, resource, met);
    return map(resource, withMetadataWildcards(pattern, resource), path, met);
  }
  if (isList(pattern)) {
    if (!isList(resource)) return fail(path, `a list is expected, not ${nameOf(resource)}`);
    return list(resource, pattern, path, met);
  }
  const values = isList(resource) ? resource : [resource];
  const wrong = values.find((value) => !matchesLeaf(value, pattern));
  if (wrong === undefined && values.every((value) => matchesLeaf(value, pattern))) return undefined;
  return fail(path, `${shown(wrong)} does not match ${shown(pattern)}`);
}

function map(resource: JsonMap, pattern: JsonMap, path: string, met: Met): Mismatch | undefined {
  const anchored: (readonly [Anchor, Json])[] = [];
  const plain: (readonly [string, Json])[] = [];
  for (const [key, value] of Object.entries(pattern)) {
    const anchor = anchorOf(key);
    // An existence anchor is judged with the plain keys, after the conditions.
    if (anchor === undefined || anchor.kind === 'add') plain.push([key, value]);
    else anchored.push([anchor, value]);
  }
  // Conditions decide whether the rest is asked at all.
  const conditionsFirst = [
    ...anchored.filter(([{ kind }]) => kind === 'condition' || kind === 'global'),
    ...anchored.filter(([{ kind }]) => kind !== 'condition' && kind !== 'global'),
  ];
  for (const [anchor, value] of conditionsFirst) {
    const mismatch = anchoredMember(anchor, value, resource, path, met);
    if (mismatch !== undefined) return mismatch;
  }
  const nestedFirst = [
    ...plain.filter(([, value]) => hasAnchor(value)),
    ...plain.filter(([, value]) => !hasAnchor(value)),
  ];
  for (const [key, value] of nestedFirst) {
    const member = memberOf(resource, key);
    const below = `${path}${key}/`;
    if (value === '*') {
      if (member === undefined || member === null) return fail(path, `${below} is not there`);
      continue;
    }
    const mismatch = element(member, value, below, met);
    if (mismatch !== undefined) return mismatch;
  }
  return undefined;
}

function anchoredMember(
  { kind, key }: Anchor,
  pattern: Json,
  resource: JsonMap,
  path: string,
  met: Met,
): Mismatch | undefined {
  const member = memberOf(resource, key);
  const below = `${path}${key}/`;
  const isThere = Object.hasOwn(resource, key);
  if (kind === 'negation') return isThere ? { ...fail(below, `${below} is not allowed`), negation: true } : undefined;
  if (!isThere) return kind === 'condition' ? skip(below, `${below} is not there`) : undefined;
  if (kind === 'existence') return existence(member ?? null, pattern, below, met);
  const mismatch = element(member, pattern, below, met);
  if (mismatch === undefined || kind === 'equality') return mismatch;
  return skip(mismatch.path, mismatch.reason);
}

function existence(member: Json, pattern: Json, path: string, met: Met): Mismatch | undefined {
  if (!isList(member) || !isList(pattern)) return fail(path, 'the anchor ^ is for lists');
  for (const wanted of pattern) {
    const found = member.some((item, index) => element(item, wanted, `${path}${index}/`, met) === undefined);
    if (!found) return fail(path, 'no element matches');
  }
  return undefined;
}

/** Of a list of objects in a pattern only the first counts: every element of the resource is held against it. */
function list(resource: readonly Json[], pattern: readonly Json[], path: string, met: Met): Mismatch | undefined {
  const [first] = pattern;
  if (first === undefined) return fail(path, 'the list of the pattern is empty');
  if (!isMap(first) && !isList(first)) return element(resource, first, path, met);
  if (isList(first) && resource.length < pattern.length) return fail(path, 'the list is shorter than the pattern');
  const asked = isMap(first) ? resource.map((item) => [item, first] as const) : pairs(resource, pattern);
  const skipped: Mismatch[] = [];
  for (const [index, [item, wanted]] of asked.entries()) {
    const mismatch = element(item, wanted, `${path}${index}/`, met);
    if (mismatch?.status === 'skip') skipped.push(mismatch);
    else if (mismatch !== undefined) return mismatch;
  }
  const [why] = skipped;
  return why !== undefined && skipped.length === asked.length ? skip(path, why.reason) : undefined;
}

function pairs(resource: readonly Json[], pattern: readonly Json[]): readonly (readonly [Json, Json])[] {
  return pattern.map((wanted, index) => [resource[index] ?? null, wanted]);
}

/** Keys of labels and annotations may have wildcards: they become the key of the resource that matches. */
function withMetadataWildcards(pattern: JsonMap, resource: JsonMap): JsonMap {
  const metadataKey = Object.keys(pattern).find((key) => (anchorOf(key)?.key ?? key) === 'metadata');
  const metadata = metadataKey === undefined ? undefined : pattern[metadataKey];
  if (metadataKey === undefined || !isMap(metadata)) return pattern;
  const expanded = Object.entries(metadata).map(([name, value]) => {
    const plain = anchorOf(name)?.key ?? name;
    if ((plain !== 'labels' && plain !== 'annotations') || !isMap(value)) return [name, value] as const;
    const keys = membersOf(resource, 'metadata', plain);
    return [
      name,
      Object.fromEntries(Object.entries(value).map(([key, wanted]) => [expand(key, wanted, keys), wanted])),
    ] as const;
  });
  return { ...pattern, [metadataKey]: Object.fromEntries(expanded) };
}

function expand(key: string, wanted: Json, members: readonly (readonly [string, Json])[]): string {
  const anchor = anchorOf(key);
  const plain = anchor?.key ?? key;
  if (!hasWildcard(plain)) return key;
  const found =
    members.find(([name, value]) => matchesWildcard(plain, name) && matchesLeaf(value, wanted)) ??
    members.find(([name]) => matchesWildcard(plain, name));
  return found === undefined ? key : anchor === undefined ? found[0] : key.replace(plain, found[0]);
}

function noteAnchors(pattern: JsonMap, resource: JsonMap, met: Met): void {
  for (const key of Object.keys(pattern)) {
    const anchor = anchorOf(key);
    if (anchor === undefined || !['condition', 'existence', 'negation'].includes(anchor.kind)) continue;
    met.set(key, met.get(key) === true || Object.hasOwn(resource, anchor.key));
  }
}

function hasAnchor(pattern: Json): boolean {
  if (isList(pattern)) return pattern.some(hasAnchor);
  if (!isMap(pattern)) return false;
  return Object.entries(pattern).some(([key, value]) => anchorOf(key) !== undefined || hasAnchor(value));
}

function fail(path: string, reason: string): Mismatch {
  return { status: 'fail', path, reason };
}

function skip(path: string, reason: string): Mismatch {
  return { status: 'skip', path, reason };
}

function nameOf(value: Json | undefined): string {
  if (value === undefined || value === null) return 'nothing';
  if (isList(value)) return 'a list';
  return isMap(value) ? 'an object' : `a ${typeof value}`;
}

function shown(value: Json | undefined): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > 100 ? `${text.slice(0, 100)} …` : text;
}
