// Bundles the HTML pages: each of src/publish/html/page to one script and one style sheet. Used by the build and by tests of the pages.
import { resolve } from 'node:path';
import { build } from 'esbuild';
import { PAGES, type PageFiles, type PageName } from '../src/publish/html/page-files.ts';

/** Where the script and the style of each page begin, below src/publish/html/page. */
const ENTRIES: Readonly<Record<PageName, { readonly script: string; readonly style: string }>> = {
  report: { script: 'main.tsx', style: 'style/page.css' },
  comparison: { script: 'comparison/main.tsx', style: 'style/comparison-page.css' },
  plain: { script: 'plain/main.ts', style: 'style/plain-page.css' },
};

/** A page's script and style sheet, as text to put into a document. */
export type BuiltPage = PageFiles;

/** Builds all pages in memory. Rejects when one does not compile. */
export async function buildPages(): Promise<ReadonlyMap<PageName, BuiltPage>> {
  return new Map(await Promise.all(PAGES.map(async (name) => [name, await buildPage(name)] as const)));
}

/** Builds one page in memory. Rejects when it does not compile. */
export async function buildPage(name: PageName): Promise<BuiltPage> {
  const { script, style } = ENTRIES[name];
  const result = await build({
    absWorkingDir: resolve(import.meta.dirname, '../src/publish/html/page'),
    entryPoints: { script, style },
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
    if (file === undefined) throw new Error(`the bundle of the ${name} page has no ${ending} file`);
    return file.text.trimEnd();
  };
  return { script: text('.js'), style: text('.css') };
}

/** Builds the page of the report in memory. */
export async function buildReportPage(): Promise<BuiltPage> {
  return buildPage('report');
}
