// Chart releases as Helm keeps them in the cluster: a Secret of type `helm.sh/release.v1` a revision, whose member `release` is JSON, packed with gzip, in
// base64, once more in base64 as all values of Secrets. Helm, pkg/storage/driver/util.go.
import { gunzipSync } from 'node:zlib';
import type { ApiClient } from '../../kubernetes/api/client.ts';
import { type KubernetesObject, SECRETS } from '../../kubernetes/api/resource.ts';
import { LimitError, ParseError } from '../../platform/errors.ts';
import { LIMITS } from '../../platform/limits.ts';
import { type TestHook, testHooks } from './hook.ts';

/** A chart release with its tests. */
export interface ChartTests {
  readonly namespace: string;
  readonly release: string;
  /** Absent where only rendered manifests are known. */
  readonly revision?: number;
  /** `NAME-VERSION`, as Helm writes it; absent likewise. */
  readonly chart?: string;
  readonly hooks: readonly TestHook[];
}

/** A release that cannot be read. */
export interface UnreadRelease {
  readonly namespace: string;
  readonly release: string;
  readonly reason: string;
}

const LABELS = 'owner=helm,status=deployed';

/**
 * The releases that are deployed, one revision each, sorted by namespace and name.
 * @param namespace all when absent
 * @throws ServerError
 */
export async function deployedReleases(
  api: Pick<ApiClient, 'list'>,
  namespace?: string,
): Promise<{ readonly releases: readonly ChartTests[]; readonly unread: readonly UnreadRelease[] }> {
  const releases = new Map<string, ChartTests>();
  const unread: UnreadRelease[] = [];
  const place = namespace === undefined ? {} : { namespace };
  // The values of other Secrets are none of our business: only Helm's are asked for.
  for await (const secret of api.list(SECRETS, { ...place, labelSelector: LABELS, limit: 20 })) {
    const { namespace: within = '', name = '', labels = {} } = secret.metadata;
    try {
      const release = releaseOfSecret(secret);
      const key = `${release.namespace}/${release.release}`;
      const before = releases.get(key);
      if (before === undefined || (before.revision ?? 0) < (release.revision ?? 0)) releases.set(key, release);
    } catch (error) {
      if (!(error instanceof ParseError) && !(error instanceof LimitError)) throw error;
      unread.push({ namespace: within, release: labels['name'] ?? name, reason: error.message });
    }
  }
  const sorted = [...releases].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, release]) => release);
  return { releases: sorted, unread };
}

/**
 * Reads one Secret of Helm's.
 * @throws ParseError, LimitError
 */
export function releaseOfSecret(secret: KubernetesObject): ChartTests {
  const { namespace = '', name = '' } = secret.metadata;
  return readRelease(recordOf(secret), namespace, `Secret ${namespace}/${name}`);
}

/** The packed record that an object of Helm's holds: in a Secret all values are in base64 once more. @throws ParseError */
export function recordOf({ kind, metadata, data }: KubernetesObject): Buffer {
  const packed: unknown = Reflect.get(Object(data), 'release');
  if (typeof packed !== 'string') throw new ParseError(`${metadata.namespace}/${metadata.name}: it has no release`);
  return Buffer.from(kind === 'ConfigMap' ? packed : Buffer.from(packed, 'base64').toString('latin1'), 'base64');
}

/**
 * Reads the record of a release, packed or not.
 * @param namespace where its Secret stands: where the release is
 * @throws ParseError, LimitError
 */
export function readRelease(record: Buffer, namespace: string, place: string): ChartTests {
  const value = recordValue(record, place);
  const release: unknown = Reflect.get(Object(value), 'name');
  const revision: unknown = Reflect.get(Object(value), 'version');
  if (typeof release !== 'string' || typeof revision !== 'number') {
    throw new ParseError(`${place}: the release has no name and version`);
  }
  const metadata: unknown = Reflect.get(Object(Reflect.get(Object(value), 'chart')), 'metadata');
  const [chart, version] = ['name', 'version'].map((member): unknown => Reflect.get(Object(metadata), member));
  const hooks: unknown = Reflect.get(Object(value), 'hooks');
  const manifests = (Array.isArray(hooks) ? hooks : []).flatMap((hook: unknown) => {
    const manifest: unknown = Reflect.get(Object(hook), 'manifest');
    return typeof manifest === 'string' ? [manifest] : [];
  });
  return {
    namespace,
    release,
    revision,
    ...(typeof chart === 'string' && typeof version === 'string' ? { chart: `${chart}-${version}` } : {}),
    hooks: testHooks(manifests.join('\n---\n'), place),
  };
}

/** The JSON of a record, packed or not. @throws ParseError, LimitError */
export function recordValue(record: Buffer, place: string): unknown {
  try {
    return JSON.parse(unpacked(record, place));
  } catch (error) {
    if (error instanceof LimitError || error instanceof ParseError) throw error;
    // The text is not told: a release holds the values that it was made with.
    throw new ParseError(`${place}: the release is no JSON`);
  }
}

function unpacked(record: Buffer, place: string): string {
  if (record[0] !== 0x1f || record[1] !== 0x8b) return record.toString('utf8');
  try {
    return gunzipSync(record, { maxOutputLength: LIMITS.helmReleaseBytes }).toString('utf8');
  } catch (error) {
    const tooLong = error instanceof RangeError;
    if (tooLong) throw new LimitError(`${place}: the release unpacks to more than ${LIMITS.helmReleaseBytes} bytes`);
    throw new ParseError(`${place}: the release cannot be unpacked`, { cause: error });
  }
}
