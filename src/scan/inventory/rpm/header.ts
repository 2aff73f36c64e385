// Reads an rpm header as the package database stores it: an index of tags, each with the type, place and number of its values, and the values.
// Format: "RPM V4 Package format" of rpm's reference manual, section "Header", without the magic and reserved bytes that a package file has before it.
// All numbers are big-endian. Only the tags that are asked for are looked up, and their values are decoded one by one.
import { ParseError } from '../../../platform/errors.ts';

/** Numbers of the tags that are read (rpm's rpmtag.h). */
export const TAGS = {
  name: 1000,
  version: 1001,
  release: 1002,
  epoch: 1003,
  arch: 1022,
  sourceRpm: 1044,
  dirIndexes: 1116,
  baseNames: 1117,
  dirNames: 1118,
  modularityLabel: 5096,
} as const;

/** A tag that is read. */
export type Tag = keyof typeof TAGS;

/** Where the values of a tag are, inside the header's bytes. */
export interface TagValues {
  readonly start: number;
  /** How many values the index promises. */
  readonly count: number;
}

/** A header whose index has been read. */
export interface RpmHeader {
  readonly bytes: Buffer;
  /** End of the values in `bytes`. */
  readonly end: number;
  readonly values: ReadonlyMap<Tag, TagValues>;
}

const PREAMBLE = 8;
const ENTRY = 16;
const INT32 = 4;
/** A text, a list of texts, a text in several languages: stored alike, and old packages have one for the other. */
const TEXTS = new Set([6, 8, 9]);

const NUMBERS: ReadonlySet<Tag> = new Set(['epoch', 'dirIndexes']);
const BY_NUMBER: ReadonlyMap<number, Tag> = new Map((Object.keys(TAGS) as Tag[]).map((tag) => [TAGS[tag], tag]));

/**
 * The index of a header. A tag that is there twice counts the second time: rpm appends what replaces an entry of the signed part.
 * @throws ParseError when the header is longer than its bytes, or a wanted tag is of the wrong type or lies outside.
 */
export function readHeader(bytes: Buffer): RpmHeader {
  if (bytes.length < PREAMBLE) throw new ParseError('its header is shorter than 8 bytes');
  const entries = bytes.readUInt32BE(0);
  const data = PREAMBLE + entries * ENTRY;
  const end = data + bytes.readUInt32BE(4);
  if (end > bytes.length) throw new ParseError(`its header claims ${end} bytes and has ${bytes.length}`);
  const values = new Map<Tag, TagValues>();
  for (let at = PREAMBLE; at < data; at += ENTRY) {
    const tag = BY_NUMBER.get(bytes.readUInt32BE(at));
    if (tag === undefined) continue;
    const type = bytes.readUInt32BE(at + 4);
    const fits = NUMBERS.has(tag) ? type === INT32 : TEXTS.has(type);
    if (!fits) throw new ParseError(`its tag ${tag} has the wrong type, ${type}`);
    const start = data + bytes.readUInt32BE(at + 8);
    const count = bytes.readUInt32BE(at + 12);
    // A value takes four bytes, or one when it is an empty string.
    const least = type === INT32 ? 4 * count : count;
    if (count === 0 || start + least > end) throw new ParseError(`its tag ${tag} lies outside of the header`);
    values.set(tag, { start, count });
  }
  return { bytes, end, values };
}

/**
 * Text of a tag; undefined when the header has no such tag. Longer text is cut after `most` bytes.
 * @throws ParseError when the text runs over the end of the header.
 */
export function textOf({ bytes, end, values }: RpmHeader, tag: Tag, most: number): string | undefined {
  const place = values.get(tag);
  if (place === undefined) return undefined;
  const { start } = place;
  let stop = start;
  while (stop < end && bytes[stop] !== 0 && stop - start < most) stop += 1;
  if (stop === end) throw new ParseError(`its tag ${tag} runs over the end of the header`);
  return bytes.toString('utf8', start, stop);
}

/** First number of a tag; undefined when the header has no such tag. */
export function numberOf({ bytes, values }: RpmHeader, tag: Tag): number | undefined {
  const place = values.get(tag);
  return place === undefined ? undefined : bytes.readUInt32BE(place.start);
}
