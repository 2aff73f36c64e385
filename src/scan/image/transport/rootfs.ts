// A directory as an image: it has no manifest and no layers, so all that is told here is what may be known before it is walked (layer/rootfs.ts).
import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { DEFAULT_PLATFORM, formatPlatform } from '../platform.ts';
import type { ImageSource } from '../source.ts';
import { requireDirectory } from './layout-files.ts';

/** Files that change with every package that is installed, and those that name the distribution. */
const DATED_FILES = [
  'lib/apk/db/installed',
  'usr/lib/apk/db/installed',
  'var/lib/dpkg/status',
  'var/lib/rpm',
  'usr/lib/sysimage/rpm',
  'etc/os-release',
  'usr/lib/os-release',
];

/**
 * The source of an unpacked root file system. Its digest comes from the walk, its platform is taken to be the usual one.
 * @throws PlimsollError `input-missing`, `input-unreadable` when the directory is none.
 */
export function openRootfs(folder: string): ImageSource {
  requireDirectory(folder);
  return {
    digest: 'sha256:',
    platform: formatPlatform(DEFAULT_PLATFORM),
    config: {
      ...lastChange(folder),
      ...DEFAULT_PLATFORM,
      environmentNames: [],
      exposedPorts: [],
      labels: {},
      historyLength: 0,
      diffIds: [],
    },
    layers: [],
    tree: { kind: 'directory', path: folder },
  };
}

/** When the directory's packages were last changed: the newest of these files' times; absent when there is none. */
function lastChange(folder: string): { readonly created?: string } {
  const times = DATED_FILES.flatMap((path) => lstatSync(join(folder, path), { throwIfNoEntry: false })?.mtimeMs ?? []);
  return times.length === 0 ? {} : { created: new Date(Math.max(...times)).toISOString() };
}
