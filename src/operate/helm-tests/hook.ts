// Tests that come with a chart: objects whose annotation `helm.sh/hook` says `test` (or `test-success`, its name in Helm 2). Reads rendered manifests.
// Helm documentation, "Chart Hooks" and "Chart Tests".
import { LineCounter } from 'yaml';
import type { KubernetesObject } from '../../kubernetes/api/resource.ts';
import { LimitError, messageOf, ParseError } from '../../platform/errors.ts';
import { LIMITS } from '../../platform/limits.ts';
import { parseYamlDocument } from '../../platform/yaml-document.ts';
import { splitDocuments } from '../../scan/release/yaml.ts';

/** When Helm deletes the object of a hook. */
export const DELETE_POLICIES = ['before-hook-creation', 'hook-succeeded', 'hook-failed'] as const;
export type DeletePolicy = (typeof DELETE_POLICIES)[number];

/** One object of a chart's tests. */
export interface TestHook {
  readonly kind: string;
  readonly name: string;
  /** Lower ones first. */
  readonly weight: number;
  readonly deletePolicies: readonly DeletePolicy[];
  readonly object: KubernetesObject;
}

/** The annotation that makes an object a hook. */
export const HOOK_ANNOTATION = 'helm.sh/hook';

/**
 * The test hooks of manifests, in the order in which Helm makes them: by weight, then by name.
 * @param file name for messages
 * @throws ParseError with file and line; LimitError
 */
export function testHooks(text: string, file: string): readonly TestHook[] {
  if (text.length > LIMITS.helmReleaseBytes) {
    throw new LimitError(`${file}: more than ${LIMITS.helmReleaseBytes} characters`);
  }
  return splitDocuments(text)
    .flatMap((part) => hooksIn(documentValue(part.text, `${file}:${part.line}`)))
    .sort((a, b) => a.weight - b.weight || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

/** Images that the pods of a hook run, each once. */
export function hookImages({ object }: TestHook): readonly string[] {
  return [...new Set(podContainers(object).flatMap(({ image }) => (typeof image === 'string' ? [image] : [])))].sort();
}

/** Containers of a pod or of a job's pods, those that begin it included. */
export function podContainers(object: KubernetesObject): readonly Readonly<Record<string, unknown>>[] {
  const spec = object.kind === 'Pod' ? object['spec'] : memberOf(memberOf(object['spec'], 'template'), 'spec');
  return ['initContainers', 'containers'].flatMap((name) => {
    const list = memberOf(spec, name);
    return Array.isArray(list) ? list.filter(isRecord) : [];
  });
}

function documentValue(text: string, place: string): unknown {
  const document = parseYamlDocument(text, new LineCounter(), place);
  const [error] = document.errors;
  if (error !== undefined) throw new ParseError(`${place}: ${error.message}`, { cause: error });
  try {
    return document.toJS();
  } catch (error) {
    // An alias without its anchor, or more aliases than are followed.
    throw new ParseError(`${place}: ${messageOf(error)}`, { cause: error });
  }
}

function hooksIn(value: unknown): readonly TestHook[] {
  const metadata = memberOf(value, 'metadata');
  const kind = memberOf(value, 'kind');
  const name = memberOf(metadata, 'name');
  const annotations = memberOf(metadata, 'annotations');
  if (!isRecord(value) || !isRecord(metadata) || typeof kind !== 'string' || typeof name !== 'string') return [];
  const events = wordsOf(memberOf(annotations, HOOK_ANNOTATION));
  if (!events.includes('test') && !events.includes('test-success')) return [];
  const policies = wordsOf(memberOf(annotations, 'helm.sh/hook-delete-policy'));
  const known = DELETE_POLICIES.filter((one) => policies.includes(one));
  return [
    {
      kind,
      name,
      weight: Number.parseInt(String(memberOf(annotations, 'helm.sh/hook-weight') ?? '0'), 10) || 0,
      // Since Helm 3, what states no policy is deleted before it is made anew.
      deletePolicies: known.length === 0 ? ['before-hook-creation'] : known,
      object: { ...value, metadata },
    },
  ];
}

function wordsOf(value: unknown): readonly string[] {
  return typeof value === 'string' ? value.split(',').map((word) => word.trim()) : [];
}

function memberOf(value: unknown, name: string): unknown {
  return isRecord(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
