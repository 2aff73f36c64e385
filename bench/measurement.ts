// What a benchmark reports, and how whole processes are timed: by the shell's own accounting, which includes worker threads and ended children. Times
// of a busy machine say little: what other processes took is measured along, and disturbed rounds are done again.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
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
  /** Processor time that other processes took meanwhile. */
  readonly othersSeconds: number;
}

/** Medians over several runs, and the runs behind them. */
export interface Timed extends Cost {
  readonly runs: readonly Cost[];
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
  const busyBefore = busySeconds();
  const result = spawnSync('bash', ['-c', 'TIMEFORMAT="@%R %U %S"; time "$@" >/dev/null', 'bash', ...command], {
    encoding: 'utf8',
    env: { ...process.env, ...environment },
    maxBuffer: 1 << 26,
  });
  const times = /@([\d.]+) ([\d.]+) ([\d.]+)/.exec(result.stderr);
  if (result.status !== 0 || times === null) throw new Error(`${command.join(' ')} failed: ${result.stderr}`);
  const cpuSeconds = Number(times[2]) + Number(times[3]);
  const othersSeconds = Math.max(0, busySeconds() - busyBefore - cpuSeconds);
  return { wallSeconds: Number(times[1]), cpuSeconds, othersSeconds };
}

/** Processor time of all processes since the machine started, stolen time included (proc_stat(5): hundredths of a second); 0 where it is not told. */
function busySeconds(): number {
  if (!existsSync('/proc/stat')) return 0;
  const [user = 0, nice = 0, system = 0, , , irq = 0, softIrq = 0, steal = 0] = readFileSync('/proc/stat', 'utf8')
    .slice(0, 200)
    .split(/\s+/, 9)
    .slice(1)
    .map(Number);
  return (user + nice + system + irq + softIrq + steal) / 100;
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

/**
 * Costs of several commands over some rounds, in turn so that a drift of the machine meets all; the median of each figure. Rounds in which other
 * processes took much are repeated, as many times again; when most stay like that, all count, and stderr says so.
 */
export function interleaved(rounds: number, commands: readonly (() => Cost)[]): readonly Timed[] {
  const all: (readonly Cost[])[] = [];
  let quiet: readonly (readonly Cost[])[] = [];
  while (quiet.length < rounds && all.length < 2 * rounds) {
    all.push(commands.map((run) => run()));
    quiet = all.filter((round) => round.every(isQuiet));
  }
  const counted = 2 * quiet.length >= rounds ? quiet : all;
  if (counted === all) console.error(busyLine(all.flat()));
  return commands.map((_, index) => timed(counted.flatMap((round) => round[index] ?? [])));
}

/** A tenth of a processor besides, and what the clock of the kernel cannot tell. */
function isQuiet({ wallSeconds, othersSeconds }: Cost): boolean {
  return othersSeconds <= 0.1 * wallSeconds + 0.02;
}

function busyLine(costs: readonly Cost[]): string {
  const total = (of: (one: Cost) => number): number => costs.reduce((sum, one) => sum + of(one), 0);
  const others = total(({ othersSeconds }) => othersSeconds) / total(({ wallSeconds }) => wallSeconds);
  return `the machine is busy: other processes take ${others.toFixed(1)} processors; wall times are too long, ratios of CPU times stand`;
}

function timed(runs: readonly Cost[]): Timed {
  const middle = (figure: keyof Cost): number => median(runs.map((one) => one[figure]));
  return {
    wallSeconds: middle('wallSeconds'),
    cpuSeconds: middle('cpuSeconds'),
    othersSeconds: middle('othersSeconds'),
    runs,
  };
}

/** The median of the ratios round by round: steadier than the ratio of the medians where the machine's speed drifts. */
export function pairedRatio(a: Timed, b: Timed, figure: 'wallSeconds' | 'cpuSeconds'): number {
  return median(a.runs.map((run, round) => run[figure] / (b.runs[round]?.[figure] ?? Number.NaN)));
}

/** A measurement that must stay at or below `most` times its reference. */
export function ratioMeasurement(
  id: string,
  name: string,
  value: number,
  reference: number,
  unit: string,
  most: number,
  ratio = value / reference,
): Measurement {
  return { id, name, value, unit, reference, ratio, goal: `<= ${most} x`, ok: ratio <= most };
}

/** A measurement that the reference must exceed at least `least` times: so many times faster, or smaller. */
export function advantageMeasurement(
  id: string,
  name: string,
  value: number,
  reference: number,
  unit: string,
  least: number,
  ratio = reference / value,
): Measurement {
  return { id, name, value, unit, reference, ratio, goal: `>= ${least} x`, ok: ratio >= least };
}

/** The middle of the values. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}
