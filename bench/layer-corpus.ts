// The big layer of the layer benchmarks: real files of this machine (package database, documentation, scripts, programs), packed with gzip -6 once
// and kept. About 300 MB compressed where the machine has that much; halves of it serve the two-worker measure.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { benchFolder } from './measurement.ts';

/** Folders in the order in which they are taken, until the goal is reached. */
const FOLDERS = [
  'var/lib/dpkg',
  'usr/share/perl',
  'usr/share/doc',
  'usr/lib/python3',
  'usr/lib/git-core',
  'usr/lib/node_modules',
  'usr/bin',
  'usr/lib/chromium',
  'usr/lib/x86_64-linux-gnu',
];
const UNPACKED_GOAL_MEGABYTES = 760;

/** A packed layer, its unpacked tar gone. */
export interface PackedLayer {
  readonly path: string;
  readonly packedBytes: number;
}

interface Folder {
  readonly path: string;
  readonly megabytes: number;
}

/** One big layer and two halves of about its size together. Made on the first call, in about two minutes. */
export function layerCorpus(): { readonly whole: PackedLayer; readonly halves: readonly [PackedLayer, PackedLayer] } {
  const folders = chosenFolders();
  const halves: [Folder[], Folder[]] = [[], []];
  // Largest first into the lighter half: two workers are measured fairly only on equal work.
  for (const folder of [...folders].sort((a, b) => b.megabytes - a.megabytes)) {
    const lighter = weight(halves[0]) <= weight(halves[1]) ? halves[0] : halves[1];
    lighter.push(folder);
  }
  return { whole: packed('layer', folders), halves: [packed('half-1', halves[0]), packed('half-2', halves[1])] };
}

function weight(folders: readonly Folder[]): number {
  return folders.reduce((sum, folder) => sum + folder.megabytes, 0);
}

function chosenFolders(): readonly Folder[] {
  const chosen: Folder[] = [];
  for (const path of FOLDERS) {
    if (!existsSync(join('/', path)) || weight(chosen) >= UNPACKED_GOAL_MEGABYTES) continue;
    const megabytes = Number(spawnSync('du', ['-sm', join('/', path)], { encoding: 'utf8' }).stdout.split('\t')[0]);
    chosen.push({ path, megabytes });
  }
  return chosen;
}

function packed(name: string, folders: readonly Folder[]): PackedLayer {
  const path = join(benchFolder(), `${name}.tar.gz`);
  if (!existsSync(path)) {
    mkdirSync(benchFolder(), { recursive: true });
    const partial = `${path}.partial`;
    const script = 'out=$1; shift; tar -C / --exclude=usr/bin/node -cf - "$@" 2>/dev/null | gzip -6 > "$out"';
    const result = spawnSync('bash', ['-c', script, 'bash', partial, ...folders.map((folder) => folder.path)]);
    if (result.status !== 0) {
      rmSync(partial, { force: true });
      throw new Error(`cannot pack ${name}: ${result.stderr}`);
    }
    renameSync(partial, path);
  }
  return { path, packedBytes: statSync(path).size };
}
