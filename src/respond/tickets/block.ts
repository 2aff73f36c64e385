// The block: the part of a ticket's text that is ours, between two marks. What stands outside of it belongs to people and is never touched.
// In Markdown the marks are comments (CommonMark 0.31, section 4.6, HTML blocks of kind 2), in Jira lines of their own, since its markup has no comments.
import { digestOf } from '../../platform/canonical.ts';
import type { TicketMarkup } from './tracker.ts';

/** What a ticket's text holds of ours. */
export type FoundBlock =
  | { readonly kind: 'none' }
  /** Marks are missing, doubled or in the wrong order: nobody can tell what is ours. */
  | { readonly kind: 'damaged' }
  | {
      readonly kind: 'block';
      readonly key: string;
      readonly digest: string;
      readonly from: number;
      readonly to: number;
    };

const MARKS = {
  markdown: {
    begin: (words: string) => `<!-- plimsoll:begin ${words} -->`,
    end: '<!-- plimsoll:end -->',
    begins: /^<!-- plimsoll:begin ([0-9a-f]{16}) ([0-9a-f]{16}) -->[ \t]*$/gm,
    ends: /^<!-- plimsoll:end -->[ \t]*$/gm,
  },
  jira: {
    begin: (words: string) => `plimsoll:begin ${words}`,
    end: 'plimsoll:end',
    begins: /^plimsoll:begin ([0-9a-f]{16}) ([0-9a-f]{16})[ \t]*$/gm,
    ends: /^plimsoll:end[ \t]*$/gm,
  },
} as const;

/** The block with its marks; the first mark carries the key and the start of the digest of the lines, so that a change is seen without comparing texts. */
export function blockText(key: string, lines: readonly string[], markup: TicketMarkup): string {
  const { begin, end } = MARKS[markup];
  return [begin(`${key} ${linesDigest(lines)}`), ...lines, end].join('\n');
}

/** The start of the digest of a block's lines. */
export function linesDigest(lines: readonly string[]): string {
  return digestOf(lines.join('\n')).slice('sha256:'.length, 'sha256:'.length + 16);
}

/** Looks for the block in a ticket's text. Servers may have changed the ends of lines. */
export function findBlock(body: string, markup: TicketMarkup): FoundBlock {
  const text = body.replaceAll('\r', ' ');
  const begins = [...text.matchAll(MARKS[markup].begins)];
  const ends = [...text.matchAll(MARKS[markup].ends)];
  const [begin] = begins;
  const [end] = ends;
  if (begin === undefined && end === undefined) return { kind: 'none' };
  if (begin === undefined || end === undefined || begins.length > 1 || ends.length > 1 || end.index < begin.index) {
    return { kind: 'damaged' };
  }
  const [, key = '', digest = ''] = begin;
  return { kind: 'block', key, digest, from: begin.index, to: end.index + end[0].length };
}

/** The text with the block in its place, else behind it; undefined when the marks are damaged. */
export function withBlock(body: string, block: string, markup: TicketMarkup): string | undefined {
  const found = findBlock(body, markup);
  if (found.kind === 'damaged') return undefined;
  if (found.kind === 'block') return body.slice(0, found.from) + block + body.slice(found.to);
  const human = body.slice(0, endOfWords(body));
  return human === '' ? block : `${human}\n\n${block}`;
}

/** Only what may stand behind a mark is cut off: any other white space could be what keeps a line from being one. */
function endOfWords(body: string): number {
  let end = body.length;
  while (end > 0 && ' \t\r\n'.includes(body.charAt(end - 1))) end -= 1;
  return end;
}

/** The lines between the marks. */
export function blockLines(body: string, { from, to }: Extract<FoundBlock, { kind: 'block' }>): readonly string[] {
  return body.slice(from, to).split(/\r?\n/).slice(1, -1);
}
