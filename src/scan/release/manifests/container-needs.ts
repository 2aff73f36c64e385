// What a container of a pod asks of its image besides the program that the image starts: a shell, a script's interpreter, tools of a base system. Reads
// command, args, exec probes and lifecycle hooks. Kubernetes API reference v1.33, Container: a command replaces the image's entry point, args its
// command. What the commands do is not kept: they can hold passwords.
import { isShell, needOf, type ProgramNeed } from '../../image/program-need.ts';
import { entriesAt, itemsAt, textAt, type YamlNode } from '../yaml.ts';

/** Where a container names a program, in the order in which it is told. */
export const NEED_PLACES = [
  'command',
  'args',
  'startupProbe',
  'livenessProbe',
  'readinessProbe',
  'postStart',
  'preStop',
] as const;
/** One of them. */
export type NeedPlace = (typeof NEED_PLACES)[number];

/** Something that an image must hold besides its own program. */
export interface ContainerNeed extends ProgramNeed {
  readonly place: NeedPlace;
}

/** What a container starts and needs. */
export interface ContainerStart {
  /** Name of the container. */
  readonly container: string;
  /** It runs before the others. */
  readonly init?: true;
  /** It names no command: what the image starts is started. */
  readonly imageEntry?: true;
  /** In the order of places. */
  readonly needs: readonly ContainerNeed[];
}

/**
 * Reads a container.
 * @param configMaps names of the pod's volumes that come from ConfigMaps: what is started from one is a script
 */
export function containerStart(container: YamlNode, init: boolean, configMaps: ReadonlySet<string>): ContainerStart {
  const mounted = itemsAt(container, 'volumeMounts').flatMap((mount) =>
    configMaps.has(textAt(mount, 'name') ?? '') ? [textAt(mount, 'mountPath') ?? ''] : [],
  );
  const command = wordsAt(container, 'command');
  const args = wordsAt(container, 'args');
  const places: readonly (readonly [NeedPlace, readonly string[]])[] = [
    ['command', command],
    // Behind the image's own entry point they are its affair, unless they name a shell themselves.
    ['args', command.length === 0 && isShell(args[0] ?? '') ? args : []],
    ['startupProbe', wordsAt(container, 'startupProbe', 'exec', 'command')],
    ['livenessProbe', wordsAt(container, 'livenessProbe', 'exec', 'command')],
    ['readinessProbe', wordsAt(container, 'readinessProbe', 'exec', 'command')],
    ['postStart', wordsAt(container, 'lifecycle', 'postStart', 'exec', 'command')],
    ['preStop', wordsAt(container, 'lifecycle', 'preStop', 'exec', 'command')],
  ];
  return {
    container: textAt(container, 'name') ?? 'without a name',
    ...(init ? { init } : {}),
    ...(command.length === 0 ? { imageEntry: true } : {}),
    needs: places.flatMap(([place, words]) => {
      const need = needOf(words, mounted);
      return need === undefined ? [] : [{ place, ...need }];
    }),
  };
}

/** Names of the pod's volumes that come from ConfigMaps, also as a part of a projected volume. */
export function configMapVolumes(pod: YamlNode): ReadonlySet<string> {
  const names = itemsAt(pod, 'volumes').flatMap((volume) => {
    const parts = [volume, ...itemsAt(volume, 'projected', 'sources')];
    return parts.some((part) => entriesAt(part, 'configMap').length > 0) ? [textAt(volume, 'name') ?? ''] : [];
  });
  return new Set(names);
}

function wordsAt(node: YamlNode, ...path: readonly string[]): readonly string[] {
  return itemsAt(node, ...path).flatMap((item) => (item.kind === 'scalar' ? [item.text] : []));
}
