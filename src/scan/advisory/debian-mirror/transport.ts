// How files of a mirror are fetched. With apt's configuration apt itself fetches, so that its proxies, credentials and certificates hold; with
// addresses given by the user this program does. What is fetched is checked by signature or digest afterwards, so plain http will do.
import { copyFileSync, existsSync, rmSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { LimitError, messageOf, PlimsollError } from '../../../platform/errors.ts';
import { type DownloadOptions, download } from '../update/download.ts';
import { writeStored } from './cache.ts';
import { withoutPassword } from './places.ts';
import { type Environment, type Outcome, runProgram } from './programs.ts';
import { APT_HELPER } from './unpack.ts';

/** Fetches files. */
export interface Transport {
  /**
   * Fetches `url` into `file`.
   * @returns false when the mirror has no such file
   * @throws PlimsollError `input-unreadable` when the mirror fails; LimitError when the file is larger than `maxBytes`
   */
  fetch(url: string, file: string, maxBytes: number): Promise<boolean>;
}

/** Milliseconds for one file through apt, which watches over dead connections itself. */
const APT_PATIENCE = 3_600_000;

/** Fetches over http and https, and copies files of `file:` addresses. */
export function webTransport(options: Omit<DownloadOptions, 'maxBytes' | 'plainHttp'>): Transport {
  return {
    fetch: async (url, file, maxBytes) => {
      if (url.startsWith('file:')) return copyLocal(url, file, maxBytes);
      try {
        return (await download(url, file, undefined, { ...options, maxBytes, plainHttp: true })) !== undefined;
      } catch (error) {
        // The address itself was looked at before: this one is where the server sent us.
        if (!(error instanceof PlimsollError) || error.code !== 'usage') throw error;
        throw new PlimsollError('input-unreadable', `${url} leads elsewhere: ${error.message}`, { cause: error });
      }
    },
  };
}

function copyLocal(url: string, file: string, maxBytes: number): boolean {
  try {
    const path = fileURLToPath(url);
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat?.isFile() !== true) return false;
    if (stat.size > maxBytes) throw new LimitError(`${url}: larger than ${maxBytes} bytes`);
    copyFileSync(path, file);
    return true;
  } catch (error) {
    if (error instanceof LimitError) throw error;
    throw new PlimsollError('input-unreadable', `${url}: ${messageOf(error)}`, { cause: error });
  }
}

/** Fetches with apt's own downloader; undefined where apt is not installed. */
export function aptTransport(environment: Environment): Transport | undefined {
  if (!existsSync(APT_HELPER)) return undefined;
  return { fetch: (url, file, maxBytes) => fetchWithApt(url, file, maxBytes, environment) };
}

/** prlimit (util-linux) bounds what apt may write: apt itself takes what the server sends. */
async function fetchWithApt(url: string, file: string, maxBytes: number, environment: Environment): Promise<boolean> {
  const shown = withoutPassword(url);
  const login = loginFile(url, file);
  const args = [`--fsize=${maxBytes}`, '--core=0', APT_HELPER, '-q', ...login.args, 'download-file', shown, file];
  let outcome: Outcome | undefined;
  try {
    outcome = await runProgram('prlimit', args, { environment, maxBytes: 1_000_000, milliseconds: APT_PATIENCE });
  } finally {
    login.remove();
  }
  if (outcome === undefined)
    throw new PlimsollError('unsupported', 'the program prlimit is missing (package util-linux)');
  if (outcome.code === 0 && existsSync(file)) return true;
  rmSync(file, { force: true });
  const said = `${outcome.stdout.toString()}\n${outcome.stderr}`;
  if (/^\s*(?:404|410)\s/m.test(said) || /File not found/.test(said)) return false;
  if (/File too large|signal 25\b/i.test(said)) throw new LimitError(`${shown}: larger than ${maxBytes} bytes`);
  const reason = /^E: (?:Failed to fetch \S+\s+)?(.*)$/m.exec(said)?.[1] ?? said.trim().split('\n').at(-1);
  throw new PlimsollError('input-unreadable', `${shown}: apt cannot fetch it: ${reason}`);
}

/** A user and password in the address go to apt in a file (apt_auth.conf(5)): every user of the machine sees the arguments of a program. */
function loginFile(url: string, file: string): { readonly args: readonly string[]; readonly remove: () => void } {
  const [, scheme, user, password, host] = /^([a-z0-9+.-]+):\/\/([^:/@]*):([^/@]*)@([^/]+)/i.exec(url) ?? [];
  if (user === undefined || password === undefined) return { args: [], remove: () => undefined };
  const path = `${file}.login`;
  const lines = `machine ${scheme}://${host}\nlogin ${decoded(user)}\npassword ${decoded(password)}\n`;
  writeStored(path, lines);
  return { args: ['-o', `Dir::Etc::netrc=${path}`], remove: () => rmSync(path, { force: true }) };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
