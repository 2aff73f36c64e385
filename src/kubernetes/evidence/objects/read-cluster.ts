// Reads a cluster for evidence, through one API server: who it is, and every object of the kinds of the list. What may not be read becomes a gap. Reads
// only; never a Secret.
import { messageOf } from '../../../platform/errors.ts';
import type { Gap } from '../../../platform/gap.ts';
import { LIMITS } from '../../../platform/limits.ts';
import { parseJson } from '../../api/answer.ts';
import type { ApiClient } from '../../api/client.ts';
import { CONFIG_MAPS, type KubernetesObject, NAMESPACES } from '../../api/resource.ts';
import { ServerError, type ServerErrorKind } from '../../transport/server-error.ts';
import type { ClusterIdentity, ObjectEvidence } from '../evidence.ts';
import { type ClusterEvidence, machineHash } from '../join.ts';
import { discoverKinds, type ServedKind } from './discover.ts';
import { keepObject } from './keep.ts';
import { kindName, NAMED_CONFIG_MAPS, type NamedConfigMap } from './kinds.ts';

/** What is asked for beside the kinds of the list. */
export interface ReadOptions {
  /** Asks every kubelet for the configuration that it runs with, through the server (`nodes/proxy`). */
  readonly kubelets?: boolean;
}

/** After these nothing else can be asked either. */
const FATAL: ReadonlySet<ServerErrorKind> = new Set(['unreachable', 'certificate', 'no-answer', 'unauthorized']);

/** How often a list is begun anew when the server has forgotten its state. */
const TRIES = 3;

/**
 * Reads the cluster.
 * @throws ServerError when the server cannot be reached, does not know who asks, or has no namespace kube-system to tell
 */
export async function readCluster(client: ApiClient, { kubelets = false }: ReadOptions = {}): Promise<ClusterEvidence> {
  const identity = await readIdentity(client);
  const gaps: Gap[] = [];
  const objects: ObjectEvidence[] = [];
  const { served, unknown } = await discoverKinds(client);
  gaps.push(...unknown);
  let nodes: Map<string, string | undefined> | undefined;
  for (const kind of served) {
    const found = await listed(client, kind, gaps, LIMITS.evidenceObjects - objects.length);
    if (found === undefined) continue;
    if (kind.kind === 'Node') nodes = new Map(found.map((node) => [node.metadata.name ?? '', machineOf(node)]));
    for (const one of found) objects.push(keepObject(kind, kind.apiVersion, one));
  }
  for (const map of NAMED_CONFIG_MAPS) objects.push(...(await readConfigMap(client, map, gaps)));
  if (kubelets) for (const node of nodes?.keys() ?? []) objects.push(...(await readKubelet(client, node, gaps)));
  return { identity, objects, gaps, nodes };
}

async function readIdentity(client: ApiClient): Promise<ClusterIdentity> {
  const system = await client.get(NAMESPACES, { name: 'kube-system' });
  const { status, text } = await client.raw('/version');
  const said = status === 200 ? memberOf(parseJson(text, client.server), 'gitVersion') : undefined;
  const version = typeof said === 'string' ? said : 'unknown';
  return { id: system.metadata.uid ?? '', version, server: client.server };
}

/** All objects of a kind; undefined, with a gap, when they may not be listed. */
async function listed(
  client: ApiClient,
  kind: ServedKind,
  gaps: Gap[],
  most: number,
): Promise<readonly KubernetesObject[] | undefined> {
  const target = kindName(kind);
  for (let tried = 1; ; tried += 1) {
    const found: KubernetesObject[] = [];
    try {
      for await (const object of client.list(kind.resource)) {
        if (found.length >= most) {
          const reason = `more than ${LIMITS.evidenceObjects} objects: the others are not read`;
          gaps.push({ kind: 'limit-reached', target, reason });
          break;
        }
        found.push(object);
      }
      return found;
    } catch (error) {
      if (!(error instanceof ServerError) || FATAL.has(error.kind)) throw error;
      if (error.kind === 'gone' && tried < TRIES) continue;
      gaps.push({ kind: 'not-scanned', target, reason: error.message });
      return undefined;
    }
  }
}

async function readConfigMap(
  client: ApiClient,
  { namespace, name, keys }: NamedConfigMap,
  gaps: Gap[],
): Promise<readonly ObjectEvidence[]> {
  const target = `configmaps ${namespace}/${name}`;
  const found = await orGap(target, gaps, () => client.find(CONFIG_MAPS, { namespace, name }));
  const data: unknown = found?.['data'];
  if (found === undefined || !isMap(data)) return [];
  const kept: Record<string, string> = {};
  for (const key of keys) {
    const text = data[key];
    if (typeof text !== 'string') continue;
    // Headers with which a kubelet fetches pods are credentials.
    if (/staticPodURLHeader/i.test(text))
      gaps.push({ kind: 'not-scanned', target, location: key, reason: 'it has headers that may be secrets' });
    else kept[key] = text;
  }
  const { metadata } = keepObject(CONFIG_MAP, 'v1', { metadata: found.metadata }).object;
  return [
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      namespace,
      name,
      object: { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: kept },
    },
  ];
}

const CONFIG_MAP = { group: '', plural: 'configmaps', kind: 'ConfigMap' };

/** `/configz` of a kubelet (KubeletConfiguration, kubelet.config.k8s.io/v1beta1) as an object named after its node. */
async function readKubelet(client: ApiClient, node: string, gaps: Gap[]): Promise<readonly ObjectEvidence[]> {
  const target = `kubelet ${node}`;
  const path = `/api/v1/nodes/${encodeURIComponent(node)}/proxy/configz`;
  const answer = await orGap(target, gaps, () => client.raw(path));
  if (answer === undefined) return [];
  const value = answer.status === 200 ? jsonOf(answer.text) : undefined;
  const said = memberOf(value, 'kubeletconfig');
  if (!isMap(said)) {
    gaps.push({ kind: 'not-scanned', target, reason: `${path} answers ${answer.status} without a configuration` });
    return [];
  }
  const { staticPodURLHeader: _headers, ...settings } = said;
  const apiVersion = 'kubelet.config.k8s.io/v1beta1';
  const kind = 'KubeletConfiguration';
  return [{ apiVersion, kind, name: node, object: { ...settings, apiVersion, kind } }];
}

async function orGap<T>(target: string, gaps: Gap[], ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof ServerError) || FATAL.has(error.kind)) throw error;
    gaps.push({ kind: 'not-scanned', target, reason: messageOf(error) });
    return undefined;
  }
}

function machineOf(node: KubernetesObject): string | undefined {
  const id = memberOf(memberOf(node['status'], 'nodeInfo'), 'machineID');
  return typeof id === 'string' && id !== '' ? machineHash(id) : undefined;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function memberOf(value: unknown, name: string): unknown {
  return isMap(value) ? value[name] : undefined;
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
