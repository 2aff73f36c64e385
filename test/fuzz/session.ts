// Fuzzes one target for a while: changes inputs, runs them, and goes on from those that come to where none has come before.
import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { corpusOf } from './corpus.ts';
import { execute, type Finding } from './execute.ts';
import { mutate } from './mutate.ts';
import { seededRandom } from './random.ts';
import { shrink } from './shrink.ts';
import type { FuzzTarget } from './target.ts';

/** A finding with the input that it was found with. */
export interface FoundInput extends Finding {
  readonly target: string;
  readonly input: Buffer;
}

/** How a session is run. */
export interface SessionOptions {
  readonly seed: number;
  readonly milliseconds: number;
  /** Folder for parsers that read files. */
  readonly folder: string;
  /** File that holds the input at work, for the case that the process does not live to tell. */
  readonly current: string;
  readonly onFinding: (found: FoundInput) => void;
}

/** Inputs that are gone on from. */
const POOL = 400;
const SHRINK_MILLISECONDS = 3000;
/** A cause that comes again and again is told once. */
const MOST_FINDINGS = 20;

/** Runs the session; gives the number of inputs that were run. */
export async function fuzz(target: FuzzTarget, options: SessionOptions): Promise<number> {
  const random = seededRandom(options.seed);
  const pool = corpusOf(target.id).map(({ bytes }) => bytes);
  if (pool.length === 0) pool.push(Buffer.alloc(0));
  const traces = new Set<string>();
  const causes = new Set<string>();
  const current = openSync(options.current, 'w');
  let runs = 0;
  const run = async (input: Buffer): Promise<void> => {
    note(current, target.id, input);
    const outcome = await execute(target, input, options.folder);
    runs += 1;
    if (!outcome.ok) {
      const { finding } = outcome;
      if (causes.has(finding.cause) || causes.size >= MOST_FINDINGS) return;
      causes.add(finding.cause);
      options.onFinding({ ...finding, target: target.id, input: await shrunk(target, input, finding, options) });
    } else if (!traces.has(outcome.trace)) {
      traces.add(outcome.trace);
      if (pool.length < POOL) pool.push(input);
      else pool[random.below(POOL)] = input;
    }
  };
  try {
    for (const input of [...pool]) await run(input);
    const end = performance.now() + options.milliseconds;
    while (performance.now() < end) {
      await run(mutate(target, random.pick(pool), pool, random));
      // Lets messages out.
      if (runs % 64 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
  } finally {
    closeSync(current);
  }
  return runs;
}

function note(descriptor: number, id: string, input: Buffer): void {
  ftruncateSync(descriptor);
  writeSync(descriptor, `${id}\n`, 0);
  writeSync(descriptor, input, 0, input.length, id.length + 1);
}

async function shrunk(
  target: FuzzTarget,
  input: Buffer,
  { kind, cause }: Finding,
  { folder }: SessionOptions,
): Promise<Buffer> {
  // What is slow or large costs too much to be tried many times.
  if (kind !== 'error') return input;
  const causeOf = async (shorter: Buffer): Promise<string | undefined> => {
    const outcome = await execute(target, shorter, folder);
    return outcome.ok ? undefined : outcome.finding.cause;
  };
  return shrink(input, cause, causeOf, SHRINK_MILLISECONDS);
}
