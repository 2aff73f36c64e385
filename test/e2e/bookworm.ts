// A real Debian 12 root file system: debootstrap's minbase, from the package mirror that this machine uses itself, with an npm
// application installed from the npm registry. Made once and kept in the user's cache.
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { must } from './program.ts';

/** Folders of the made root file system. */
export interface Bookworm {
  /** The Debian root, without the application. */
  readonly root: string;
  /** The application's folder: package.json and node_modules. */
  readonly application: string;
}

/** Packages with several versions of one dependency below them, scoped names, and many small ones. */
const APPLICATION = {
  name: 'e2e-application',
  version: '1.0.0',
  private: true,
  dependencies: { express: '4.17.1', minimist: '1.2.5', mkdirp: '0.5.5', '@hapi/hoek': '9.2.1', 'node-fetch': '2.6.1' },
};

/** The root file system and the application, made now unless they are there. */
export async function makeBookworm(): Promise<Bookworm> {
  const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'plimsoll-test');
  mkdirSync(cache, { recursive: true });
  const root = join(cache, 'bookworm-minbase');
  const application = join(cache, 'npm-application-1');
  await makeOnce(root, async (folder) => {
    await must('debootstrap', ['--variant=minbase', 'bookworm', folder, await debianMirror()]);
  });
  await makeOnce(application, async (folder) => {
    writeFileSync(join(folder, 'package.json'), JSON.stringify(APPLICATION));
    await must('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--prefix', folder], folder);
  });
  return { root, application };
}

/** Makes a folder under another name first, so that a broken attempt is not taken for a whole one. */
async function makeOnce(folder: string, make: (folder: string) => Promise<void>): Promise<void> {
  if (existsSync(folder)) return;
  const attempt = mkdtempSync(`${folder}-attempt-`);
  try {
    await make(attempt);
    renameSync(attempt, folder);
  } finally {
    rmSync(attempt, { recursive: true, force: true });
  }
}

async function debianMirror(): Promise<string> {
  const format = '$' + '(CODENAME) $' + '(COMPONENT) $' + '(REPO_URI)';
  const lines = (await must('apt-get', ['indextargets', '--format', format, 'Created-By: Packages'])).split('\n');
  const line = lines.find((candidate) => candidate.startsWith('bookworm main '));
  if (line === undefined) throw new Error('apt knows no mirror of Debian 12 (bookworm main)');
  return line.slice('bookworm main '.length);
}
