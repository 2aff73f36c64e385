// Parts of an image reference as Kyverno's variable `images` has them (kyverno.io/docs/writing-policies/variables): a name without a registry is one of
// docker.io, one without tag and digest has the tag latest.
import { isMap, type Json, type JsonMap, listOf, textOf } from '../../../../platform/json.ts';

/** The parts. */
export interface ImageParts {
  readonly registry: string;
  readonly name: string;
  readonly path: string;
  readonly tag?: string;
  readonly digest?: string;
  readonly reference: string;
  readonly referenceWithTag: string;
}

/** Reads a reference as it is written. Kyverno adds no `library/`. */
export function imageOf(text: string): ImageParts {
  const [rest = '', digest] = text.split('@', 2);
  const tagAt = /:([\w][\w.-]*)$/.exec(rest);
  const written = tagAt === null ? rest : rest.slice(0, -tagAt[0].length);
  const slash = written.indexOf('/');
  const host = slash === -1 ? '' : written.slice(0, slash);
  const isRegistry = /[.:]/.test(host) || host === 'localhost';
  const registry = isRegistry ? host : 'docker.io';
  const path = isRegistry ? written.slice(slash + 1) : written;
  const tag = tagAt?.[1] ?? (digest === undefined ? 'latest' : undefined);
  const bare = `${registry}/${path}`;
  return {
    registry,
    name: path.slice(path.lastIndexOf('/') + 1),
    path,
    ...(tag === undefined ? {} : { tag }),
    ...(digest === undefined ? {} : { digest }),
    reference: digest === undefined ? `${bare}:${tag ?? 'latest'}` : `${bare}@${digest}`,
    referenceWithTag: `${bare}:${tag ?? ''}`,
  };
}

/** The variable `images` of a Pod's specification: by list, then by the container's name. */
export function imagesOf(podSpec: Json | undefined): JsonMap {
  const lists = ['initContainers', 'containers', 'ephemeralContainers'].flatMap((list) => {
    const named = listOf(podSpec, list).flatMap((container) => {
      const [name, image] = [textOf(container, 'name'), textOf(container, 'image')];
      return isMap(container) && name !== undefined && image !== undefined
        ? [[name, { ...imageOf(image) } satisfies JsonMap] as const]
        : [];
    });
    return named.length === 0 ? [] : [[list, Object.fromEntries(named)] as const];
  });
  return Object.fromEntries(lists);
}
