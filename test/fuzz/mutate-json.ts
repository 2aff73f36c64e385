// Changes the structure of a JSON document: members of another type, missing, doubled, renamed, exchanged, nested deeply.
import type { Random } from './random.ts';

type Place = { readonly holder: Record<string, unknown> | unknown[]; readonly key: string | number };

const VALUES: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -1,
  1.5,
  1e21,
  2 ** 53,
  '',
  ' ',
  'x',
  '0',
  'null',
  '\0',
  '\ud800',
  'a\nb',
  'é',
  '__proto__',
  'toString',
  '../..',
  'x'.repeat(5000),
  '1'.repeat(400),
  [],
  {},
  [[]],
  [null],
  { a: 1 },
  ['x', 'x'],
  { toString: 1 },
  { length: 1e9 },
];
/** Members that are looked at in one document. */
const MOST_PLACES = 2000;
/** Characters that one change adds. */
const MOST_CHARACTERS = 100_000;

/** The document with something in it changed; undefined when the input is no JSON, or has nothing in it. */
export function mutateJson(input: Buffer, random: Random, words: readonly string[]): Buffer | undefined {
  let document: unknown;
  try {
    document = JSON.parse(input.toString());
  } catch {
    return undefined;
  }
  const places = placesIn(document);
  if (places.length === 0) return undefined;
  try {
    change(random.pick(places), places, random, words);
    return Buffer.from(JSON.stringify(document));
  } catch {
    // Nested too deeply to be copied or written.
    return undefined;
  }
}

function change(place: Place, places: readonly Place[], random: Random, words: readonly string[]): void {
  const { holder, key } = place;
  const value = at(place);
  switch (random.below(9)) {
    case 0:
      if (Array.isArray(holder)) holder.splice(Number(key), 1);
      else delete holder[key];
      return;
    case 1:
      set(place, structuredClone(at(random.pick(places))));
      return;
    case 2:
      if (Array.isArray(holder)) holder.push(structuredClone(value));
      else
        define(
          holder,
          random.pick(['__proto__', 'constructor', `${key} `, '', String(key).toUpperCase(), ...words]),
          value,
        );
      return;
    case 3:
      if (Array.isArray(value)) set(place, repeated(value[0] ?? null));
      else set(place, [value]);
      return;
    case 4:
      if (typeof value === 'string') set(place, changedText(value, random, words));
      else set(place, typeof value === 'object' ? 'object' : String(value));
      return;
    case 5:
      if (words.length > 0) set(place, random.pick(words));
      return;
    case 6:
      set(place, { [String(key)]: value });
      return;
    default:
      set(place, structuredClone(random.pick(VALUES)));
  }
}

/** As often as the whole stays small. */
function repeated(value: unknown): readonly unknown[] {
  const times = Math.min(2000, Math.ceil(MOST_CHARACTERS / (JSON.stringify(value).length + 1)));
  return Array.from({ length: times }, () => value);
}

function changedText(text: string, random: Random, words: readonly string[]): string {
  const cut = random.below(text.length + 1);
  const piece = random.pick([
    '',
    ' ',
    ':',
    '/',
    '@',
    '%',
    '-',
    '~',
    '\n',
    '\0',
    '\u202e',
    '9'.repeat(40),
    text,
    ...words,
  ]);
  return `${text.slice(0, cut)}${piece}${text.slice(cut + random.below(3))}`;
}

function placesIn(document: unknown): readonly Place[] {
  const places: Place[] = [];
  const pending: unknown[] = [document];
  while (pending.length > 0 && places.length < MOST_PLACES) {
    const value = pending.pop();
    if (typeof value !== 'object' || value === null) continue;
    const holder = value as Place['holder'];
    const keys = Array.isArray(holder) ? holder.keys().take(50) : Object.keys(holder);
    for (const key of keys) {
      places.push({ holder, key });
      pending.push(at({ holder, key }));
    }
  }
  return places;
}

function at({ holder, key }: Place): unknown {
  return Array.isArray(holder) ? holder[Number(key)] : holder[key];
}

function set({ holder, key }: Place, value: unknown): void {
  if (Array.isArray(holder)) holder[Number(key)] = value;
  else define(holder, String(key), value);
}

/** `__proto__` as a member like others, as JSON.parse makes it. */
function define(holder: Record<string, unknown>, key: string, value: unknown): void {
  Object.defineProperty(holder, key, { value, enumerable: true, configurable: true, writable: true });
}
