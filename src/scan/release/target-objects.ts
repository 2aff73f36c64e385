// Targets to Kubernetes objects: what the releases behind them would install. A target without a scheme is recognised by what is there, else it is a path
// of manifests.

import { messageOf, PlimsollError } from '../../platform/errors.ts';
import type { Gap } from '../../platform/gap.ts';
import type { LoadOptions, ReleaseAdapter } from './adapter.ts';
import { manifests } from './manifests/index.ts';
import { joinObjects, type ManifestObjects } from './manifests/objects.ts';
import { RELEASE_ADAPTERS } from './registry.ts';

const WITH_OBJECTS = RELEASE_ADAPTERS.filter(({ objects }) => objects !== undefined);

/** Settings of `targetObjects`. */
export interface TargetObjectOptions extends LoadOptions {
  /** Where a path of a target is; as it is unless given. */
  readonly place?: (path: string) => string;
  /** Told what a target without a scheme was taken for, one line. */
  readonly remark?: (line: string) => void;
}

/** Words of the targets that have objects, for the help of an argument. */
export const OBJECT_TARGETS = WITH_OBJECTS.map(({ id, argument }) => `${id}:${argument}`).join(', ');

/**
 * The objects of all targets, in their order. A chart that cannot be rendered here for want of helm is a gap.
 * @throws PlimsollError `usage`, `input-missing`, `input-unreadable`; LimitError
 */
export async function targetObjects(
  targets: readonly string[],
  options: TargetObjectOptions = {},
): Promise<ManifestObjects> {
  const given = [...new Set(targets)].map((text) => ({ text, ...classify(text, options) }));
  const { values = [], set = [] } = options.chart ?? {};
  if (values.length + set.length > 0 && given.every(({ adapter }) => adapter.id !== 'chart')) {
    throw new PlimsollError('usage', 'values are for charts; name the target as chart:PATH');
  }
  const parts: ManifestObjects[] = [];
  for (const { text, adapter, path } of given) parts.push(await objectsOf(text, adapter, path, options));
  return joinObjects(parts);
}

async function objectsOf(
  text: string,
  { objects }: ReleaseAdapter,
  path: string,
  options: TargetObjectOptions,
): Promise<ManifestObjects> {
  try {
    return (await objects?.(path, options)) ?? { objects: [], warnings: [], gaps: [] };
  } catch (error) {
    if (!(error instanceof PlimsollError) || error.code !== 'unsupported') throw error;
    const gap: Gap = { kind: 'not-scanned', target: text, reason: messageOf(error) };
    return { objects: [], warnings: [], gaps: [gap] };
  }
}

function classify(
  text: string,
  { place = (path) => path, remark }: TargetObjectOptions,
): { readonly adapter: ReleaseAdapter; readonly path: string } {
  const colon = text.indexOf(':');
  const named = RELEASE_ADAPTERS.find(({ id }) => colon > 0 && id === text.slice(0, colon));
  if (named !== undefined) {
    const path = text.slice(colon + 1);
    if (path === '') throw new PlimsollError('usage', `${text} names nothing; write ${named.id}:${named.argument}`);
    if (named.objects !== undefined) return { adapter: named, path: place(path) };
    throw new PlimsollError('usage', `${text} holds no Kubernetes objects; targets that do: ${OBJECT_TARGETS}`);
  }
  const adapter = WITH_OBJECTS.find((one) => one !== manifests && one.recognizes(place(text))) ?? manifests;
  if (adapter !== manifests) remark?.(`${text} is read as ${adapter.id}:${text} (${adapter.title})`);
  return { adapter, path: place(text) };
}
