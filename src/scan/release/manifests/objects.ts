// Kubernetes objects of YAML and JSON: reads the text of files, gives every object with its place, those inside lists included.
// Lists: apimachinery's meta/v1 List, and the typed lists (PodList) that an API server answers with.
import { LimitError, messageOf } from '../../../platform/errors.ts';
import type { Gap } from '../../../platform/gap.ts';
import { isMap, type Json, listOf, memberOf } from '../../../platform/json.ts';
import { readTextFile } from '../folder.ts';
import { itemsAt, parseYaml, splitDocuments, type YamlNode } from '../yaml.ts';
import { manifestFiles } from './files.ts';
import { type KubernetesObject, objectOf } from './object.ts';
import { jsonOf } from './values.ts';

/** One object with what was written. */
export interface ManifestObject extends KubernetesObject {
  readonly file: string;
  /** The text of the file, with lines; `value` says what Kubernetes makes of it. */
  readonly node: YamlNode;
}

/** What files hold. */
export interface ManifestObjects {
  readonly objects: readonly ManifestObject[];
  /** Words that mean one thing to Kubernetes and another to most readers: `FILE:LINE: …`. */
  readonly warnings: readonly string[];
  readonly gaps: readonly Gap[];
}

/**
 * Reads a file of documents. A document that cannot be parsed, or is no object, is a gap; the others count.
 * @param file name for places
 */
export function parseManifestObjects(text: string, file: string): ManifestObjects {
  const objects: ManifestObject[] = [];
  const warnings: string[] = [];
  const gaps: Gap[] = [];
  let strangers = 0;
  for (const part of splitDocuments(text)) {
    try {
      const node = parseYaml(part.text, file, part.line);
      const value = jsonOf(node, file, warnings);
      if (value !== null) strangers += collect(value, node, file, objects);
    } catch (error) {
      gaps.push({ ...gapOf(error, file), location: `document at line ${part.line}` });
    }
  }
  if (strangers > 0) {
    const reason = `${strangers} ${strangers === 1 ? 'document is no Kubernetes object' : 'documents are no Kubernetes objects'}`;
    gaps.push({ kind: 'not-scanned', target: file, reason: `${reason} (no apiVersion and kind)` });
  }
  return { objects, warnings, gaps };
}

/**
 * Reads a file, or the YAML and JSON files of a folder. One that cannot be read is a gap.
 * @throws PlimsollError `input-missing`; LimitError for a folder with too many members
 */
export function readManifestObjects(path: string): ManifestObjects {
  const found = manifestFiles(path);
  const read = joinObjects(
    found.files.map((file) => {
      try {
        return parseManifestObjects(readTextFile(file.path), file.name);
      } catch (error) {
        return { objects: [], warnings: [], gaps: [gapOf(error, file.name)] };
      }
    }),
  );
  return { ...read, gaps: [...found.gaps, ...read.gaps] };
}

/** What several files hold, in their order. */
export function joinObjects(parts: readonly ManifestObjects[]): ManifestObjects {
  return {
    objects: parts.flatMap(({ objects }) => objects),
    warnings: parts.flatMap(({ warnings }) => warnings),
    gaps: parts.flatMap(({ gaps }) => gaps),
  };
}

function gapOf(error: unknown, file: string): Gap {
  const kind = error instanceof LimitError ? 'limit-reached' : 'file-unparsed';
  return { kind, target: file, reason: messageOf(error) };
}

/** Takes an object, or every item of a list; gives how many values were neither. */
function collect(value: Json, node: YamlNode, file: string, objects: ManifestObject[]): number {
  const object = objectOf(value, `${file}:${node.line}`);
  if (object === undefined) return 1;
  if (!isListObject(object)) {
    objects.push({ ...object, file, node });
    return 0;
  }
  // Items of a typed list (PodList) need not repeat what they are; those of a List must.
  const item = object.kind === 'List' ? {} : { apiVersion: object.apiVersion, kind: object.kind.slice(0, -4) };
  const nodes = itemsAt(node, 'items');
  return listOf(value, 'items').reduce<number>((strangers, listed, index) => {
    const whole = isMap(listed) ? { ...item, ...listed } : listed;
    return strangers + collect(whole, nodes[index] ?? node, file, objects);
  }, 0);
}

function isListObject({ kind, value }: KubernetesObject): boolean {
  const items = memberOf(value, 'items');
  return kind === 'List' || (kind.endsWith('List') && (items === null || Array.isArray(items)));
}
