// Kyverno's own tests, `kyverno-test.yaml` (cli.kyverno.io/v1alpha1 Test): policies, resources and what is expected of each rule on each resource. A row is one
// result of one resource. Source: kyverno.io/docs/kyverno-cli/reference/kyverno_test.
import { ParseError, PlimsollError } from '../../../platform/errors.ts';
import { isList, isMap, type Json, listOf, membersOf, sameJson, textOf, valueAt } from '../../../platform/json.ts';
import type { KubernetesObject } from '../../../scan/release/manifests/object.ts';
import { parseManifestObjects } from '../../../scan/release/manifests/objects.ts';
import { readValues } from '../../../scan/release/manifests/values.ts';
import { applyCelPolicy } from '../cel/apply.ts';
import type { CelPolicy } from '../cel/policy.ts';
import { admit } from '../kyverno/admit.ts';
import type { RuleResult, RuleWorld } from '../kyverno/engine.ts';
import { UnsupportedError } from '../kyverno/failure.ts';
import type { Policy } from '../kyverno/policy.ts';
import { policySetOf } from '../kyverno/policy-set.ts';
import { readTestValues, type TestValues } from './values.ts';

/** One expected result of one resource, and what came of it. */
export interface TestRow {
  readonly test: string;
  readonly policy: string;
  readonly rule: string;
  readonly resource: string;
  readonly expected: string;
  /** What the rule says; absent where it could not be evaluated. */
  readonly actual?: string;
  readonly verdict: 'right' | 'wrong' | 'unsupported';
  readonly reason: string;
}

/** Reads a file that a test names, by its path beside the test. */
export type ReadBeside = (path: string) => string;

const KNOWN = [
  'apiVersion',
  'kind',
  'metadata',
  'name',
  'policies',
  'resources',
  'exceptions',
  'variables',
  'values',
  'results',
  'checks',
];
const ROW = [
  'policy',
  'rule',
  'kind',
  'resources',
  'resource',
  'result',
  'patchedResources',
  'patchedResource',
  'generatedResource',
  'namespace',
  'cloneSourceResource',
  'isValidatingAdmissionPolicy',
  'isValidatingPolicy',
  'isMutatingPolicy',
  'isGeneratingPolicy',
  'isImageValidatingPolicy',
  'isDeletingPolicy',
];

interface Prepared {
  readonly test: string;
  readonly policies: readonly Policy[];
  readonly cel: readonly CelPolicy[];
  readonly resources: readonly KubernetesObject[];
  readonly world: RuleWorld;
  /** Why no row can be judged. */
  readonly unsupported?: string;
  readonly read: ReadBeside;
}

/**
 * Runs the tests of one file.
 * @param name of the file, for messages and rows
 * @throws ParseError when it is no test, or a file that it names is not there
 */
export function runTestFile(text: string, name: string, read: ReadBeside): readonly TestRow[] {
  return readValues(text, name).flatMap((test) => {
    if (!isMap(test)) throw new ParseError(`${name} is no test of Kyverno's`);
    const prepared = prepare(test, name, read);
    return listOf(test, 'results').flatMap((expected) => rowsOf(expected, prepared));
  });
}

function prepare(test: Json, name: string, read: ReadBeside): Prepared {
  const objects = (key: string) => listOf(test, key).flatMap((path) => objectsOf(String(path), name, read));
  const other = membersOf(test).find(([key, value]) => !KNOWN.includes(key) && !isEmpty(value));
  const { policies, cel = [] } = policySetOf(objects('policies'));
  const { exceptions } = policySetOf(objects('exceptions'));
  const resources = objects('resources');
  const values = valuesOf(test, read);
  const given = typeof values === 'string' ? undefined : values;
  const namespaces = new Map([
    ...resources
      .filter(({ kind }) => kind === 'Namespace')
      .map((object) => [object.name, membersOf(valueAt(object.value, 'metadata', 'labels'))] as const),
    ...(given?.namespaces ?? []),
  ]);
  const why = other === undefined ? undefined : `${other[0]} of a test is not supported`;
  const unsupported = why ?? (typeof values === 'string' ? values : undefined);
  return {
    test: textOf(test, 'metadata', 'name') ?? textOf(test, 'name') ?? name,
    policies,
    cel,
    resources,
    world: {
      operation: 'CREATE',
      exceptions,
      namespaceLabels: (namespace) => namespaces.get(namespace),
      surroundings: (policy, { name: rule, generatedFrom }, object) =>
        given === undefined ? {} : { given: given.of(policy.name, generatedFrom ?? rule, object.name) },
    },
    ...(unsupported === undefined ? {} : { unsupported }),
    read,
  };
}

/** The values of a test, of its file before those in it; a text says why they are not evaluated. */
function valuesOf(test: Json, read: ReadBeside): TestValues | string | undefined {
  const [inside, file] = [valueAt(test, 'values'), textOf(test, 'variables')];
  try {
    if (file === undefined) return inside === undefined ? undefined : readTestValues(inside);
    const [values = null, ...more] = readValues(read(file), file);
    if (more.length > 0 || inside !== undefined) return 'a test with several documents of values is not supported';
    return readTestValues(values);
  } catch (error) {
    if (error instanceof UnsupportedError) return error.message;
    throw error;
  }
}

function objectsOf(path: string, name: string, read: ReadBeside): readonly KubernetesObject[] {
  const { objects, gaps } = parseManifestObjects(read(path), path);
  const [gap] = gaps;
  if (gap !== undefined) throw new ParseError(`${name}: ${path}: ${gap.reason}`);
  return objects;
}

function isEmpty(value: Json): boolean {
  return value === null || (isList(value) && value.length === 0) || (isMap(value) && Object.keys(value).length === 0);
}

function rowsOf(expected: Json, prepared: Prepared): readonly TestRow[] {
  const named = listOf(expected, 'resources');
  const single = textOf(expected, 'resource');
  const resources = named.length > 0 ? named.map(String) : single === undefined ? [] : [single];
  return resources.map((resource): TestRow => {
    const row = {
      test: prepared.test,
      policy: textOf(expected, 'policy') ?? '',
      rule: textOf(expected, 'rule') ?? '',
      resource: `${textOf(expected, 'kind') ?? ''}/${resource}`,
      expected: textOf(expected, 'result') ?? textOf(expected, 'status') ?? '',
    };
    try {
      return { ...row, ...judge(expected, resource, prepared) };
    } catch (error) {
      if (!(error instanceof PlimsollError)) throw error;
      return { ...row, verdict: 'unsupported', reason: error.message };
    }
  });
}

function judge(expected: Json, resource: string, prepared: Prepared): Pick<TestRow, 'actual' | 'verdict' | 'reason'> {
  const wanted = textOf(expected, 'result') ?? textOf(expected, 'status') ?? '';
  const other = membersOf(expected).find(([key]) => !ROW.includes(key) && key !== 'status');
  const name = textOf(expected, 'policy') ?? '';
  const policy = prepared.policies.find(({ id, name: bare }) => id === name || bare === name);
  const inCel = prepared.cel.find(({ id }) => id === name);
  const why =
    prepared.unsupported ??
    (other === undefined ? undefined : `${other[0]} of a result is not supported`) ??
    (policy === undefined && inCel === undefined ? `${name} is no policy that is evaluated` : undefined);
  if (why !== undefined) return { verdict: 'unsupported', reason: why };
  const object = findResource(expected, resource, prepared.resources);
  if (object === undefined) return { verdict: 'wrong', reason: 'the test has no such resource' };
  if (policy === undefined) return judgeCel(wanted, inCel, object, prepared);
  const admission = admit(object, [policy], prepared.world);
  const results = resultsOf(textOf(expected, 'rule'), policy, admission.results);
  const unsupported = results.find(({ status }) => status === 'unsupported');
  if (unsupported !== undefined) return { verdict: 'unsupported', reason: unsupported.message };
  const actual = statusOf(results, policy);
  const reason = results.map(({ message }) => message).join('; ');
  if (actual !== wanted) return { actual, verdict: 'wrong', reason };
  const file = textOf(expected, 'patchedResources') ?? textOf(expected, 'patchedResource');
  if (file === undefined || actual !== 'pass') return { actual, verdict: 'right', reason };
  const like = parseManifestObjects(prepared.read(file), file).objects.find(
    ({ kind, name: bare }) => kind === object.kind && bare === object.name,
  );
  if (like === undefined) return { actual, verdict: 'wrong', reason: `${file} has no ${object.kind} ${object.name}` };
  const same = sameJson(like.value, admission.object.value);
  return { actual, verdict: same ? 'right' : 'wrong', reason: same ? reason : `it differs from ${file}` };
}

function judgeCel(
  wanted: string,
  policy: CelPolicy | undefined,
  object: KubernetesObject,
  { world }: Prepared,
): Pick<TestRow, 'actual' | 'verdict' | 'reason'> {
  const result = policy === undefined ? undefined : applyCelPolicy(policy, object, world);
  const reason = result?.message ?? '';
  if (result?.status === 'unsupported') return { verdict: 'unsupported', reason };
  const actual = result?.status ?? 'skip';
  return { actual, verdict: actual === wanted ? 'right' : 'wrong', reason };
}

function findResource(
  expected: Json,
  resource: string,
  resources: readonly KubernetesObject[],
): KubernetesObject | undefined {
  const kind = textOf(expected, 'kind');
  const [name = '', namespace] = resource.split('/').reverse();
  const wanted = namespace ?? textOf(expected, 'namespace');
  return resources.find(
    (object) =>
      object.name === name &&
      (kind === undefined || object.kind === kind) &&
      (wanted === undefined || (object.namespace ?? 'default') === wanted),
  );
}

/** Results of the rule, or of what is generated from it; of all rules where none is named. */
function resultsOf(rule: string | undefined, policy: Policy, results: readonly RuleResult[]): readonly RuleResult[] {
  const names = new Set(
    policy.rules
      .filter(({ name, generatedFrom }) => rule === undefined || name === rule || generatedFrom === rule)
      .map(({ name }) => name),
  );
  return results.filter((result) => names.has(result.rule));
}

/** A rule that is not for a resource is skipped. */
function statusOf(results: readonly RuleResult[], policy: Policy): string {
  for (const status of ['error', 'fail', 'pass', 'skip'] as const) {
    if (!results.some((result) => result.status === status)) continue;
    const scored = textOf(valueAt(policy.object.value, 'metadata', 'annotations'), 'policies.kyverno.io/scored');
    return status === 'fail' && scored === 'false' ? 'warn' : status;
  }
  return 'skip';
}
