// Text from releases and feeds made harmless in tickets: it must notify nobody, refer to nothing, close nothing, and give no command.
// CommonMark 0.31, section 6.1 (code spans: trackers link nothing in them); GitLab "Quick actions" begin a line with a slash.
import { printable } from '../../platform/printable.ts';
import type { TicketMarkup } from './tracker.ts';

/** Characters of one quoted text. Names of images stay under 255. */
const LONGEST = 300;

/** Writes a text from outside into a line of a ticket. */
export type Quote = (text: string) => string;

/** The way to quote in a markup. The lines of Jira's block stand in a {noformat} section, in which only its own end means anything. */
export function quoteIn(markup: TicketMarkup): Quote {
  return markup === 'markdown' ? codeSpan : (text) => oneLine(text).replaceAll('{', '(').replaceAll('}', ')');
}

/** A code span whose fence is longer than any run of backticks in it. */
function codeSpan(text: string): string {
  const line = oneLine(text);
  const longest = Math.max(0, ...[...line.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  const space = longest > 0 || line.trim() === '' ? ' ' : '';
  return `${fence}${space}${line}${space}${fence}`;
}

function oneLine(text: string): string {
  const line = printable(text.replace(/\s+/g, ' ').trim());
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line;
}

/** Characters of a title. GitHub takes 256, GitLab and Jira 255. */
const LONGEST_TITLE = 240;

/**
 * A title, which has no markup: what would mention somebody (`@name`), refer (`#1`, `!1`, `GH-1`, an address) or be a command is broken by a character
 * without width. Titles become the words of commits, where references behind closing words close.
 */
export function ticketTitle(text: string): string {
  const line = printable(text.replace(/\s+/g, ' ').trim())
    .replace(/[@#!](?=\w)/g, '$&\u200b')
    .replace(/\b(?:GH|gh)-(?=\d)/g, '$&\u200b')
    .replaceAll('://', ':\u200b//')
    .replace(/^\//, '\u200b/');
  return line.length > LONGEST_TITLE ? `${line.slice(0, LONGEST_TITLE)}…` : line;
}
