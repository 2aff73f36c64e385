// Runs the built program like Workplace, and watches it: the most memory that it held, and every file that it left anywhere it may write.
import { spawn } from 'node:child_process';
import { lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join, relative } from 'node:path';
import { type Outcome, ROOT, Workplace } from './program.ts';

/** A finished run. */
export interface WatchedOutcome extends Outcome {
  /** Most resident memory of the process with its threads in MB; 0 where the system does not tell (it is Linux's VmHWM). */
  readonly peakMegabytes: number;
  readonly signal: NodeJS.Signals | null;
}

/** How one run differs from the usual. */
export interface WatchedRun {
  readonly environment?: Readonly<Record<string, string>>;
  /** A program with its arguments that starts plimsoll: `unshare -n`. */
  readonly under?: readonly string[];
  /** Ends the process by SIGKILL after so many milliseconds. */
  readonly killAfterMs?: number;
}

/** A workplace with separate folders for inputs and for everything that the program could write to. */
export class WatchedPlace extends Workplace {
  readonly inputs = this.path('inputs');
  readonly #work = this.path('work');
  readonly #temporary = this.path('tmp');

  /** The launcher keeps the program's own code there, compiled; it does so before any input is read. */
  readonly #compiledCode = this.path('home', 'cache', 'plimsoll', 'code');

  constructor() {
    super();
    for (const folder of [this.inputs, this.#work, this.#temporary, this.path('home')]) {
      mkdirSync(folder, { recursive: true });
    }
  }

  /** Path of the store that a scan uses without --store. */
  get store(): string {
    return this.path('home', 'data', 'plimsoll', 'store.db');
  }

  /** Runs bin/plimsoll. */
  async watch(args: readonly string[], run: WatchedRun = {}): Promise<WatchedOutcome> {
    const home = this.path('home');
    const [program = '', ...rest] = [...(run.under ?? []), join(ROOT, 'bin', 'plimsoll'), ...args];
    const child = spawn(program, rest, {
      cwd: this.#work,
      env: {
        PATH: process.env['PATH'],
        LANG: 'C.UTF-8',
        HOME: home,
        TMPDIR: this.#temporary,
        XDG_DATA_HOME: join(home, 'data'),
        XDG_CACHE_HOME: join(home, 'cache'),
        XDG_CONFIG_HOME: join(home, 'config'),
        ...(process.env['PLIMSOLL_NODE'] === undefined ? {} : { PLIMSOLL_NODE: process.env['PLIMSOLL_NODE'] }),
        ...run.environment,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    let peakMegabytes = 0;
    const look = setInterval(() => {
      peakMegabytes = Math.max(peakMegabytes, highWaterMark(child.pid));
    }, 10);
    const kill = setTimeout(() => child.kill('SIGKILL'), run.killAfterMs ?? 2 ** 31 - 1);
    return new Promise((fulfil, reject) => {
      child.on('error', reject);
      child.on('close', (status, signal) => {
        clearInterval(look);
        clearTimeout(kill);
        const texts = { stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() };
        fulfil({ status, signal, ...texts, peakMegabytes });
      });
    });
  }

  /** Everything in the folders that the program could write to, but the store: each file and link with what it holds. */
  snapshot(): readonly string[] {
    const found: string[] = [];
    const visit = (folder: string): void => {
      for (const name of readdirSync(folder).sort()) {
        const path = join(folder, name);
        if (path.startsWith(this.store) || path === this.#compiledCode) continue;
        const status = lstatSync(path);
        const target = status.isSymbolicLink() ? ` -> ${readlinkSync(path)}` : '';
        // Folders by their name alone: that of the store may come to be.
        const state = status.isDirectory() ? '' : ` ${status.size} ${status.mtimeMs}`;
        if (![this.store, this.#compiledCode].some((own) => own.startsWith(path)))
          found.push(`${relative(this.folder, path)}${target}${state}`);
        if (status.isDirectory()) visit(path);
      }
    };
    visit(this.folder);
    return found;
  }
}

function highWaterMark(pid: number | undefined): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1024;
  } catch {
    // It ended between two looks.
    return 0;
  }
}
