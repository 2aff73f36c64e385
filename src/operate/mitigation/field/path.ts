// Where a value stands in a document: a JSON pointer (RFC 6901) whose parts may name a list's entry by its key, since positions change under our
// hands: `/spec/template/spec/containers/[name=web]/env/[name=MODE]`.
import { ParseError } from '../../../platform/errors.ts';

/** One step down: a member's name, or the entry of a list whose member `key` has the value. */
export type PathPart = string | { readonly key: string; readonly value: string };

/** From the top of a document downwards; empty for the document itself. */
export type Path = readonly PathPart[];

/** A path in which `*` stands for every entry of a list, taken by its `name`. */
export type PathPattern = readonly (PathPart | typeof EVERY)[];

/** Every entry of a list. */
export const EVERY: unique symbol = Symbol('every entry');

/** Parts of one path; objects of Kubernetes nest some 15 deep. */
const MOST_PARTS = 40;

/**
 * Reads a path that may have `[*]` in it.
 * @throws ParseError
 */
export function parsePathPattern(text: string): PathPattern {
  if (text === '') return [];
  if (!text.startsWith('/')) throw new ParseError(`the path "${text}" does not begin with /`);
  const parts = text.slice(1).split('/');
  if (parts.length > MOST_PARTS) throw new ParseError(`the path has more than ${MOST_PARTS} parts`);
  return parts.map((part) => parsePart(part, text));
}

/**
 * Reads the path of one value.
 * @throws ParseError also for a pattern
 */
export function parsePath(text: string): Path {
  return parsePathPattern(text).map((part) => {
    if (part === EVERY) throw new ParseError(`the path "${text}" stands for several places`);
    return part;
  });
}

/** The path as text; parsePath gives the same path back. */
export function pathText(path: PathPattern): string {
  return path.map((part) => `/${escaped(partText(part))}`).join('');
}

/** Whether both lead to the same place. */
export function samePath(a: Path, b: Path): boolean {
  return a.length === b.length && isWithin(a, b);
}

/** Whether the path is the outer one, or leads to a place below it. */
export function isWithin(path: Path, outer: Path): boolean {
  return outer.every((part, at) => {
    const own = path[at];
    return own !== undefined && partText(own) === partText(part);
  });
}

function parsePart(part: string, whole: string): PathPattern[number] {
  if (/~(?![01])/.test(part)) throw new ParseError(`the path "${whole}" has a ~ that stands for nothing: write ~0`);
  const text = part.replaceAll('~1', '/').replaceAll('~0', '~');
  if (text === '[*]') return EVERY;
  if (!text.startsWith('[')) {
    if (text === '' || text === '__proto__') throw new ParseError(`the path "${whole}" has a part that names nothing`);
    return text;
  }
  const entry = /^\[([A-Za-z][\w-]*)=([^\]]+)\]$/.exec(text);
  if (entry?.[1] === undefined || entry[2] === undefined) {
    throw new ParseError(`the path "${whole}" has a part in brackets that is neither [*] nor [key=value]`);
  }
  return { key: entry[1], value: entry[2] };
}

function partText(part: PathPattern[number]): string {
  if (part === EVERY) return '[*]';
  return typeof part === 'string' ? part : `[${part.key}=${part.value}]`;
}

function escaped(text: string): string {
  return text.replaceAll('~', '~0').replaceAll('/', '~1');
}
