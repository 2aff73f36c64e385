// Rules for controllers that Kyverno generates from rules for Pods. Source: kyverno.io/docs/writing-policies/autogen. A selector, a name or an annotation in
// any rule of a policy ends it for the whole policy: then only Pods are judged.
import {
  isList,
  isMap,
  type Json,
  type JsonMap,
  listOf,
  memberOf,
  textOf,
  valueAt,
} from '../../../../platform/json.ts';
import { filtersOf } from '../match/match.ts';
import type { PolicyRule } from '../policy-rule.ts';

const CONTROLLERS = ['DaemonSet', 'Deployment', 'Job', 'ReplicaSet', 'ReplicationController', 'StatefulSet'];
const ANNOTATION = 'pod-policies.kyverno.io/autogen-controllers';

/** The rules that are generated beside a policy's own. */
export function generatedRules(policy: JsonMap, own: readonly PolicyRule[]): readonly PolicyRule[] {
  const wanted = controllersOf(policy, own);
  const plain = wanted.filter((kind) => kind !== 'CronJob');
  return own.flatMap((rule) => {
    const forPods = filters(rule.value, 'match').some((filter) => kindsOf(filter).includes('Pod'));
    if (!forPods) return [];
    return [
      ...(plain.length === 0 ? [] : [generated(rule, 'autogen', plain, ['spec', 'template'])]),
      ...(wanted.includes('CronJob')
        ? [generated(rule, 'autogen-cronjob', ['CronJob'], ['spec', 'jobTemplate', 'spec', 'template'])]
        : []),
    ];
  });
}

/** Kinds of controllers that rules are generated for. */
function controllersOf(policy: JsonMap, own: readonly PolicyRule[]): readonly string[] {
  if (!own.every(({ value, kind }) => allows(value, kind))) return [];
  const annotation = textOf(valueAt(policy, 'metadata', 'annotations'), ANNOTATION);
  const all = [...CONTROLLERS, 'CronJob'];
  if (annotation === undefined || annotation === 'all') return all;
  const listed = annotation.split(',').map((kind) => kind.trim());
  return annotation === 'none' ? [] : all.filter((kind) => listed.includes(kind));
}

function allows(rule: JsonMap, kind: PolicyRule['kind']): boolean {
  if (kind === 'generate' || memberOf(memberOf(rule, 'mutate'), 'patchesJson6902') !== undefined) return false;
  if (listOf(rule, 'mutate', 'foreach').some((loop) => memberOf(loop, 'patchesJson6902') !== undefined)) return false;
  return [...filters(rule, 'match'), ...filters(rule, 'exclude')].every((filter) => {
    const resources = memberOf(filter, 'resources');
    const narrowed = ['name', 'names', 'selector', 'annotations'].some((key) => !isNothing(memberOf(resources, key)));
    return !narrowed && kindsOf(filter).every((name) => name === 'Pod');
  });
}

function isNothing(value: Json | undefined): boolean {
  return value === undefined || value === null || value === '' || (isList(value) && value.length === 0);
}

function filters(rule: JsonMap, block: 'match' | 'exclude'): readonly Json[] {
  return filtersOf(memberOf(rule, block))?.of ?? [];
}

function kindsOf(filter: Json): readonly string[] {
  return listOf(filter, 'resources', 'kinds').map(String);
}

function generated(
  rule: PolicyRule,
  prefix: string,
  kinds: readonly string[],
  template: readonly string[],
): PolicyRule {
  const value = Object.fromEntries(
    Object.entries(rule.value).map(([key, member]): readonly [string, Json] => {
      if (key === 'name') return [key, `${prefix}-${rule.name}`];
      if (key === 'match' || key === 'exclude') return [key, withKinds(member, kinds)];
      return [key, moved(wrapped(key, member, template), template.join('.'))];
    }),
  );
  return { ...rule, name: `${prefix}-${rule.name}`, value, generatedFrom: rule.name };
}

/** Kinds in the place of Pod, wherever the block names kinds. */
function withKinds(value: Json, kinds: readonly string[]): Json {
  if (isList(value)) return value.map((item) => withKinds(item, kinds));
  if (!isMap(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, key === 'kinds' ? kinds : withKinds(member, kinds)]),
  );
}

/** Patterns and patches of the whole object, put below the controller's template. */
function wrapped(key: string, body: Json, template: readonly string[]): Json {
  if ((key !== 'validate' && key !== 'mutate') || !isMap(body)) return body;
  const below = (value: Json) => template.reduceRight<Json>((inner, name) => ({ [name]: inner }), value);
  return Object.fromEntries(
    Object.entries(body).map(([name, value]): readonly [string, Json] => {
      if (name === 'pattern' || name === 'patchStrategicMerge') return [name, below(value)];
      if (name === 'anyPattern' && isList(value)) return [name, value.map(below)];
      if (key === 'mutate' && name === 'foreach' && isList(value)) {
        return [name, value.map((loop) => wrappedLoop(loop, below))];
      }
      return [name, value];
    }),
  );
}

function wrappedLoop(loop: Json, below: (value: Json) => Json): Json {
  const patch = memberOf(loop, 'patchStrategicMerge');
  return isMap(loop) && patch !== undefined ? { ...loop, patchStrategicMerge: below(patch) } : loop;
}

/** What variables read of a Pod, they read of the template. */
function moved(value: Json, template: string): Json {
  if (typeof value === 'string') {
    return value.replaceAll(/\brequest\.(object|oldObject)\.(spec|metadata)\b/g, `request.$1.${template}.$2`);
  }
  if (isList(value)) return value.map((item) => moved(item, template));
  if (!isMap(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, moved(member, template)]));
}
