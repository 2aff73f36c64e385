// Runs the programs of the system that this feed leaves work to: gpgv and sqv (signatures), apt-helper (downloads, xz), xz. Never through a shell.
import { type ChildProcess, spawn } from 'node:child_process';
import { pipeline } from 'node:stream/promises';
import { LimitError, messageOf, PlimsollError } from '../../../platform/errors.ts';

/** Environment variables. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What a program that ran to its end left. */
export interface Outcome {
  readonly code: number | null;
  readonly stdout: Buffer;
  /** The last part of it. */
  readonly stderr: string;
  /** What it wrote to file descriptor 3. */
  readonly status: string;
}

/** How a program is run. */
export interface RunOptions {
  readonly environment: Environment;
  /** Bytes of output that are taken, of each kind. */
  readonly maxBytes: number;
  readonly milliseconds: number;
}

/** Settings of the network that a program may need. */
const PASSED = ['PATH', 'http_proxy', 'https_proxy', 'ftp_proxy', 'all_proxy', 'no_proxy', 'APT_CONFIG'];

/**
 * Runs a program without input.
 * @returns undefined when there is no such program
 * @throws LimitError when it prints too much or takes too long
 */
export function runProgram(
  program: string,
  args: readonly string[],
  options: RunOptions,
): Promise<Outcome | undefined> {
  return new Promise((resolve, reject) => {
    const child = start(program, args, options.environment, 'ignore');
    const outputs: Buffer[][] = [[], [], [], []];
    const sizes = [0, 0, 0, 0];
    const stop = (error: Error): void => {
      child.kill('SIGKILL');
      reject(error);
    };
    const late = setTimeout(
      () => stop(new LimitError(`${program} did not finish within ${options.milliseconds / 1000} seconds`)),
      options.milliseconds,
    );
    for (const number of [1, 2, 3]) {
      child.stdio[number]?.on('data', (chunk: Buffer) => {
        sizes[number] = (sizes[number] ?? 0) + chunk.length;
        if ((sizes[number] ?? 0) > options.maxBytes)
          stop(new LimitError(`${program} printed more than ${options.maxBytes} bytes`));
        else outputs[number]?.push(chunk);
      });
    }
    child.on('error', (error) => {
      clearTimeout(late);
      if (isMissing(error)) resolve(undefined);
      else reject(new PlimsollError('unsupported', `${program} cannot be run: ${messageOf(error)}`, { cause: error }));
    });
    child.on('close', (code) => {
      clearTimeout(late);
      const [, stdout = [], stderr = [], status = []] = outputs;
      resolve({
        code,
        stdout: Buffer.concat(stdout),
        stderr: Buffer.concat(stderr).toString().slice(-2000),
        status: Buffer.concat(status).toString(),
      });
    });
  });
}

/**
 * Runs a program over bytes and hands on what it prints, until `take` returns true or all is read.
 * @returns false when there is no such program
 * @throws PlimsollError `input-unreadable` when the program fails; what `take` throws
 */
export async function runFilter(
  program: string,
  args: readonly string[],
  input: Iterable<Uint8Array>,
  take: (bytes: Uint8Array) => boolean,
  environment: Environment,
): Promise<boolean> {
  const child = start(program, args, environment, 'pipe');
  const failed = new Promise<'missing' | Error>((resolve) => {
    child.on('error', (error) => resolve(isMissing(error) ? 'missing' : error));
  });
  const closed = new Promise<number | null>((resolve) => child.on('close', resolve));
  const words: Buffer[] = [];
  child.stderr?.on('data', (chunk: Buffer) => words.length < 100 && words.push(chunk));
  const started = await Promise.race([
    failed,
    new Promise<undefined>((resolve) => child.on('spawn', () => resolve(undefined))),
  ]);
  if (started === 'missing') return false;
  if (started !== undefined) {
    throw new PlimsollError('unsupported', `${program} cannot be run: ${messageOf(started)}`, { cause: started });
  }
  try {
    const feeding = feed(child, input);
    feeding.catch(() => undefined);
    for await (const chunk of child.stdout ?? []) if (take(chunk)) return true;
    await feeding;
    const code = await closed;
    if (code === 0) return true;
    throw new PlimsollError('input-unreadable', `${program}: ${Buffer.concat(words).toString().trim().slice(0, 500)}`);
  } finally {
    child.kill('SIGKILL');
    await closed;
  }
}

/** Writes the input; a program that ends before it has read all says why by its exit code. */
async function feed(child: ChildProcess, input: Iterable<Uint8Array>): Promise<void> {
  if (child.stdin === null) return;
  try {
    await pipeline(copies(input), child.stdin);
  } catch (error) {
    if (error instanceof PlimsollError) throw error;
  }
}

/** Chunks are only lent. */
function* copies(input: Iterable<Uint8Array>): Generator<Buffer> {
  for (const chunk of input) yield Buffer.from(chunk);
}

function start(
  program: string,
  args: readonly string[],
  environment: Environment,
  input: 'ignore' | 'pipe',
): ChildProcess {
  const passed = PASSED.flatMap((name) =>
    environment[name] === undefined ? [] : [[name, environment[name]] as const],
  );
  return spawn(program, [...args], {
    stdio: [input, 'pipe', 'pipe', 'pipe'],
    env: { ...Object.fromEntries(passed), LC_ALL: 'C', HOME: '/nonexistent' },
  });
}

function isMissing(error: Error): boolean {
  return 'code' in error && error.code === 'ENOENT';
}
