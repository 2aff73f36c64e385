// Runs one input through one target and says what came of it: how far it came, or what is wrong.
import { mkdirSync, rmSync } from 'node:fs';
import { LimitError, ParseError, PlimsollError } from '../../src/platform/errors.ts';
import type { FuzzTarget } from './target.ts';

/** What went wrong with an input. */
export interface Finding {
  readonly kind: 'error' | 'slow' | 'memory';
  /** The same for the same cause, as far as can be told. */
  readonly cause: string;
  readonly message: string;
}

/** What came of an input. Inputs that come equally far have equal traces. */
export type Outcome =
  | { readonly ok: true; readonly accepted: boolean; readonly trace: string }
  | { readonly ok: false; readonly finding: Finding };

/** Milliseconds of processor time that one input may take. */
const MOST_MILLISECONDS = 1000;
/** Bytes that the process may take at its largest. */
const MOST_BYTES = 1024 ** 3;

/** Runs the input; what takes too long is measured twice, because the machine may have been busy. */
export async function execute(target: FuzzTarget, input: Buffer, folder: string): Promise<Outcome> {
  const before = process.resourceUsage().maxRSS;
  const first = await timed(target, input, folder);
  const milliseconds =
    first.milliseconds > MOST_MILLISECONDS
      ? Math.min(first.milliseconds, (await timed(target, input, folder)).milliseconds)
      : first.milliseconds;
  if (!first.outcome.ok) return first.outcome;
  if (milliseconds > MOST_MILLISECONDS)
    return failed('slow', 'slow', `${Math.round(milliseconds)} ms for ${input.length} bytes`);
  const most = process.resourceUsage().maxRSS;
  if (most > before && most * 1024 > MOST_BYTES) {
    return failed(
      'memory',
      'memory',
      `${Math.round(most / 1024)} MiB for ${input.length} bytes, ${Math.round(before / 1024)} before`,
    );
  }
  return first.outcome;
}

async function timed(
  target: FuzzTarget,
  input: Buffer,
  folder: string,
): Promise<{ readonly outcome: Outcome; readonly milliseconds: number }> {
  if (usesFolder(target)) mkdirSync(folder, { recursive: true });
  // A parser that writes into its input must not change what is told of it.
  const copy = Buffer.from(input);
  const wall = performance.now();
  const used = process.cpuUsage();
  let outcome: Outcome;
  try {
    outcome = { ok: true, accepted: true, trace: shapeOf(await target.run(copy, folder), 4) };
  } catch (error) {
    outcome = judged(target, error);
  }
  const { user, system } = process.cpuUsage(used);
  const milliseconds = Math.min(performance.now() - wall, (user + system) / 1000);
  if (usesFolder(target)) rmSync(folder, { recursive: true, force: true });
  return { outcome, milliseconds };
}

/** Targets that take a folder say so by their parameter. */
function usesFolder(target: FuzzTarget): boolean {
  return target.run.length > 1;
}

function judged(target: FuzzTarget, error: unknown): Outcome {
  const expected =
    error instanceof ParseError ||
    error instanceof LimitError ||
    (error instanceof PlimsollError && target.codes?.includes(error.code) === true);
  if (expected) return { ok: true, accepted: false, trace: templateOf(error) };
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  const place = /\/((?:src|test)\/[^\s:)]+:\d+)/.exec(stack)?.[1] ?? 'unknown place';
  const name = error instanceof Error ? error.name : typeof error;
  return failed('error', `${name} at ${place}`, stack === '' ? String(error) : stack);
}

function failed(kind: Finding['kind'], cause: string, message: string): Outcome {
  return { ok: false, finding: { kind, cause, message } };
}

/** An error's words without what the input put into them. */
function templateOf(error: PlimsollError): string {
  const words = error.message.slice(0, 200).replace(/"[^"]*"|'[^']*'|[^\s]*[^\sa-zA-Z,.;:()'-][^\s]*/g, '#');
  return `${error.code} ${words.split(' ').slice(0, 12).join(' ')}`;
}

/** The form of a value: its members and, roughly, how many things it has. */
function shapeOf(value: unknown, depth: number): string {
  if (typeof value !== 'object' || value === null) return value === '' ? 'empty' : typeof value;
  if (depth === 0) return '…';
  if (Array.isArray(value)) {
    const kinds = new Set(value.slice(0, 20).map((item) => shapeOf(item, depth - 1)));
    return `[${Math.ceil(Math.log2(value.length + 1))} ${[...kinds].sort().slice(0, 4).join('|')}]`;
  }
  if (value instanceof Uint8Array || value instanceof Map || value instanceof Set) return value.constructor.name;
  const members = Object.entries(value).slice(0, 20);
  return `{${members.map(([key, member]) => `${key.slice(0, 20)}:${shapeOf(member, depth - 1)}`).join(',')}}`;
}
