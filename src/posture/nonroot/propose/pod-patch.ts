// Suggestions for the containers of one Pod as one strategic merge patch of its spec.
import { type Json, type JsonMap, listOf, textOf } from '../../../platform/json.ts';
import type { ContainerList, JudgedPod } from '../container.ts';
import type { Suggestion } from './suggestion.ts';

/** A suggestion and the container that it is for. */
export interface ContainerSuggestion {
  readonly list: ContainerList;
  readonly name: string;
  readonly suggestion: Suggestion;
}

/** The patch of a Pod's spec. Lists are merged by name, and mounts by their path. */
export function podPatch(pod: Pick<JudgedPod, 'spec'>, suggestions: readonly ContainerSuggestion[]): JsonMap {
  const patch: Record<string, Json> = {};
  const ofPod = podSettings(pod, suggestions);
  if (Object.keys(ofPod).length > 0) patch['securityContext'] = ofPod;
  for (const list of ['initContainers', 'containers'] as const) {
    const own = suggestions.filter((one) => one.list === list);
    if (own.length > 0) patch[list] = own.map(containerPatch);
  }
  const volumes = suggestions.flatMap(({ name, suggestion }) =>
    suggestion.emptyFolders.map((path) => ({ name: volumeName(name, path), emptyDir: {} })),
  );
  if (volumes.length > 0) patch['volumes'] = volumes;
  return patch;
}

/** What all containers of the Pod share. The group is that of the first container that needs one; a list of sysctls is replaced as a whole. */
function podSettings({ spec }: Pick<JudgedPod, 'spec'>, suggestions: readonly ContainerSuggestion[]): JsonMap {
  const group = suggestions.find(({ suggestion }) => suggestion.fsGroup)?.suggestion.gid;
  const sysctls = new Map(suggestions.flatMap(({ suggestion }) => Object.entries(suggestion.sysctls)));
  return {
    ...(group === undefined ? {} : { fsGroup: group }),
    ...(sysctls.size === 0
      ? {}
      : {
          sysctls: [
            ...listOf(spec, 'securityContext', 'sysctls').filter((one) => !sysctls.has(textOf(one, 'name') ?? '')),
            ...[...sysctls].sort().map(([name, value]) => ({ name, value })),
          ],
        }),
  };
}

function containerPatch({ name, suggestion: { settings, emptyFolders } }: ContainerSuggestion): JsonMap {
  return {
    name,
    securityContext: settings,
    ...(emptyFolders.length === 0
      ? {}
      : { volumeMounts: emptyFolders.map((path) => ({ mountPath: path, name: volumeName(name, path) })) }),
  };
}

/** A name for a volume (RFC 1123 label, at most 63 characters): `web-var-cache-nginx`. */
function volumeName(container: string, path: string): string {
  const plain = `${container}${path}`.toLowerCase().replace(/[^a-z0-9]+/g, '-');
  return plain.slice(0, 63).replace(/^-+|-+$/g, '');
}
