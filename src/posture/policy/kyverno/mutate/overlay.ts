// A strategic merge patch with anchors, made into a plain one for one object: conditions are checked and taken out, `+(a)` stays only where `a` is absent,
// and an element of a list with conditions becomes one for each element of the object that meets them.
// Source: kyverno.io/docs/writing-policies/mutate#conditional-logic-using-anchors; in detail as Kyverno 1.13 does it.
import { isList, isMap, type Json, type JsonMap, memberOf } from '../../../../platform/json.ts';
import { type Anchor, anchorOf } from '../pattern/anchor.ts';
import { matchPattern } from '../pattern/match.ts';

/** A patch, or why the rule is not for this object. */
export type Overlay = { readonly patch: Json } | { readonly skipped: string };

type Outcome =
  | { readonly ok: Json | undefined }
  /** `element`: this element of a list, else the object; `rule`: the whole rule, by a global anchor. */
  | { readonly stops: 'element' | 'rule'; readonly reason: string };

/** The patch for one object; empty where nothing is left of it. */
export function plainPatch(patch: Json, object: Json): Overlay {
  const outcome = plain(patch, object);
  if ('stops' in outcome) return { skipped: outcome.reason };
  return { patch: outcome.ok ?? {} };
}

/** `undefined` for what held nothing but conditions. */
function plain(patch: Json, object: Json | undefined): Outcome {
  if (isMap(patch)) return plainMap(patch, object);
  if (isList(patch) && patch.some(isMap)) return plainList(patch, object);
  return { ok: patch };
}

function plainMap(patch: JsonMap, object: Json | undefined): Outcome {
  const members: (readonly [string, Json])[] = [];
  const conditions: (readonly [Anchor, Json])[] = [];
  for (const [key, value] of Object.entries(patch)) {
    const anchor = anchorOf(key);
    if (anchor === undefined) members.push([key, value]);
    else if (anchor.kind === 'condition' || anchor.kind === 'global') conditions.push([anchor, value]);
    else if (anchor.kind === 'add') {
      if (memberOf(object, anchor.key) === undefined) members.push([anchor.key, value]);
    } else return { stops: 'rule', reason: `the anchor ${key} has no meaning in a patch` };
  }
  for (const kind of ['global', 'condition'] as const) {
    for (const [anchor, value] of conditions) {
      if (anchor.kind !== kind) continue;
      const reason = unmet(anchor, value, object);
      if (reason !== undefined) return { stops: kind === 'global' ? 'rule' : 'element', reason };
    }
  }
  // What is added below a condition's key is kept with the key: `(a): {+(b): 1}`.
  for (const [{ key }, value] of conditions) {
    if (isMap(value) && hasAdd(value)) members.push([key, value]);
  }
  const kept: (readonly [string, Json])[] = [];
  for (const [key, value] of members) {
    const outcome = plain(value, memberOf(object, key));
    if ('stops' in outcome) return outcome;
    if (outcome.ok !== undefined) kept.push([key, outcome.ok]);
  }
  const isEmptied = kept.length === 0 && Object.keys(patch).length > 0;
  return { ok: isEmptied ? undefined : Object.fromEntries(kept) };
}

function unmet({ key }: Anchor, pattern: Json, object: Json | undefined): string | undefined {
  const member = memberOf(object, key);
  if (member === undefined) return `there is no ${key}`;
  if (isMap(pattern) && hasAdd(pattern)) return undefined;
  const outcome = matchPattern(member, pattern);
  return outcome.status === 'pass' ? undefined : `${key}: ${outcome.reason}`;
}

function plainList(patch: readonly Json[], object: Json | undefined): Outcome {
  const kept: Json[] = [];
  const elements = isList(object) ? object : [];
  for (const item of patch) {
    if (!hasAnchor(item)) {
      const same = elements.find((element) => isMap(item) && memberOf(element, 'name') === item['name']);
      const outcome = plain(item, same);
      if ('stops' in outcome) return outcome;
      if (outcome.ok !== undefined) kept.push(outcome.ok);
      continue;
    }
    const outcomes = elements.map((element) => ({ element, outcome: plain(item, element) }));
    const passed = outcomes.flatMap(({ element, outcome }) =>
      'ok' in outcome ? [{ element, patch: outcome.ok }] : [],
    );
    if (hasGlobal(item)) {
      // A global condition that one element meets lets the rule through; it names no element to change.
      const stopped = outcomes.find(({ outcome }) => 'stops' in outcome && outcome.stops === 'rule')?.outcome;
      if (passed.length === 0 && stopped !== undefined) return stopped;
      if (elements.length === 0) return { stops: 'rule', reason: 'the list is empty or not there' };
      continue;
    }
    for (const { element, patch: one } of passed) {
      const name = memberOf(element, 'name');
      if (one !== undefined && name !== undefined && isMap(one)) kept.push({ ...one, name });
    }
  }
  return { ok: kept.length === 0 && patch.length > 0 ? undefined : kept };
}

function hasAnchor(value: Json): boolean {
  return some(value, ({ kind }) => kind === 'condition' || kind === 'global' || kind === 'add');
}

function hasGlobal(value: Json): boolean {
  return some(value, ({ kind }) => kind === 'global');
}

function hasAdd(value: Json): boolean {
  return some(value, ({ kind }) => kind === 'add');
}

function some(value: Json, test: (anchor: Anchor) => boolean): boolean {
  if (isList(value)) return value.some((item) => some(item, test));
  if (!isMap(value)) return false;
  return Object.entries(value).some(([key, member]) => {
    const anchor = anchorOf(key);
    return (anchor !== undefined && test(anchor)) || some(member, test);
  });
}
