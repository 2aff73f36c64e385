// The values with which a chart release is deployed, as Helm keeps them in the cluster: `config` of its record, in a Secret, or in a ConfigMap where Helm was
// told so (HELM_DRIVER). Helm, pkg/storage/driver and pkg/release.
import type { ApiClient } from '../../../kubernetes/api/client.ts';
import { CONFIG_MAPS, type KubernetesObject, type Resource, SECRETS } from '../../../kubernetes/api/resource.ts';
import { ParseError } from '../../../platform/errors.ts';
import { recordOf, recordValue } from '../../helm-tests/release.ts';
import { isMembers } from '../field/document.ts';
import type { LiveRelease, ReadRelease } from './releases.ts';

/** Reads releases of a cluster. Throws ServerError, ParseError and LimitError. */
export function releaseReader(api: Pick<ApiClient, 'list'>): ReadRelease {
  return async (target) => {
    const [namespace = '', name = ''] = target.slice('release '.length).split('/');
    const secret = await deployed(api, SECRETS, namespace, name);
    const record = secret ?? (await deployed(api, CONFIG_MAPS, namespace, name));
    return record === undefined ? undefined : readReleaseValues(recordOf(record), target);
  };
}

/** The record of the revision that is deployed; of several, as a broken upgrade leaves them, the last. */
async function deployed(
  api: Pick<ApiClient, 'list'>,
  resource: Resource,
  namespace: string,
  name: string,
): Promise<KubernetesObject | undefined> {
  const labelSelector = `owner=helm,status=deployed,name=${name}`;
  const kind = resource.plural === 'configmaps' ? 'ConfigMap' : 'Secret';
  let last: KubernetesObject | undefined;
  for await (const one of api.list(resource, { namespace, labelSelector })) {
    if (last === undefined || revisionOf(one) > revisionOf(last)) last = { ...one, kind };
  }
  return last;
}

function revisionOf({ metadata: { labels = {} } }: KubernetesObject): number {
  return Number(labels['version'] ?? 0);
}

/**
 * Reads the record of a release, packed or not.
 * @param target for messages
 * @throws ParseError, LimitError
 */
export function readReleaseValues(record: Buffer, target: string): LiveRelease {
  const value = recordValue(record, target);
  const { version, config, chart, info } = isMembers(value) ? value : {};
  const metadata = isMembers(chart) && isMembers(chart['metadata']) ? chart['metadata'] : {};
  const first = isMembers(info) ? info['first_deployed'] : undefined;
  if (typeof version !== 'number' || typeof first !== 'string') {
    throw new ParseError(`${target}: its record has no revision and no day of its first deployment`);
  }
  return {
    document: isMembers(config) ? config : {},
    uid: first,
    revision: version,
    chart: `${textOf(metadata['name'])}-${textOf(metadata['version'])}`,
  };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : 'unknown';
}
