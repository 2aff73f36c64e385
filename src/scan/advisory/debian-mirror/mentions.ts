// What a changelog says of a vulnerability where it names one. Naming it in an entry means that this version fixes it, unless the words around
// the id say otherwise (phrases.ts).
import { LimitError } from '../../../platform/errors.ts';
import { findIds, type IdMention } from './ids.ts';
import type { Item } from './items.ts';
import { FIXED_IN, FIXES, HEADINGS, type MentionKind, PHRASES, type Phrase } from './phrases.ts';

/** One vulnerability in one point of an entry. */
export interface Mention {
  readonly id: string;
  /** GHSA ids that stand beside a CVE: other names, or other vulnerabilities; the text does not tell. */
  readonly related: readonly string[];
  readonly kind: MentionKind;
  /** The text that says so. */
  readonly quote: string;
}

/** The words beside an id: its sentence up to it, and from it on. Ids that stand in a row with it are left out. */
interface Surroundings {
  readonly before: string;
  readonly after: string;
}

/** Characters beside an id that are looked at. */
const REACH = 300;
/** Characters of one point. The longest of Debian's stay under 5,000. */
const MAX_LENGTH = 50_000;

/**
 * What the point says of each id in it. `version` is the entry's.
 * @throws LimitError when the point is of no length that people write.
 */
export function mentionsOf(item: Item, version: string): readonly Mention[] {
  const { text, under } = item;
  const ids = findIds(text.slice(0, MAX_LENGTH));
  if (ids.length === 0) return [];
  if (text.length > MAX_LENGTH) throw new LimitError(`a changelog with a point longer than ${MAX_LENGTH} characters`);
  const heading = HEADINGS.find(({ item: words }) => under.some((text) => words?.test(text)));
  const phrases = heading === undefined ? PHRASES.filter((one) => one.item?.test(text) ?? true) : [];
  const cves = ids.filter(({ id }) => id.startsWith('CVE-'));
  const related = cves.length === 0 ? [] : [...new Set(ids.map(({ id }) => id))].filter((id) => !id.startsWith('CVE-'));
  const rows = rowsOf(text, cves.length === 0 ? ids : cves, ids);
  const subject = subjectOf(text, rows[0]);
  return rows.map(({ id, start, end }) => {
    const around = surroundings(text, start, end);
    const isAside = subject !== undefined && start > subject.end && !FIXES.test(around.before);
    const kind = heading?.kind ?? (isAside ? 'elsewhere' : kindOf(around, phrases, version));
    return { id, related, kind, quote: text };
  });
}

/** In "CVE-1: apply the fix of CVE-2 to another function" the first id is what the point is about. */
function subjectOf(text: string, first: IdMention | undefined): IdMention | undefined {
  return first !== undefined && /^\W*$/.test(text.slice(0, first.start)) && text[first.end] === ':' ? first : undefined;
}

function kindOf({ before, after }: Surroundings, phrases: readonly Phrase[], version: string): MentionKind {
  const phrase = phrases.find((one) => (one.before?.test(before) ?? true) && (one.after?.test(after) ?? true));
  if (phrase !== undefined) return phrase.kind;
  const other = FIXED_IN.exec(after)?.[1]?.replace(/[.:]$/, '');
  return other !== undefined && !version.includes(other) ? 'elsewhere' : 'fixed';
}

/** The wanted ids, each with the place of the whole row it stands in: "not affected by CVE-1, CVE-2 and CVE-3" is said of all three. */
function rowsOf(text: string, wanted: readonly IdMention[], ids: readonly IdMention[]): readonly IdMention[] {
  const places = new Map<IdMention, { readonly start: number; end: number }>();
  let row: { readonly start: number; end: number } | undefined;
  for (const mention of ids) {
    if (row !== undefined && /^(?:[\s,/&+()]|and|or)*$/.test(text.slice(row.end, mention.start))) row.end = mention.end;
    else row = { start: mention.start, end: mention.end };
    places.set(mention, row);
  }
  return wanted.map((mention) => ({ ...mention, ...places.get(mention) }));
}

/** A full stop or semicolon ends a sentence when a space follows; versions and names of files have others. */
function surroundings(text: string, start: number, end: number): Surroundings {
  const before =
    text
      .slice(Math.max(0, start - REACH), start)
      .split(/[.;]\s/)
      .at(-1) ?? '';
  const after = text.slice(end, end + REACH).split(/[.;](?:\s|$)/, 1)[0] ?? '';
  return { before, after };
}
