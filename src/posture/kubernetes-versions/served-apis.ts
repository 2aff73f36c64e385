// Objects of a release held against the API versions that a minor serves: what it no longer serves, will not serve for long, or does not serve yet.
// Reads objects and the table; gives verdicts in the shared shape. Custom resources are not judged: their versions are those of their own definitions.
import { compareText } from '../../platform/order.ts';
import type { Verdict } from '../../platform/verdict.ts';
import type { KubernetesObject } from '../../scan/release/manifests/object.ts';
import { compareMinors, type Minor } from './minor.ts';
import type { EndedApi } from './table.ts';

/** What is said of the objects of a release. */
export interface ServedApis {
  /** Objects that the table says something of, sorted by subject. */
  readonly results: readonly Verdict[];
  /** Objects that were held against the table. */
  readonly objects: number;
}

/**
 * Judges every object for a minor.
 * @param before the minor that runs now, if it is another: what takes an API's place may not be served there yet
 */
export function judgeApis(
  objects: readonly KubernetesObject[],
  apis: readonly EndedApi[],
  minor: Minor,
  before?: Minor,
): ServedApis {
  const results = objects.flatMap((object) => verdictOf(object, apis, minor, before) ?? []);
  return {
    results: results.sort((a, b) => compareText(a.subject, b.subject) || compareText(a.check, b.check)),
    objects: objects.length,
  };
}

function verdictOf(
  object: KubernetesObject,
  apis: readonly EndedApi[],
  minor: Minor,
  before: Minor | undefined,
): Verdict | undefined {
  const { apiVersion, kind, namespace, name, position } = object;
  const subject = [kind, ...(namespace === undefined ? [] : [namespace]), name].join('/');
  const common = { subject, evidence: [`${position}: apiVersion ${apiVersion}`] };
  const ends = apis.find(({ api, kinds }) => api === apiVersion && kinds.includes(kind));
  if (ends !== undefined) {
    const gone = compareMinors(ends.removed, minor) <= 0;
    const reason = gone
      ? `Kubernetes ${minor} does not serve ${apiVersion} ${kind}, which ended with ${ends.removed}`
      : `Kubernetes ${ends.removed} will not serve ${apiVersion} ${kind}`;
    const verdict = gone ? 'fail' : 'warn';
    return { check: 'api-removed', ...common, verdict, reason, remediation: remedyOf(ends, before ?? minor) };
  }
  const early = apis.filter(
    ({ instead, kinds, since }) =>
      instead === apiVersion && kinds.includes(kind) && since !== undefined && compareMinors(minor, since) < 0,
  );
  const [first] = early;
  if (first === undefined) return undefined;
  const reason = `Kubernetes ${minor} does not serve ${apiVersion} ${kind} yet, only ${first.since} and later do`;
  return { check: 'api-not-yet-served', ...common, verdict: 'fail', reason, remediation: `use ${first.api}` };
}

function remedyOf({ instead, since }: EndedApi, running: Minor): string {
  if (instead === undefined) return 'nothing takes its place by itself: Pod Security admission or policies must';
  const late = since !== undefined && compareMinors(running, since) < 0;
  return `use ${instead}${since === undefined ? '' : `, served since ${since}`}${late ? `: not before the step from ${running}` : ''}`;
}
