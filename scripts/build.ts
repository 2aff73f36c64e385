// Builds dist/: the program as split chunks, the layer worker, and the page of the HTML report as one script and one style sheet.
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  globSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { resolve } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { writeStarterSet } from '../src/scan/advisory/starter/index.ts';
import { buildPages } from './report-page.ts';

/**
 * Takes Node's own modules by process.getBuiltinModule: an import statement makes Node wrap the whole module, which runs its lazy getters. And
 * commander, which starts other programs for commands that are executables of their own, gets child_process only when it does: loading it takes as
 * long as all the rest of a small command.
 */
const builtinModules: Plugin = {
  name: 'builtin-modules',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:/ }, ({ path, importer }) => {
      const late = path === 'node:child_process' && importer.includes('/node_modules/commander/');
      return { path, namespace: late ? 'late-builtin' : 'builtin' };
    });
    onLoad({ filter: /^/, namespace: 'builtin' }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule(${JSON.stringify(path)});`,
    }));
    onLoad({ filter: /^/, namespace: 'late-builtin' }, ({ path }) => ({
      contents: `export default { get spawn() { return process.getBuiltinModule(${JSON.stringify(path)}).spawn; } };`,
    }));
  },
};

const root = resolve(import.meta.dirname, '..');
const dist = resolve(root, 'dist');
// Built beside and then put in place, so that a failed build leaves the last good one.
const out = resolve(root, `dist.${process.pid}`);

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });

try {
  await build({
    absWorkingDir: root,
    entryPoints: { cli: 'src/cli/main.ts', 'layer-worker': 'src/scan/read/layer-worker.ts' },
    outdir: out,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    chunkNames: 'chunks/[name]-[hash]',
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'linked',
    banner: {
      js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);",
    },
    plugins: [builtinModules],
    logLevel: 'warning',
  });

  for (const [name, page] of await buildPages()) {
    writeFileSync(resolve(out, `${name}-page.js`), page.script);
    writeFileSync(resolve(out, `${name}-page.css`), page.style);
  }
  writeStarterSet(resolve(out, 'starter.db'));
  copyFileSync(resolve(root, 'src/posture/hygiene/checks.yaml'), resolve(out, 'hygiene-checks.yaml'));
  copyFileSync(resolve(root, 'src/posture/kubernetes-versions/table.yaml'), resolve(out, 'kubernetes-versions.yaml'));
  copyFileSync(resolve(root, 'src/operate/conflicts/table.yaml'), resolve(out, 'conflict-table.yaml'));
  writeFileSync(resolve(out, 'build-id'), digestOfFiles(out));
} catch (error) {
  rmSync(out, { recursive: true, force: true });
  throw error;
}

/** One digest of all files: names and bytes. */
function digestOfFiles(folder: string): string {
  const hash = createHash('sha256');
  for (const file of globSync('**/*.{js,css,db,yaml}', { cwd: folder }).sort()) {
    hash
      .update(`${file}\0`)
      .update(readFileSync(resolve(folder, file)))
      .update('\0');
  }
  return hash.digest('hex');
}

const old = `${dist}.old.${process.pid}`;
if (existsSync(dist)) renameSync(dist, old);
renameSync(out, dist);
rmSync(old, { recursive: true, force: true });
