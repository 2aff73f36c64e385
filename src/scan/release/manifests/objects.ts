// Kubernetes objects of YAML and JSON: reads the text of files, gives every object with its place, those inside lists included.
// Lists: apimachinery's meta/v1 List, and the typed lists (PodList) that an API server answers with.
import { LimitError, messageOf } from '../../../platform/errors.ts';
import type { Gap } from '../../../platform/gap.ts';
import { readTextFile } from '../folder.ts';
import { itemsAt, parseYaml, splitDocuments, textAt, type YamlNode } from '../yaml.ts';
import { manifestFiles } from './files.ts';

/** One object as it was written. */
export interface ManifestObject {
  /** `apps/v1`; that of the list for an item that names none. */
  readonly apiVersion: string;
  readonly kind: string;
  readonly file: string;
  readonly node: YamlNode;
}

/** What files hold. */
export interface ManifestObjects {
  readonly objects: readonly ManifestObject[];
  readonly gaps: readonly Gap[];
}

/**
 * Reads a file of documents. A document that cannot be parsed is a gap; the others count.
 * @param file name for places
 */
export function parseManifestObjects(text: string, file: string): ManifestObjects {
  const objects: ManifestObject[] = [];
  const gaps: Gap[] = [];
  let strangers = 0;
  for (const part of splitDocuments(text)) {
    try {
      if (!collect(parseYaml(part.text, file, part.line), file, objects)) strangers += 1;
    } catch (error) {
      gaps.push({ ...gapOf(error, file), location: `document at line ${part.line}` });
    }
  }
  if (strangers > 0) {
    const reason = `${strangers} ${strangers === 1 ? 'document is no Kubernetes object' : 'documents are no Kubernetes objects'}`;
    gaps.push({ kind: 'not-scanned', target: file, reason: `${reason} (no apiVersion and kind)` });
  }
  return { objects, gaps };
}

/**
 * Reads a file, or the YAML and JSON files of a folder. One that cannot be read is a gap.
 * @throws PlimsollError `input-missing`; LimitError for a folder with too many members
 */
export function readManifestObjects(path: string): ManifestObjects {
  const found = manifestFiles(path);
  const read = found.files.map((file) => {
    try {
      return parseManifestObjects(readTextFile(file.path), file.name);
    } catch (error) {
      return { objects: [], gaps: [gapOf(error, file.name)] };
    }
  });
  return {
    objects: read.flatMap(({ objects }) => objects),
    gaps: [...found.gaps, ...read.flatMap(({ gaps }) => gaps)],
  };
}

function gapOf(error: unknown, file: string): Gap {
  const kind = error instanceof LimitError ? 'limit-reached' : 'file-unparsed';
  return { kind, target: file, reason: messageOf(error) };
}

/** Takes an object, or every item of a list; false when it is neither. An empty document is nothing. */
function collect(node: YamlNode, file: string, objects: ManifestObject[]): boolean {
  if (node.kind === 'scalar' && node.isNull) return true;
  const apiVersion = textAt(node, 'apiVersion');
  const kind = textAt(node, 'kind');
  if (apiVersion === undefined || kind === undefined) return false;
  if (!kind.endsWith('List')) {
    objects.push({ apiVersion, kind, file, node });
    return true;
  }
  for (const item of itemsAt(node, 'items')) {
    // The items of a typed list name neither version nor kind.
    if (!collect(item, file, objects)) objects.push({ apiVersion, kind: kind.slice(0, -4), file, node: item });
  }
  return true;
}
