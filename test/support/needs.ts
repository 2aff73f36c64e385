// What a test needs beyond Node: a program on PATH, or the folder of real inputs beside the checkout. Without it the test is skipped by name.
import { existsSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';

const SHARED = resolve(import.meta.dirname, '../../../shared');

/** Path of a real input under the folder of shared inputs. */
export function sharedPath(path: string): string {
  return join(SHARED, path);
}

/** Options for a test that reads shared inputs: skipped, with the reason, when one is not there. */
export function needsShared(...paths: readonly string[]): { skip: string | false } {
  const missing = paths.find((path) => !existsSync(sharedPath(path)));
  return { skip: missing === undefined ? false : `needs the real input ${missing}` };
}

/** Options for a test that runs other programs: skipped, with the reason, when one is not on PATH. */
export function needsPrograms(...programs: readonly string[]): { skip: string | false } {
  const missing = programs.find((program) => findProgram(program) === undefined);
  return { skip: missing === undefined ? false : `needs the program ${missing}` };
}

/** Full path of a program on PATH (and the system's administration folders), or undefined. */
export function findProgram(program: string): string | undefined {
  for (const folder of [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin']) {
    if (folder !== '' && existsSync(join(folder, program))) return join(folder, program);
  }
  return undefined;
}
