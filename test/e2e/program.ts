// Runs the built program as a user would: through bin/plimsoll, with its own data directory, and without the user's configuration.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** The checkout. */
export const ROOT = resolve(import.meta.dirname, '../..');

/** What a finished program left behind. */
export interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A folder of its own for one test file: working directory, home and data of the program. */
export class Workplace {
  readonly folder = mkdtempSync(join(tmpdir(), 'plimsoll-e2e-'));

  /** A path in the folder. */
  path(...parts: readonly string[]): string {
    return join(this.folder, ...parts);
  }

  /** Runs bin/plimsoll. */
  async plimsoll(args: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<Outcome> {
    return this.run(join(ROOT, 'bin', 'plimsoll'), args, environment);
  }

  /** Runs bin/plimsoll, which must succeed, and gives the JSON that it prints. */
  async json(args: readonly string[]): Promise<{ readonly result: unknown; readonly stderr: string }> {
    const outcome = await this.plimsoll([...args, '--format', 'json']);
    if (outcome.status !== 0) {
      throw new Error(`plimsoll ${args.join(' ')}: exit code ${outcome.status}\n${outcome.stderr}`);
    }
    return { result: JSON.parse(outcome.stdout), stderr: outcome.stderr };
  }

  /** Runs any program in the folder. */
  async run(
    program: string,
    args: readonly string[],
    environment: Readonly<Record<string, string>> = {},
    cwd: string = this.folder,
  ): Promise<Outcome> {
    const home = this.path('home');
    const child = spawn(program, args, {
      cwd,
      env: {
        PATH: process.env['PATH'],
        LANG: 'C.UTF-8',
        HOME: home,
        XDG_DATA_HOME: join(home, 'data'),
        XDG_CACHE_HOME: join(home, 'cache'),
        ...(process.env['PLIMSOLL_NODE'] === undefined ? {} : { PLIMSOLL_NODE: process.env['PLIMSOLL_NODE'] }),
        ...environment,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    return new Promise((fulfil, reject) => {
      child.on('error', reject);
      child.on('close', (status) =>
        fulfil({ status, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() }),
      );
    });
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Runs a program that must succeed, with the tester's own environment; gives what it prints. */
export async function must(program: string, args: readonly string[], cwd: string = ROOT): Promise<string> {
  const child = spawn(program, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  const output: Buffer[] = [];
  const errors: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk));
  return new Promise((fulfil, reject) => {
    child.on('error', reject);
    child.on('close', (status) => {
      if (status === 0) fulfil(Buffer.concat(output).toString());
      else reject(new Error(`${program} ${args.join(' ')}: exit code ${status}\n${Buffer.concat(errors).toString()}`));
    });
  });
}
