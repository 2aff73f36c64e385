// Changes inputs: flipped bits, numbers that lengths trip over, stretches cut, doubled, moved and repeated, words of the format, pieces of other inputs.
import { mutateJson } from './mutate-json.ts';
import type { Random } from './random.ts';
import type { FuzzTarget } from './target.ts';

/** Bytes of an input at most: what grows with the square of its input shows well below. */
export const MOST_BYTES = 256 * 1024;

const NUMBERS = [
  0, 1, 2, 3, 4, 7, 8, 16, 31, 32, 64, 100, 127, 128, 255, 256, 511, 512, 1023, 4095, 4096, 32767, 32768, 65535, 65536,
  0xffffff, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff,
] as const;
const NUMBER_TEXTS = [
  '0',
  '-1',
  '1',
  '-0',
  '00',
  '7',
  '8',
  '9',
  '255',
  '256',
  '65536',
  '2147483648',
  '4294967296',
  '9007199254740993',
  '99999999999999999999',
  '1e999',
  '0x10',
  '077777777777',
  '1.5',
  'NaN',
  '١',
] as const;
const WORDS = [
  '\0',
  '\n',
  '\r\n',
  '\r',
  '\t',
  ' ',
  '\ufeff',
  '\u2028',
  '\ud800',
  '../',
  '/',
  '\\',
  '"',
  "'",
  ':',
  ': ',
  ',',
  ';',
  '#',
  '%',
  '&a ',
  '*a',
  '@',
  '=',
  '<',
  '>',
  '&',
  '&amp;',
  '&#0;',
  '<!--',
  ']]>',
  '[',
  ']',
  '{',
  '}',
  '(',
  ')',
  '|',
  '-',
  '--',
  '---\n',
  '...\n',
  '__proto__',
  'constructor',
  'toString',
  'null',
  'true',
  '~',
  '!!',
  '<<: ',
  '? ',
  '$(',
  '%s',
  '%00',
  'a'.repeat(300),
  '\u0130',
  'ß',
  '\u{1f600}',
  '\xff',
] as const;

type Change = (input: Buffer, random: Random, others: readonly Buffer[]) => Buffer;

const BYTE_CHANGES: readonly Change[] = [
  (input, random) => overwritten(input, random, (byte) => byte ^ (1 << random.below(8))),
  (input, random) => overwritten(input, random, () => random.below(256)),
  (input, random) => overwritten(input, random, (byte) => (byte + random.below(17) - 8) & 0xff),
  writeNumber,
  writeNumber,
  (input, random) => input.subarray(0, random.below(input.length + 1)),
  cutOut,
  cutOut,
  doubled,
  repeated,
  moved,
  spliced,
  (input, random) =>
    inserted(input, random, Buffer.from(Array.from({ length: 1 + random.below(8) }, () => random.below(256)))),
];
const TEXT_CHANGES: readonly Change[] = [
  (input, random) => inserted(input, random, Buffer.from(random.pick(WORDS))),
  changeNumber,
  changeLines,
  changeLines,
  nested,
];

/** A changed copy, by one to a handful of changes. */
export function mutate(target: FuzzTarget, input: Buffer, others: readonly Buffer[], random: Random): Buffer {
  let changed: Buffer = input;
  const times = 1 + random.below(random.oneIn(3) ? 8 : 2);
  for (let time = 0; time < times; time += 1) {
    if (target.form === 'json' && !random.oneIn(3)) {
      changed = mutateJson(changed, random, target.words ?? []) ?? changed;
    } else if (target.words !== undefined && random.oneIn(6)) {
      changed = inserted(changed, random, Buffer.from(random.pick(target.words), 'latin1'));
    } else {
      const changes = target.form === 'binary' || random.oneIn(2) ? BYTE_CHANGES : TEXT_CHANGES;
      changed = random.pick(changes)(changed, random, others);
    }
  }
  const bounded = changed.subarray(0, MOST_BYTES);
  return target.mend !== undefined && !random.oneIn(4) ? target.mend(Buffer.from(bounded)) : bounded;
}

function overwritten(input: Buffer, random: Random, change: (byte: number) => number): Buffer {
  if (input.length === 0) return input;
  const copy = Buffer.from(input);
  const at = random.below(copy.length);
  copy[at] = change(copy[at] ?? 0);
  return copy;
}

/** Writes a number as lengths, counts and places are written, sometimes one that is near the input's own length. */
function writeNumber(input: Buffer, random: Random): Buffer {
  const width = random.pick([1, 2, 4, 4, 8]);
  if (input.length < width) return input;
  const copy = Buffer.from(input);
  // Structure lies at the start and the end of many formats.
  const reach = random.pick([64, 1024, copy.length]);
  const room = Math.max(1, Math.min(reach, copy.length - width + 1));
  const at = random.oneIn(5)
    ? copy.length - width - random.below(Math.min(room, copy.length - width + 1))
    : random.below(room);
  const value = random.oneIn(3) ? input.length + random.below(9) - 4 : random.pick(NUMBERS);
  const fitting = Math.abs(value) % 2 ** Math.min(8 * width, 48);
  const low = Math.min(width, 6);
  if (random.oneIn(2)) copy.writeUIntLE(fitting % 2 ** (8 * low), at, low);
  else copy.writeUIntBE(fitting % 2 ** (8 * low), at + width - low, low);
  return copy;
}

/** The bounds of a stretch, mostly a short one. */
function stretch(input: Buffer, random: Random): readonly [start: number, end: number] {
  const start = random.below(input.length + 1);
  const most = input.length - start;
  const length = random.oneIn(4) ? random.below(most + 1) : random.below(Math.min(most, 32) + 1);
  return [start, start + length];
}

function cutOut(input: Buffer, random: Random): Buffer {
  const [start, end] = stretch(input, random);
  return Buffer.concat([input.subarray(0, start), input.subarray(end)]);
}

function doubled(input: Buffer, random: Random): Buffer {
  const [start, end] = stretch(input, random);
  return Buffer.concat([input.subarray(0, end), input.subarray(start)]);
}

/** One stretch over and over: what grows with the square of a count shows here. */
function repeated(input: Buffer, random: Random): Buffer {
  const [start, end] = stretch(input, random);
  const times = random.oneIn(8) ? 20_000 : 1 + random.below(200);
  const room = Math.max(0, MOST_BYTES - input.length);
  const fitting = end === start ? 0 : Math.min(times, Math.floor(room / (end - start)));
  return Buffer.concat([
    input.subarray(0, end),
    Buffer.alloc(fitting * (end - start), input.subarray(start, end)),
    input.subarray(end),
  ]);
}

function moved(input: Buffer, random: Random): Buffer {
  const [start, end] = stretch(input, random);
  const rest = Buffer.concat([input.subarray(0, start), input.subarray(end)]);
  return inserted(rest, random, input.subarray(start, end));
}

function spliced(input: Buffer, random: Random, others: readonly Buffer[]): Buffer {
  const other = others.length === 0 ? input : random.pick(others);
  const [start, end] = stretch(other, random);
  if (random.oneIn(2)) return Buffer.concat([input.subarray(0, random.below(input.length + 1)), other.subarray(start)]);
  return inserted(input, random, other.subarray(start, end));
}

function inserted(input: Buffer, random: Random, piece: Uint8Array): Buffer {
  const at = random.below(input.length + 1);
  const replaces = random.oneIn(3) ? piece.length : 0;
  return Buffer.concat([input.subarray(0, at), piece, input.subarray(at + replaces)]);
}

/** Another number in place of one that is written in digits. */
function changeNumber(input: Buffer, random: Random): Buffer {
  const text = input.toString('latin1');
  const numbers = [...text.slice(0, 20_000).matchAll(/\d+/g)];
  if (numbers.length === 0) return input;
  const found = random.pick(numbers);
  const value = Buffer.from(random.pick(NUMBER_TEXTS));
  return Buffer.concat([input.subarray(0, found.index), value, input.subarray(found.index + found[0].length)]);
}

/** A line removed, doubled, moved, indented, taken from elsewhere or said a thousand times. */
function changeLines(input: Buffer, random: Random, others: readonly Buffer[]): Buffer {
  const lines = input.toString('latin1').split('\n');
  const at = random.below(lines.length);
  const line = lines[at] ?? '';
  const source = others.length === 0 ? lines : random.pick(others).toString('latin1').split('\n');
  const replacement = random.pick<() => readonly string[]>([
    () => [],
    () => [line, line],
    () => [`  ${line}`],
    () => [line.replace(/^ {1,2}/, '')],
    () => [line, source[random.below(source.length)] ?? ''],
    () => Array.from({ length: Math.min(1000, Math.floor(MOST_BYTES / (line.length + 1))) }, () => line),
    () => [`${line}${random.pick(WORDS)}`],
  ])();
  lines.splice(at, 1, ...replacement);
  if (random.oneIn(4)) lines.splice(random.below(lines.length + 1), 0, line);
  return Buffer.from(lines.join('\n'), 'latin1');
}

/** Brackets, tags or indentation so deep that what calls itself a level runs out of stack. */
function nested(input: Buffer, random: Random): Buffer {
  const times = random.pick([50, 120, 1000, 20_000]);
  const [open, close] = random.pick([
    ['[', ']'],
    ['{"a":', '}'],
    ['(', ')'],
    ['- ', ''],
    ['<a>', '</a>'],
    ['&', ''],
    ['*', ''],
    ['!', ''],
    ['? ', ''],
    ['@', ''],
  ] as const);
  const fitting = Math.min(times, Math.floor(MOST_BYTES / (open.length + close.length + 1)));
  const piece = `${open.repeat(fitting)}${random.oneIn(2) ? close.repeat(fitting) : ''}`;
  return inserted(input, random, Buffer.from(piece));
}
