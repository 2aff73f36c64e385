// Fuzzes all parsers in processes of their own, with a bound on memory and a watchdog. Findings are saved outside of the tree.
//   run.ts [--seconds N] [--soak [MINUTES]] [--target ID]... [--seed N] [--jobs N] [--findings DIR]
//   run.ts --replay ID FILE    runs one input and tells what came of it
// Ends with a line `N passed, N failed`: targets without and with findings.
import { fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { execute } from './execute.ts';
import { findTarget, TARGETS } from './targets.ts';
import type { Job, Told } from './worker.ts';

/** Milliseconds of processor time that one input may take before its process is ended; of any time where the system does not tell (Linux does). */
const HANG_MILLISECONDS = 20_000;
/** The same when it does not even compute. */
const SILENT_MILLISECONDS = 180_000;
const TICK_MILLISECONDS = 10;
/** Heap of a worker in MiB; a parser that needs more ends the process. */
const HEAP_MEBIBYTES = 512;
/** Resident bytes at which a worker is ended, where the system tells (Linux). */
const MOST_RESIDENT = 2 * 1024 ** 3;
const PAGE = 4096;
const SOAK_MINUTES = 60;
const SECONDS = 60;
/** A worker lives for so many targets, so that what one leaves in memory does not burden the others for long. */
const TARGETS_A_WORKER = 12;
const SOAK_MILLISECONDS_EACH = 4000;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string' },
    soak: { type: 'boolean', default: false },
    target: { type: 'string', multiple: true },
    seed: { type: 'string' },
    jobs: { type: 'string' },
    findings: { type: 'string' },
    replay: { type: 'boolean', default: false },
  },
});
const work = mkdtempSync(join(tmpdir(), 'plimsoll-fuzz-'));
const findings = values.findings ?? join(tmpdir(), 'plimsoll-findings');
const failed = new Set<string>();
const known = new Set<string>();
let runs = 0;

try {
  if (values.replay) await replay(positionals[0] ?? '', positionals[1] ?? '');
  else await fuzzAll();
} finally {
  rmSync(work, { recursive: true, force: true });
}

async function fuzzAll(): Promise<void> {
  const targets = (values.target ?? TARGETS.map(({ id }) => id)).map((id) => findTarget(id).id);
  const jobs = Number(values.jobs ?? 2);
  const seconds = values.soak ? 60 * Number(positionals[0] ?? SOAK_MINUTES) : Number(values.seconds ?? SECONDS);
  const end = performance.now() + seconds * 1000;
  // A short run always tries the same; a long one something new every time.
  const first = Number(values.seed ?? (values.soak ? Date.now() % 2 ** 31 : 1));
  const each = values.soak ? SOAK_MILLISECONDS_EACH : (seconds * 1000 * jobs) / targets.length;
  console.log(`${targets.length} parsers, ${seconds} s, seed ${first}`);
  for (let round = 0; round === 0 || (values.soak && performance.now() < end); round += 1) {
    const pending = Array.from({ length: Math.ceil(targets.length / TARGETS_A_WORKER) }, (_nothing, place) =>
      targets.slice(place * TARGETS_A_WORKER, (place + 1) * TARGETS_A_WORKER),
    );
    await Promise.all(
      Array.from({ length: jobs }, async (_nothing, lane) => {
        for (let group = pending.shift(); group !== undefined; group = pending.shift()) {
          if (values.soak && performance.now() > end) return;
          await fuzzGroup(group, first + round, each, join(work, `lane${lane}`));
        }
      }),
    );
    if (values.soak) console.log(`round ${round + 1}: ${runs} inputs, ${failed.size} parsers with findings`);
  }
  console.log(`${runs} inputs`);
  console.log(`${targets.length - failed.size} passed, ${failed.size} failed`);
  process.exitCode = failed.size > 0 ? 1 : 0;
}

/** Runs a group of targets; one that ends its process is a finding, and the rest goes on in a new process. */
async function fuzzGroup(group: readonly string[], seed: number, each: number, lane: string): Promise<void> {
  mkdirSync(lane, { recursive: true });
  for (let left = group; left.length > 0; ) {
    const job: Job = {
      targets: left,
      seed,
      millisecondsEach: each,
      folder: join(lane, 'files'),
      current: join(lane, 'current'),
    };
    const finished = await runWorker(job);
    left = left.slice(finished + 1);
  }
}

/** Gives how many targets of the job were finished. */
function runWorker(job: Job): Promise<number> {
  const child = fork(join(import.meta.dirname, 'worker.ts'), [JSON.stringify(job)], {
    execArgv: ['--disable-warning=ExperimentalWarning', `--max-old-space-size=${HEAP_MEBIBYTES}`],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env: { ...process.env, TZ: 'UTC' },
  });
  let finished = 0;
  let reason: string | undefined;
  let said = '';
  child.stderr?.on('data', (text: Buffer) => {
    said = `${said}${text.toString()}`.slice(-4000);
  });
  child.on('message', (message: Told) => {
    if (message.told === 'done') {
      finished += 1;
      runs += message.runs;
    } else if (message.told === 'found') {
      save(message.target, message.kind, message.cause, message.message, Buffer.from(message.input, 'base64'));
    }
  });
  const started = performance.now();
  let last = { changed: 0, used: 0 };
  const watchdog = setInterval(() => {
    if (performance.now() - started < HANG_MILLISECONDS) return;
    const pid = child.pid ?? 0;
    const [changed, used] = [changedAt(job.current), usedMilliseconds(pid)];
    if (changed !== last.changed) last = { changed, used: used ?? 0 };
    const silent = Date.now() - changed;
    if ((used ?? silent) - last.used > HANG_MILLISECONDS || silent > SILENT_MILLISECONDS) {
      reason = `no end after ${HANG_MILLISECONDS} ms`;
    } else if (residentBytes(pid) > MOST_RESIDENT) reason = `more than ${MOST_RESIDENT} bytes of memory`;
    if (reason !== undefined) child.kill('SIGKILL');
  }, 1000);
  return new Promise((resolve) => {
    child.on('close', (code, signal) => {
      clearInterval(watchdog);
      if (finished < job.targets.length) {
        const { target, input } = currentInput(job.current);
        const cause =
          reason ?? (code === null ? `the process ended by ${signal}` : `the process ended with code ${code}`);
        save(target || (job.targets[finished] ?? ''), 'death', cause, `${cause}\n${said}`, input);
      }
      resolve(finished);
    });
  });
}

function save(target: string, kind: string, cause: string, message: string, input: Buffer): void {
  failed.add(target);
  const key = `${target} ${kind} ${cause}`;
  if (known.has(key)) return;
  known.add(key);
  mkdirSync(findings, { recursive: true });
  const name = `${target}-${createHash('sha256').update(input).digest('hex').slice(0, 12)}`;
  const file = join(findings, name);
  writeFileSync(file, input);
  writeFileSync(`${file}.txt`, `${kind}: ${cause}\n${message}\n`);
  console.log(`${target}: ${kind}: ${cause} (${input.length} bytes)`);
  console.log(`  sh scripts/run.sh test/fuzz/run.ts --replay ${target} ${file}`);
}

async function replay(id: string, file: string): Promise<void> {
  const outcome = await execute(findTarget(id), readFileSync(file), join(work, 'files'));
  if (outcome.ok) console.log(`${outcome.accepted ? 'read' : 'refused'}: ${outcome.trace}`);
  else console.log(`${outcome.finding.kind}: ${outcome.finding.message}`);
  process.exitCode = outcome.ok ? 0 : 1;
}

/** The input that the worker was at. */
function currentInput(file: string): { readonly target: string; readonly input: Buffer } {
  try {
    const bytes = readFileSync(file);
    const end = bytes.indexOf('\n');
    return { target: bytes.toString('utf8', 0, end), input: bytes.subarray(end + 1) };
  } catch {
    return { target: '', input: Buffer.alloc(0) };
  }
}

function changedAt(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
}

/** Processor time of a process (proc(5), /proc/PID/stat, fields 14 and 15). */
function usedMilliseconds(pid: number): number | undefined {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.split(' ') ?? [];
    return (Number(fields[11]) + Number(fields[12])) * TICK_MILLISECONDS;
  } catch {
    return undefined;
  }
}

function residentBytes(pid: number): number {
  try {
    return Number(readFileSync(`/proc/${pid}/statm`, 'latin1').split(' ')[1]) * PAGE;
  } catch {
    return 0;
  }
}
