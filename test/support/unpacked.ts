// Archives of real inputs, mostly tar.xz, which Node cannot read: unpacked by the system's tar into a temporary folder that ends with the process.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { needsPrograms, needsShared, sharedPath } from './needs.ts';

let folder: string | undefined;

/** Options for a test that unpacks shared inputs. */
export function needsUnpacked(...paths: readonly string[]): { skip: string | false } {
  const programs = needsPrograms('tar', 'xz');
  return programs.skip === false ? needsShared(...paths) : programs;
}

/** The folder that a shared archive was unpacked into; unpacked once a process. */
export function unpacked(path: string): string {
  const target = join(temporaryFolder(), path.replaceAll('/', '_'));
  if (mkdirSync(target, { recursive: true }) === undefined) return target;
  const { status, stderr } = spawnSync('tar', ['-xf', sharedPath(path), '-C', target], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`tar: ${stderr}`);
  return target;
}

/** The bytes behind a shared .xz file. */
export function unpackedFile(path: string): Buffer {
  const { status, stdout, stderr } = spawnSync('xz', ['-dc'], {
    input: readFileSync(sharedPath(path)),
    maxBuffer: 1 << 28,
  });
  if (status !== 0) throw new Error(`xz: ${stderr.toString()}`);
  return stdout;
}

/** A folder for the files of this test process. */
export function temporaryFolder(): string {
  if (folder === undefined) {
    const made = mkdtempSync(join(tmpdir(), 'plimsoll-test-'));
    process.on('exit', () => rmSync(made, { recursive: true, force: true }));
    folder = made;
  }
  return folder;
}
