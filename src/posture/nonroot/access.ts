// Whether a user may read, write or execute a file of an image: owner, group and mode as the kernel asks them, one class alone (path_resolution(7),
// "Permissions"; capabilities(7), CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH).
import type { FoundFile, ImageFile } from '../../scan/image/image-files.ts';
import type { Identity } from './identity.ts';

/** Who asks. */
export interface Actor extends Pick<Identity, 'uid' | 'gid' | 'groups'> {
  /** Capabilities in effect. */
  readonly capabilities: ReadonlySet<string>;
}

/** What is asked: bits of a mode. */
export const ACCESS = { read: 4, write: 2, execute: 1 } as const;
/** A word of these. */
export type Access = keyof typeof ACCESS;

/** Whether the actor may do it with the file itself. */
export function mayAccess({ type, mode, uid, gid }: ImageFile, access: Access, actor: Actor): boolean {
  const bit = ACCESS[access];
  const shift = actor.uid === uid ? 6 : actor.gid === gid || actor.groups.includes(gid) ? 3 : 0;
  if (((mode >> shift) & bit) !== 0) return true;
  const isFolder = type === 'dir';
  if (actor.capabilities.has('DAC_OVERRIDE')) return access !== 'execute' || isFolder || (mode & 0o111) !== 0;
  return actor.capabilities.has('DAC_READ_SEARCH') && (access === 'read' || (isFolder && access === 'execute'));
}

/** The first folder on the way to a file that the actor cannot search. */
export function barredFolder({ folders }: FoundFile, actor: Actor): FoundFile | undefined {
  const at = folders.findIndex(({ file }) => !mayAccess(file, 'execute', actor));
  const folder = folders[at];
  return folder === undefined ? undefined : { ...folder, folders: folders.slice(0, at) };
}
