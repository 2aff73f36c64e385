// Rules that judge by the Pod Security Standards, with what they and exceptions exclude. Source: kyverno.io/docs/writing-policies/validate#pod-security.
import { isList, type Json, type JsonMap, listOf, memberOf, textOf, valueAt } from '../../../../platform/json.ts';
import { POD_TEMPLATES } from '../../objects/pods-of.ts';
import type { Violation } from '../../pss/check.ts';
import { judgePod, parseStandard } from '../../pss/evaluate.ts';
import { UnsupportedError } from '../failure.ts';
import { matchesWildcard } from '../pattern/wildcard.ts';

/** A control that is not held against some containers, or against the Pod itself where no images are named. */
export interface PodSecurityExclusion {
  readonly control: string;
  readonly images: readonly string[];
  /** With it, only this field, and there only these values. */
  readonly field?: string;
  readonly values: readonly string[];
}

/** What the standard finds in an object, apart from what is excluded. */
export interface PodSecurityOutcome {
  /** `CONTROL: FIELD = VALUE (container)`, sorted. */
  readonly found: readonly string[];
  /** Exceptions without which more would be found. */
  readonly exceptions: readonly string[];
}

/** Exclusions that an exception brings. */
export interface ExceptedControls {
  readonly id: string;
  readonly exclusions: readonly PodSecurityExclusion[];
}

/** Reads exclusions of a rule or an exception. */
export function readExclusions(list: readonly Json[]): readonly PodSecurityExclusion[] {
  return list.map((item) => {
    const field = textOf(item, 'restrictedField');
    return {
      control: textOf(item, 'controlName') ?? '',
      images: listOf(item, 'images').map(String),
      ...(field === undefined ? {} : { field }),
      values: listOf(item, 'values').map(String),
    };
  });
}

/**
 * Judges a Pod, or the template of a controller.
 * @param excepting exceptions that are for the object
 * @throws UnsupportedError for a standard, or a kind of object, that is not known
 */
export function judgePodSecurity(
  rule: Json,
  object: JsonMap,
  excepting: readonly ExceptedControls[],
): PodSecurityOutcome {
  const kind = textOf(object, 'kind') ?? '';
  const path = kind === 'Pod' ? [] : POD_TEMPLATES.get(kind);
  const pod = path === undefined ? undefined : valueAt(object, ...path);
  const level = textOf(rule, 'level') ?? 'baseline';
  const version = textOf(rule, 'version') || 'latest';
  const results = pod === undefined ? undefined : judgePod(pod, standardOf(`${level}:${version}`));
  if (results === undefined) throw new UnsupportedError(`a ${kind} without containers cannot be judged`);
  const excluded = memberOf(rule, 'exclude');
  const own = readExclusions(isList(excluded) ? excluded : []);
  const found: string[] = [];
  const exceptions = new Set<string>();
  for (const { check, violations } of results) {
    for (const violation of violations) {
      const isCovered = (by: readonly PodSecurityExclusion[]) =>
        by.some((exclusion) => covers(exclusion, check.control, violation));
      if (isCovered(own)) continue;
      const by = excepting.filter(({ exclusions }) => isCovered(exclusions));
      for (const { id } of by) exceptions.add(id);
      if (by.length === 0) found.push(told(check.control, violation));
    }
  }
  return { found: found.sort(), exceptions: [...exceptions].sort() };
}

function standardOf(text: string): ReturnType<typeof parseStandard> {
  try {
    return parseStandard(text);
  } catch {
    throw new UnsupportedError(`the Pod Security Standard ${text} is not known`);
  }
}

function covers(exclusion: PodSecurityExclusion, control: string, { container, field, value }: Violation): boolean {
  if (exclusion.control !== control) return false;
  const place =
    container === undefined
      ? exclusion.images.length === 0
      : exclusion.images.some((image) => matchesWildcard(image, container.image));
  if (!place) return false;
  if (exclusion.field === undefined) return true;
  return (
    exclusion.field === field &&
    (exclusion.values.length === 0 || exclusion.values.some((pattern) => matchesWildcard(pattern, value ?? '')))
  );
}

function told(control: string, { field, value, container }: Violation): string {
  const what = value === undefined ? `${field} is not set` : `${field} = ${value}`;
  return `${control}: ${what}${container === undefined ? '' : ` (${container.name})`}`;
}
