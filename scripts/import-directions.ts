// Holds the rule of the house: data flows one way, a folder imports from itself and from folders above it, never below, and never in a circle.
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

/** The rooms, top to bottom. A file directly in src/scan joins the rooms of scan and stands below them. */
export const ROOMS = [
  'platform',
  'versions',
  'statements',
  'kubernetes',
  'scan/image',
  'scan/inventory',
  'scan/read',
  'scan/release',
  'scan/advisory',
  'scan/assess',
  'scan/import',
  'scan',
  'explain',
  'respond',
  'posture',
  'operate',
  'build',
  'publish',
  'server',
  'ui',
  'cli',
] as const;

/** The one file outside of src that the program is made from: it states the version. */
const MANIFEST = '../package.json';

/** Every import in src that points to a lower room, to no room or out of src, or closes a circle of files. */
export function checkImports(root: string): readonly string[] {
  const source = resolve(root, 'src');
  const problems: string[] = [];
  const imports = new Map<string, readonly string[]>();
  for (const file of globSync('**/*.{ts,tsx}', { cwd: source }).sort()) {
    if (file.endsWith('.test.ts')) continue;
    const room = roomOf(file);
    if (room === undefined) problems.push(`src/${file}: belongs to no room`);
    const targets = importsOf(join(source, file)).map((path) => relative(source, path));
    imports.set(file, targets);
    for (const target of targets) {
      if (target.startsWith('..') && target !== MANIFEST)
        problems.push(`src/${file}: imports ${target}, outside of src`);
      const other = roomOf(target);
      if (room !== undefined && other !== undefined && ROOMS.indexOf(other) > ROOMS.indexOf(room)) {
        problems.push(`src/${file}: imports ${target}; ${room} may not depend on ${other}`);
      }
    }
  }
  return [...problems, ...circles(imports)];
}

function roomOf(file: string): (typeof ROOMS)[number] | undefined {
  const parts = dirname(file).split('/');
  const two = ROOMS.find((room) => room === parts.slice(0, 2).join('/'));
  return two ?? ROOMS.find((room) => room === parts[0]);
}

function importsOf(file: string): readonly string[] {
  const text = readFileSync(file, 'utf8');
  const found: string[] = [];
  for (const match of text.matchAll(
    /(?:^|\n)\s*(?:import|export)\s(?:[^'"]*?from\s+)?['"](\.[^'"]+)['"]|import\(\s*['"](\.[^'"]+)['"]\s*\)/g,
  )) {
    const specifier = match[1] ?? match[2];
    if (specifier !== undefined) found.push(resolve(dirname(file), specifier));
  }
  return found;
}

function circles(imports: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const problems: string[] = [];
  const state = new Map<string, 'open' | 'done'>();
  const visit = (file: string, trail: readonly string[]): void => {
    if (state.get(file) === 'done') return;
    if (state.get(file) === 'open') {
      problems.push(`circle: ${[...trail.slice(trail.indexOf(file)), file].join(' -> ')}`);
      return;
    }
    state.set(file, 'open');
    for (const target of imports.get(file) ?? []) visit(target, [...trail, file]);
    state.set(file, 'done');
  };
  for (const file of imports.keys()) visit(file, []);
  return problems;
}
