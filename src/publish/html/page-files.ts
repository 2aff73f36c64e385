// The page's script and style sheet, as the build left them in dist/ of this package.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { PlimsollError } from '../../platform/errors.ts';

/** What makes the page run and how it looks: two texts without `</script` and `</style`. */
export interface PageFiles {
  readonly script: string;
  readonly style: string;
}

/**
 * Reads the built page.
 * @throws PlimsollError `internal` when the package was not built.
 */
export function builtPage(): PageFiles {
  const folder = join(packageRoot(import.meta.dirname), 'dist');
  try {
    return {
      script: readFileSync(join(folder, 'report-page.js'), 'utf8'),
      style: readFileSync(join(folder, 'report-page.css'), 'utf8'),
    };
  } catch (error) {
    throw new PlimsollError('internal', `the page of the HTML report is not in ${folder}: run 'npm run build'`, {
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
