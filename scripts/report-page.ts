// Bundles the page of the HTML report: src/publish/html/page to one script and one style sheet. Used by the build and by tests of the page.
import { resolve } from 'node:path';
import { build } from 'esbuild';

/** The page's script and style sheet, as text to put into a report. */
export interface BuiltPage {
  readonly script: string;
  readonly style: string;
}

/** Builds the page in memory. Rejects when it does not compile. */
export async function buildReportPage(): Promise<BuiltPage> {
  const result = await build({
    absWorkingDir: resolve(import.meta.dirname, '..'),
    entryPoints: {
      'report-page': 'src/publish/html/page/main.tsx',
      'report-style': 'src/publish/html/page/style/page.css',
    },
    outdir: 'dist',
    write: false,
    bundle: true,
    format: 'iife',
    platform: 'browser',
    target: ['chrome109', 'firefox115', 'safari16'],
    jsx: 'automatic',
    jsxImportSource: 'preact',
    minify: true,
    charset: 'utf8',
    legalComments: 'none',
    logLevel: 'warning',
  });
  const text = (ending: string): string => {
    const file = result.outputFiles.find(({ path }) => path.endsWith(ending));
    if (file === undefined) throw new Error(`the page's bundle has no ${ending} file`);
    return file.text.trimEnd();
  };
  return { script: text('.js'), style: text('.css') };
}
