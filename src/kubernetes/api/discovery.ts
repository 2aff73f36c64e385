// Finds a resource by the name that people and EncryptionConfigurations use: `secrets`, `deployments.apps`. Kubernetes API concepts, "API discovery".
import { PlimsollError } from '../../platform/errors.ts';
import { parseJson } from './answer.ts';
import type { ApiClient } from './client.ts';
import { type Resource, SECRETS } from './resource.ts';

/**
 * The resource in the version that the server prefers.
 * @throws PlimsollError `usage` when the server has none of that name; ServerError
 */
export async function findResource(client: ApiClient, name: string): Promise<Resource> {
  if (name === SECRETS.plural) return SECRETS;
  const dot = name.indexOf('.');
  const plural = dot < 0 ? name : name.slice(0, dot);
  const group = dot < 0 ? '' : name.slice(dot + 1);
  if (!/^[a-z][a-z0-9]*$/.test(plural) || !/^[a-z0-9.-]*$/.test(group)) {
    throw new PlimsollError('usage', `"${name}" is no resource: write secrets, or deployments.apps`);
  }
  const version = group === '' ? 'v1' : await preferredVersion(client, group);
  const path = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  const found = version === undefined ? undefined : await readResources(client, path);
  const entry = found?.find((one) => one.name === plural);
  if (version === undefined || entry === undefined) {
    throw new PlimsollError('usage', `${client.server} has no resource ${name}`);
  }
  return { group, version, plural, namespaced: entry.namespaced };
}

async function preferredVersion(client: ApiClient, group: string): Promise<string | undefined> {
  const answer = await readJson(client, `/apis/${group}`);
  const preferred = isRecord(answer) ? answer['preferredVersion'] : undefined;
  const version = isRecord(preferred) ? preferred['version'] : undefined;
  return typeof version === 'string' && /^v[0-9a-z]+$/.test(version) ? version : undefined;
}

async function readResources(
  client: ApiClient,
  path: string,
): Promise<readonly { readonly name: string; readonly namespaced: boolean }[]> {
  const answer = await readJson(client, path);
  const listed: readonly unknown[] = isRecord(answer) && Array.isArray(answer['resources']) ? answer['resources'] : [];
  return listed.flatMap((one) =>
    isRecord(one) && typeof one['name'] === 'string'
      ? [{ name: one['name'], namespaced: one['namespaced'] === true }]
      : [],
  );
}

async function readJson(client: ApiClient, path: string): Promise<unknown> {
  const { status, text } = await client.raw(path);
  return status === 200 ? parseJson(text, client.server) : undefined;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
