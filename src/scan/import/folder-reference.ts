// Trees of results whose folders are named by the image, as CSM's builds write them: `docker/docker.io/library/alpine:3.16/snyk.json`.
import { dirname } from 'node:path/posix';
import { parseReference } from '../image/reference.ts';

/**
 * The reference that the folder of a report names: what stands below `docker/` or `scans/docker/`, else the whole path. Undefined when that is no
 * reference.
 * @param path of the report, below the target
 */
export function referenceOfFolder(path: string): string | undefined {
  const text = dirname(path).replace(/^(?:[^./:]+\/)*docker\//, '');
  if (text === '' || text === '.') return undefined;
  try {
    parseReference(text);
    return text;
  } catch {
    return undefined;
  }
}
