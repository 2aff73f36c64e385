// Which of the kinds a server has, and in which version: its groups and their resources. Kubernetes API concepts, "API discovery" (unaggregated form).
import type { Gap } from '../../../platform/gap.ts';
import { compareText } from '../../../platform/order.ts';
import { parseJson } from '../../api/answer.ts';
import type { ApiClient } from '../../api/client.ts';
import type { Resource } from '../../api/resource.ts';
import { EVIDENCE_KINDS, type EvidenceKind, kindName } from './kinds.ts';

/** A kind as a server has it. */
export interface ServedKind extends EvidenceKind {
  /** `apps/v1`. */
  readonly apiVersion: string;
  readonly resource: Resource;
}

/** What discovery found, and the kinds of which nobody knows. */
export interface Discovered {
  readonly served: readonly ServedKind[];
  readonly unknown: readonly Gap[];
}

/** Asks a server. @throws ServerError */
export async function discoverKinds(client: ApiClient): Promise<Discovered> {
  const versions = await servedVersions(client);
  const served: ServedKind[] = [];
  const unknown: Gap[] = [];
  for (const [group, kinds] of Map.groupBy(EVIDENCE_KINDS, ({ group }) => group)) {
    // The server's own order: the preferred version first. A kind may be in one version of its group alone.
    const missing = new Set(kinds);
    let silent = versions === undefined && group !== '';
    for (const version of group === '' ? ['v1'] : (versions?.get(group) ?? [])) {
      if (missing.size === 0) break;
      const apiVersion = group === '' ? version : `${group}/${version}`;
      const names = await resourcesOf(client, group === '' ? `/api/${version}` : `/apis/${apiVersion}`);
      silent ||= names === undefined;
      for (const kind of missing) {
        const namespaced = names?.get(kind.plural);
        if (namespaced === undefined) continue;
        served.push({ ...kind, apiVersion, resource: { group, version, plural: kind.plural, namespaced } });
        missing.delete(kind);
      }
    }
    // What the server did not tell may be there.
    const reason = 'the server does not say whether it has this kind';
    if (silent) for (const kind of missing) unknown.push({ kind: 'not-scanned', target: kindName(kind), reason });
  }
  return {
    served: served.sort((a, b) => compareText(a.apiVersion, b.apiVersion) || compareText(a.plural, b.plural)),
    unknown,
  };
}

/** Versions of each group, the preferred one first; undefined when the server does not tell its groups. */
async function servedVersions(client: ApiClient): Promise<ReadonlyMap<string, readonly string[]> | undefined> {
  const { status, text } = await client.raw('/apis');
  if (status !== 200) return undefined;
  return new Map(
    listOf(parseJson(text, client.server), 'groups').flatMap(
      (group): readonly (readonly [string, readonly string[]])[] => {
        const name = memberOf(group, 'name');
        if (typeof name !== 'string') return [];
        const preferred = memberOf(memberOf(group, 'preferredVersion'), 'version');
        const all = [preferred, ...listOf(group, 'versions').map((one) => memberOf(one, 'version'))];
        return [
          [name, [...new Set(all.filter((one): one is string => typeof one === 'string' && /^v[0-9a-z]+$/.test(one)))]],
        ];
      },
    ),
  );
}

/** Plural names of a version's resources, and whether they are in namespaces. */
async function resourcesOf(client: ApiClient, path: string): Promise<ReadonlyMap<string, boolean> | undefined> {
  const { status, text } = await client.raw(path);
  if (status !== 200) return undefined;
  return new Map(
    listOf(parseJson(text, client.server), 'resources').flatMap((one): readonly (readonly [string, boolean])[] => {
      const name = memberOf(one, 'name');
      return typeof name === 'string' ? [[name, memberOf(one, 'namespaced') === true]] : [];
    }),
  );
}

function listOf(value: unknown, name: string): readonly unknown[] {
  const found = memberOf(value, name);
  return Array.isArray(found) ? found : [];
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
