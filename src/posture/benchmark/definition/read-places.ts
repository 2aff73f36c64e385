// `config.yaml` of a kube-bench folder: where components are looked for, and which benchmark goes with which version of Kubernetes. A benchmark's own
// config.yaml is laid over the common one, member by member, as kube-bench merges them.
import { entriesAt, itemsAt, nodeAt, parseYaml, textAt, type YamlNode } from '../../../scan/release/yaml.ts';
import {
  type ComponentPlaces,
  type FilePlaces,
  PLACE_KINDS,
  type PlaceKind,
  type Places,
  SECTION_TYPES,
} from './definition.ts';

/** What the common file says. */
export interface BenchmarkConfig {
  readonly places: Places;
  /** Name of the benchmark by version of Kubernetes (`1.20`) or of another platform (`eks-1.2.0`). */
  readonly versions: ReadonlyMap<string, string>;
}

/** Members of a component that list candidates of a file, and the one that stands in when none is there. */
const MEMBERS: Readonly<Record<PlaceKind, readonly [candidates: string, fallback: string]>> = {
  conf: ['confs', 'defaultconf'],
  svc: ['svc', 'defaultsvc'],
  kubeconfig: ['kubeconfig', 'defaultkubeconfig'],
  cafile: ['cafile', 'defaultcafile'],
  datadir: ['datadirs', 'defaultdatadir'],
};

/**
 * Reads the common file and those of one benchmark laid over it.
 * @param files name for messages, and text, the common one first
 * @throws ParseError; LimitError
 */
export function parsePlaces(files: readonly (readonly [name: string, text: string])[]): BenchmarkConfig {
  // Later files win: their members are asked first.
  const roots = files.map(([name, text]) => parseYaml(text, name)).reverse();
  const versions = roots
    .toReversed()
    .flatMap((root) => entriesAt(root, 'version_mapping').map(({ key, value }) => [key, textAt(value) ?? ''] as const));
  const places = SECTION_TYPES.map((type) => {
    const names = textsAt(roots, type, 'components');
    return [type, [...new Set(names)].map((name) => componentOf(roots, type, name))] as const;
  });
  return { places: new Map(places), versions: new Map(versions) };
}

/**
 * The benchmark for a version of Kubernetes: that of the table, else that of the nearest version before it (kube-bench counts down alike).
 * @param version as a server writes it: `v1.20.2`
 */
export function benchmarkFor(versions: BenchmarkConfig['versions'], version: string): string | undefined {
  const [, major, minor] = /^v?(\d{1,3})\.(\d{1,3})/.exec(version) ?? [];
  if (major === undefined || minor === undefined) return undefined;
  for (let at = Number(minor); at > 0; at -= 1) {
    const name = versions.get(`${major}.${at}`);
    if (name !== undefined && name !== '') return name;
  }
  return undefined;
}

function componentOf(roots: readonly YamlNode[], type: string, name: string): ComponentPlaces {
  const files = PLACE_KINDS.map((kind): readonly [PlaceKind, FilePlaces] => {
    const [candidates, fallback] = MEMBERS[kind];
    const stated = firstText(roots, type, name, fallback);
    return [
      kind,
      { candidates: textsAt(roots, type, name, candidates), ...(stated === undefined ? {} : { fallback: stated }) },
    ];
  });
  return {
    name,
    optional: /^true$/i.test(firstText(roots, type, name, 'optional') ?? ''),
    programs: textsAt(roots, type, name, 'bins'),
    files: Object.fromEntries(files) as Record<PlaceKind, FilePlaces>,
  };
}

/** The list of the first file that has one. */
function textsAt(roots: readonly YamlNode[], ...path: readonly string[]): readonly string[] {
  const root = roots.find((one) => nodeAt(one, ...path)?.kind === 'list');
  return itemsAt(root, ...path).flatMap((item) => textAt(item) ?? []);
}

function firstText(roots: readonly YamlNode[], ...path: readonly string[]): string | undefined {
  for (const root of roots) {
    const text = textAt(root, ...path);
    if (text !== undefined) return text;
  }
  return undefined;
}
