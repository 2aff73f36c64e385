// Packages that a link puts into node_modules: workspaces, `npm install FOLDER`, `npm link`, and a link in place of a whole node_modules. The files lie
// elsewhere, and only the links say that they are installed: npm's documentation, "workspaces" and "npm-link".
import type { EntryHeader } from '../../image/layer/layer-report.ts';
import type { LocatedFact } from '../cataloguer.ts';
import { installedName } from './parse.ts';

/** The fact that a symbolic link becomes. */
export interface NpmLink {
  readonly link: true;
}

/** Folders between a package.json and the deepest link that can make it an installed package: `node_modules/@scope/NAME`. */
const DEPTH = 3;

/**
 * A fact for a symbolic link at `node_modules`, or at a package or scope in one. Those that lead to a package in another node_modules, as pnpm makes by
 * the thousand, say nothing new.
 */
export function lookForLink({ type, path, link = '' }: EntryHeader): NpmLink | undefined {
  if (type !== 'symlink' || !path.includes('node_modules')) return undefined;
  const [scope, name] = path.split('/').slice(-2);
  const holds = name === 'node_modules' || (scope === 'node_modules' && name?.startsWith('@') === true);
  if (!holds && installedName(`${path}/package.json`) === undefined) return undefined;
  return installedName(`${link}/package.json`) === undefined ? { link: true } : undefined;
}

/** Where links lead: real folder to the path of a link, the first by path. */
export function linkedFolders(
  facts: readonly LocatedFact[],
  resolve: (path: string) => string | undefined,
): ReadonlyMap<string, string> {
  const folders = new Map<string, string>();
  for (const { path } of facts) {
    const real = resolve(path);
    if (real !== undefined && !folders.has(real)) folders.set(real, path);
  }
  return folders;
}

/** Whether the package.json at a real path is an installed package's, at its own place or behind a link. */
export function isInstalled(path: string, folders: ReadonlyMap<string, string>): boolean {
  if (installedName(path) !== undefined) return true;
  let end = path.length;
  for (let up = 0; up < DEPTH && folders.size > 0; up += 1) {
    end = path.lastIndexOf('/', end - 1);
    if (end <= 0) return false;
    const from = folders.get(path.slice(0, end));
    if (from !== undefined && installedName(from + path.slice(end)) !== undefined) return true;
  }
  return false;
}
