// Which etcd keys belong to the resources that are judged. kube-apiserver stores an object under PREFIX/RESOURCE/NAMESPACE/NAME, those of custom resources
// under PREFIX/GROUP/RESOURCE/…; PREFIX is `/registry` unless it was started with another --etcd-prefix. Upstream: k8s.io/apiserver/pkg/registry/generic
// and pkg/kubeapiserver/default_storage_factory_builder.go (SpecialDefaultResourcePrefixes).
import { PlimsollError } from '../../../platform/errors.ts';
import { begins } from './value-writers.ts';

/** What is judged unless said otherwise: what upstream recommends to encrypt. */
export const DEFAULT_RESOURCES: readonly string[] = ['secrets'];

const SLASH = 0x2f;
const RESOURCE = /^[a-z][a-z0-9]*(?:\.[a-z0-9.-]+)?$/;
/** All keys of etcd that have a prefix. */
export const ALL_RESOURCES = '*.*';
/** Resources that are stored under another name than their own. */
const OTHER_PATHS: Readonly<Record<string, string>> = {
  nodes: 'minions',
  services: 'services/specs',
  endpoints: 'services/endpoints',
  replicationcontrollers: 'controllers',
  ingresses: 'ingress',
  podsecuritypolicies: 'podsecuritypolicy',
};

/** One way in which keys of a resource begin behind the prefix. */
interface JudgedPath {
  readonly resource: string;
  /** `secrets/`, `certificates.example/certs/`; empty for all keys. */
  readonly path: Buffer;
}

/** Looks at etcd keys. */
export class JudgedResources {
  /** As given, sorted. */
  readonly names: readonly string[];
  readonly #paths: readonly JudgedPath[];

  /** @throws PlimsollError `usage` for what is no resource */
  constructor(names: readonly string[]) {
    this.names = [...new Set(names)].sort();
    this.#paths = this.names.flatMap((resource) => pathsOf(resource).map((path) => ({ resource, path })));
  }

  /** Whether the key in these bytes is judged. */
  judges(bytes: Uint8Array, at: number, end: number): boolean {
    return this.#match(bytes, at, end) !== undefined;
  }

  /** The resource of a judged key, as given, and the rest of the key: `NAMESPACE/NAME`, of `*.*` all behind the prefix. */
  partsOf(key: Uint8Array): { readonly resource: string; readonly rest: string } | undefined {
    const match = this.#match(key, 0, key.length);
    if (match === undefined) return;
    const rest = Buffer.from(key.subarray(key.indexOf(SLASH, 1) + 1 + match.path.length)).toString();
    return { resource: match.resource, rest };
  }

  /** What to search for where there is no structure: it is in every key that is judged, from the slash behind the prefix. */
  get needles(): readonly Buffer[] {
    return this.#paths.map(({ path }) => Buffer.from(path.length === 0 ? '/registry/' : `/${path.toString()}`));
  }

  /** Whether Secrets are judged: they have a form of their own, to be known without a key. */
  get includesSecrets(): boolean {
    return this.names.includes('secrets') || this.names.includes(ALL_RESOURCES);
  }

  #match(bytes: Uint8Array, at: number, end: number): JudgedPath | undefined {
    if (bytes[at] !== SLASH) return;
    let behind = at + 1;
    while (behind < end && bytes[behind] !== SLASH) behind += 1;
    if (behind >= end) return;
    for (const candidate of this.#paths) if (begins(bytes, behind + 1, end, candidate.path)) return candidate;
    return;
  }
}

function pathsOf(name: string): readonly Buffer[] {
  if (name === ALL_RESOURCES) return [Buffer.alloc(0)];
  if (!RESOURCE.test(name)) {
    throw new PlimsollError('usage', `${name} is no resource: secrets, certs.example.org, or *.* for all`);
  }
  const dot = name.indexOf('.');
  const [resource, group] = dot < 0 ? [name, ''] : [name.slice(0, dot), name.slice(dot + 1)];
  const own = Buffer.from(`${OTHER_PATHS[resource] ?? resource}/`);
  return group === '' ? [own] : [own, Buffer.from(`${group}/${resource}/`)];
}
