// What every check of a container gets: the container, its image, who it runs as and what that user may do.

import type { Actor } from './access.ts';
import { effectiveFor, type Privileges, privilegesOf } from './capabilities.ts';
import type { PodContainer } from './container.ts';
import { type Mount, mountsOf } from './container.ts';
import type { Identity } from './identity.ts';
import type { ImageStart } from './image-start.ts';

/** A container that is judged. */
export interface JudgedContainer {
  readonly container: PodContainer;
  readonly image: ImageStart;
  readonly identity: Identity;
  readonly actor: Actor;
  readonly privileges: Privileges;
  readonly mounts: readonly Mount[];
  /** `uid 65534, gid 65534, groups 2000`, as findings name the user. */
  readonly who: string;
}

/** Puts together what checks need. */
export function judgedContainer(container: PodContainer, image: ImageStart, identity: Identity): JudgedContainer {
  const privileges = privilegesOf(container);
  const { uid, gid, groups } = identity;
  const shown = [`uid ${uid}`, `gid ${gid}`, ...(groups.length === 0 ? [] : [`groups ${groups.join(', ')}`])];
  return {
    container,
    image,
    identity,
    privileges,
    actor: { uid, gid, groups, capabilities: effectiveFor(uid, privileges) },
    mounts: mountsOf(container),
    who: shown.join(', '),
  };
}
