// A page's script and style sheet, as the build left them in dist/ of this package.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { PlimsollError } from '../../platform/errors.ts';

/** What makes the page run and how it looks: two texts without `</script` and `</style`. */
export interface PageFiles {
  readonly script: string;
  readonly style: string;
}

/** The pages: the report of an assessment, the comparison of two, and plain documents whose script only switches the colours. */
export const PAGES = ['report', 'comparison', 'plain'] as const;
export type PageName = (typeof PAGES)[number];

/**
 * Reads a built page.
 * @throws PlimsollError `internal` when the package was not built.
 */
export function builtPage(name: PageName = 'report'): PageFiles {
  const folder = join(packageRoot(import.meta.dirname), 'dist');
  try {
    return {
      script: readFileSync(join(folder, `${name}-page.js`), 'utf8'),
      style: readFileSync(join(folder, `${name}-page.css`), 'utf8'),
    };
  } catch (error) {
    throw new PlimsollError('internal', `the ${name} page is not in ${folder}: run 'npm run build'`, {
      cause: error,
    });
  }
}

/** The same from src/publish/html and from dist/chunks: the nearest folder above with a package.json. */
function packageRoot(start: string): string {
  let folder = start;
  while (!existsSync(join(folder, 'package.json')) && dirname(folder) !== folder) folder = dirname(folder);
  return folder;
}
