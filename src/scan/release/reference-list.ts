// Lists of image references: reads lines `logical` or `logical<TAB>physical`, as CSM's build/images/index.txt writes them, with # comments.
import type { Digest } from '../../platform/canonical.ts';
import { messageOf } from '../../platform/errors.ts';
import type { Gap } from '../../platform/gap.ts';
import { formatReference, normalizeReference, parseReference } from '../image/reference.ts';

/** A line of the list. */
export interface ListedReference {
  /** Normal form. */
  readonly logical: string;
  /** As the list has it, when that is not the normal form. */
  readonly written?: string;
  readonly physical?: string;
  /** The digest that the physical reference pins. */
  readonly digest?: Digest;
  readonly line: number;
}

/** What a list holds, in its order, and what in it is not readable. */
export interface ReferenceList {
  readonly references: readonly ListedReference[];
  readonly gaps: readonly Gap[];
}

/**
 * Reads a list. A `#` at the start of a line or behind white space starts a comment; an unreadable line is a gap.
 * @param file name for gaps
 */
export function parseReferenceList(text: string, file: string): ReferenceList {
  const references: ListedReference[] = [];
  const gaps: Gap[] = [];
  for (const [index, raw] of text
    .replace(/^\ufeff/, '')
    .split(/\r?\n/)
    .entries()) {
    const content = raw.replace(/(?:^|\s)#.*$/, '').trim();
    if (content === '') continue;
    try {
      references.push(parseLine(content, index + 1));
    } catch (error) {
      gaps.push({ kind: 'file-unparsed', target: file, location: `line ${index + 1}`, reason: messageOf(error) });
    }
  }
  return { references, gaps };
}

function parseLine(content: string, line: number): ListedReference {
  const [first = '', second, ...rest] = content.split(/\s*\t\s*/);
  const logical = normalizeReference(first);
  const named = { logical, ...(first === logical ? {} : { written: first }) };
  if (second === undefined) return { ...named, line };
  if (rest.length > 0) throw new Error('the line has more than two columns');
  const physical = parseReference(second);
  return {
    ...named,
    physical: formatReference(physical),
    ...(physical.digest === undefined ? {} : { digest: physical.digest }),
    line,
  };
}
