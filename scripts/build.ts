// Builds dist/: the program as split chunks, the layer worker, and the page of the HTML report as one script and one style sheet.
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { build } from 'esbuild';
import { buildReportPage } from './report-page.ts';

const root = resolve(import.meta.dirname, '..');
const dist = resolve(root, 'dist');
// Built beside and then put in place, so that a failed build leaves the last good one.
const out = resolve(root, `dist.${process.pid}`);

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });

try {
  await build({
    absWorkingDir: root,
    entryPoints: { cli: 'src/cli/main.ts', 'layer-worker': 'src/scan/layer-worker.ts' },
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
    logLevel: 'warning',
  });

  const page = await buildReportPage();
  writeFileSync(resolve(out, 'report-page.js'), page.script);
  writeFileSync(resolve(out, 'report-page.css'), page.style);
} catch (error) {
  rmSync(out, { recursive: true, force: true });
  throw error;
}

const old = `${dist}.old.${process.pid}`;
if (existsSync(dist)) renameSync(dist, old);
renameSync(out, dist);
rmSync(old, { recursive: true, force: true });
