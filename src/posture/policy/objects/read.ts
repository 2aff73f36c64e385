// Kubernetes objects of a YAML or JSON stream: several documents, lists unfolded, values as the API server would read them (scalar.ts). Bounds on size,
// depth and aliases are those of the YAML reader.
import { LimitError, messageOf } from '../../../platform/errors.ts';
import type { Gap } from '../../../platform/gap.ts';
import {
  parseYaml,
  splitDocuments,
  type YamlEntry,
  type YamlNode,
  type YamlScalar,
} from '../../../scan/release/yaml.ts';
import { isMap, type Json, type JsonMap, listOf, textOf } from './json.ts';
import { readScalar } from './scalar.ts';

/** One object with its place. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  /** Name, else generateName; empty without both. */
  readonly name: string;
  readonly namespace?: string;
  readonly value: JsonMap;
  /** `FILE:LINE` where it starts. */
  readonly position: string;
}

/** What a stream holds. */
export interface ReadObjects {
  readonly objects: readonly KubernetesObject[];
  /** Words that mean one thing to Kubernetes and another to most readers: `FILE:LINE: …`. */
  readonly warnings: readonly string[];
  readonly gaps: readonly Gap[];
}

/**
 * Reads a stream. A document that cannot be parsed, or is no object, is a gap; the others count.
 * @param file name for positions
 */
export function readObjects(text: string, file: string): ReadObjects {
  const objects: KubernetesObject[] = [];
  const warnings: string[] = [];
  const gaps: Gap[] = [];
  for (const part of splitDocuments(text)) {
    try {
      const node = parseYaml(part.text, file, part.line);
      const value = toJson(node, file, warnings);
      if (value !== null && !unfold(value, `${file}:${node.line}`, objects)) {
        const reason = 'no Kubernetes object (no apiVersion and kind)';
        gaps.push({ kind: 'not-scanned', target: file, location: `document at line ${part.line}`, reason });
      }
    } catch (error) {
      const kind = error instanceof LimitError ? 'limit-reached' : 'file-unparsed';
      gaps.push({ kind, target: file, location: `document at line ${part.line}`, reason: messageOf(error) });
    }
  }
  return { objects, warnings, gaps };
}

/**
 * The values of a stream's documents, whatever they are.
 * @throws ParseError, LimitError
 */
export function readValues(text: string, file: string): readonly Json[] {
  return splitDocuments(text).map((part) => toJson(parseYaml(part.text, file, part.line), file, []));
}

/** The object of a value that has apiVersion and kind. */
export function objectOf(value: Json, position: string): KubernetesObject | undefined {
  const apiVersion = textOf(value, 'apiVersion');
  const kind = textOf(value, 'kind');
  if (!isMap(value) || apiVersion === undefined || kind === undefined) return undefined;
  const namespace = textOf(value, 'metadata', 'namespace');
  const name = textOf(value, 'metadata', 'name') || textOf(value, 'metadata', 'generateName') || '';
  return { apiVersion, kind, name, ...(namespace === undefined ? {} : { namespace }), value, position };
}

function unfold(value: Json, position: string, into: KubernetesObject[]): boolean {
  const object = objectOf(value, position);
  if (object === undefined) return false;
  if (!object.kind.endsWith('List') || !isMap(value) || !Array.isArray(value['items'])) {
    into.push(object);
    return true;
  }
  // Items of a typed list (PodList) need not repeat what they are.
  const item = { apiVersion: object.apiVersion, kind: object.kind.slice(0, -4) };
  for (const listed of listOf(value, 'items')) unfold(isMap(listed) ? { ...item, ...listed } : listed, position, into);
  return true;
}

function toJson(node: YamlNode, file: string, warnings: string[]): Json {
  if (node.kind === 'list') return node.items.map((item) => toJson(item, file, warnings));
  if (node.kind === 'map') {
    // Of a repeated key the last one counts.
    return Object.fromEntries(
      node.entries.map((entry) => [keyOf(entry, file, warnings), toJson(entry.value, file, warnings)]),
    );
  }
  return scalarOf(node, file, warnings);
}

/** Keys become the text of what they mean: `y:` is the key "true", `010:` the key "8". */
function keyOf({ key, line, quoted }: YamlEntry, file: string, warnings: string[]): string {
  if (quoted !== undefined || !/^[\dyYnNoOtTfF.+-]/.test(key)) return key;
  return String(scalarOf({ kind: 'scalar', text: key, line, isNull: false }, file, warnings));
}

function scalarOf(scalar: YamlScalar, file: string, warnings: string[]): Json {
  const { value, surprising } = readScalar(scalar);
  if (surprising) {
    warnings.push(`${file}:${scalar.line}: Kubernetes reads ${scalar.text} as ${value}; quote it if text is meant`);
  }
  return value;
}
