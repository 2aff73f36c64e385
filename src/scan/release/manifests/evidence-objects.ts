// Objects that a collector kept of a cluster, as if manifests had them: what judges manifests before an installation judges a cluster too.
import type { EvidenceBundle } from '../../../kubernetes/evidence/evidence.ts';
import { EVIDENCE_KINDS, kindName } from '../../../kubernetes/evidence/objects/kinds.ts';
import { isList, isMap, type Json } from '../../../platform/json.ts';
import type { YamlNode } from '../yaml.ts';
import { objectOf } from './object.ts';
import type { ManifestObjects } from './objects.ts';

/** The objects of a bundle; places are `FILE#KIND/NAMESPACE/NAME`. */
export function evidenceObjects(
  { objects, gaps }: Pick<EvidenceBundle, 'objects' | 'gaps'>,
  file: string,
): ManifestObjects {
  return {
    objects: objects.flatMap(({ kind, namespace, name, object, apiVersion }) => {
      const place = `${file}#${[kind, ...(namespace === undefined ? [] : [namespace]), name].join('/')}`;
      // Evidence is read from JSON, so that every member is a JSON value.
      const value = { apiVersion, kind, ...object } as Json;
      const found = objectOf(value, place);
      return found === undefined ? [] : [{ ...found, file: place, node: nodeOf(value) }];
    }),
    warnings: [],
    gaps,
  };
}

/** Kinds that a collector could not read whole; all where no API server was asked. */
export function unreadKinds({ cluster, gaps }: Pick<EvidenceBundle, 'cluster' | 'gaps'>): ReadonlySet<string> {
  if (cluster === undefined) return new Set(EVIDENCE_KINDS.map(({ kind }) => kind));
  const targets = new Set(gaps.map(({ target }) => target));
  return new Set(EVIDENCE_KINDS.filter((one) => targets.has(kindName(one))).map(({ kind }) => kind));
}

/** The value as a parser of YAML would give it: JSON is YAML. All of it is on one line. */
function nodeOf(value: Json): YamlNode {
  if (isList(value)) return { kind: 'list', line: 1, items: value.map(nodeOf) };
  if (isMap(value)) {
    const entries = Object.entries(value).map(([key, member]) => ({
      key,
      line: 1,
      value: nodeOf(member),
      quoted: true as const,
    }));
    return { kind: 'map', line: 1, entries };
  }
  if (typeof value === 'string') return { kind: 'scalar', line: 1, text: value, isNull: false, quoted: true };
  return { kind: 'scalar', line: 1, text: String(value), isNull: value === null };
}
