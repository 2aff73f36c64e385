// What a benchmark reports, and how whole processes are timed: by the shell's own accounting, which includes worker threads and ended children.
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** One figure with its goal. `ratio` is value / reference where there is a reference; `ok` compares with the goal. */
export interface Measurement {
  readonly id: string;
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** The reference's own figure in the same unit, measured in the same run. */
  readonly reference?: number;
  readonly ratio?: number;
  readonly goal: string;
  readonly ok: boolean;
}

/** Time that one process took, with its threads and ended children. */
export interface Cost {
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
}

/** Path of the built program. */
export const PLIMSOLL = fileURLToPath(new URL('../bin/plimsoll', import.meta.url));

/** Where corpora and stores of benchmarks lie: outside the checkout, kept between runs. */
export function benchFolder(): string {
  const folder = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'plimsoll-bench');
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** Runs a command and gives its cost. Standard output is discarded. @throws Error when it exits with another code than 0. */
export function cost(command: readonly string[], environment: Readonly<Record<string, string>> = {}): Cost {
  const result = spawnSync('bash', ['-c', 'TIMEFORMAT="@%R %U %S"; time "$@" >/dev/null', 'bash', ...command], {
    encoding: 'utf8',
    env: { ...process.env, ...environment },
    maxBuffer: 1 << 26,
  });
  const times = /@([\d.]+) ([\d.]+) ([\d.]+)/.exec(result.stderr);
  if (result.status !== 0 || times === null) throw new Error(`${command.join(' ')} failed: ${result.stderr}`);
  return { wallSeconds: Number(times[1]), cpuSeconds: Number(times[2]) + Number(times[3]) };
}

/** Peak resident memory of a command in MB: the kernel's high-water mark, read until the process ends. Linux only. */
export async function peakMemory(
  command: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<number> {
  const [program = '', ...args] = command;
  const child = spawn(program, args, { stdio: 'ignore', env: { ...process.env, ...environment } });
  let peak = 0;
  const timer = setInterval(() => {
    try {
      peak = Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1] ?? peak);
    } catch {
      // It ended between two looks.
    }
  }, 5);
  const code = await new Promise((resolve) => child.on('exit', resolve));
  clearInterval(timer);
  if (code !== 0) throw new Error(`${command.join(' ')} exited with ${code}`);
  return peak / 1024;
}

/** Costs of several commands over some rounds, in turn so that a drift of the machine meets all; the median of each figure. */
export function interleaved(rounds: number, commands: readonly (() => Cost)[]): readonly Cost[] {
  const runs = commands.map(() => [] as Cost[]);
  for (let round = 0; round < rounds; round++) for (const [index, run] of commands.entries()) runs[index]?.push(run());
  return runs.map((costs) => ({
    wallSeconds: median(costs.map((one) => one.wallSeconds)),
    cpuSeconds: median(costs.map((one) => one.cpuSeconds)),
  }));
}

/** A measurement that must stay at or below `most` times its reference. */
export function ratioMeasurement(
  id: string,
  name: string,
  value: number,
  reference: number,
  unit: string,
  most: number,
): Measurement {
  const ratio = value / reference;
  return { id, name, value, unit, reference, ratio, goal: `<= ${most} x`, ok: ratio <= most };
}

/** The middle of the values. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}
