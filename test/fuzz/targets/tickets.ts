// Tickets as trackers and folders give them back: the text around our block, and whatever a server answers.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { blockLines, blockText, findBlock, linesDigest, withBlock } from '../../../src/respond/tickets/block.ts';
import type { Client } from '../../../src/respond/tickets/client.ts';
import { openFiles } from '../../../src/respond/tickets/files.ts';
import { openGithub } from '../../../src/respond/tickets/github.ts';
import { openGitlab } from '../../../src/respond/tickets/gitlab.ts';
import { openJira } from '../../../src/respond/tickets/jira.ts';
import { quoteIn, ticketTitle } from '../../../src/respond/tickets/quote.ts';
import { isTicketKey } from '../../../src/respond/tickets/ticket.ts';
import type { RemoteTicket, TicketMarkup, Tracker } from '../../../src/respond/tickets/tracker.ts';
import { isDay } from '../../../src/statements/day.ts';
import { expect } from '../expect.ts';
import type { FuzzTarget } from '../target.ts';

const KEY = '0123456789abcdef';
const LINES = ['- a', '- b'];
const WORDS = [
  '<!-- plimsoll:begin 0123456789abcdef 0123456789abcdef -->',
  '<!-- plimsoll:end -->',
  'plimsoll:begin 0123456789abcdef 0123456789abcdef',
  'plimsoll:end',
  '\r\n',
  '\n',
  'plimsoll-0123456789abcdef',
  '2022-02-31T00:00:00Z',
  'closed',
  '12',
  '@everybody',
  '`',
];

/** Everything of tickets. */
export const TICKET_TARGETS: readonly FuzzTarget[] = [
  {
    id: 'ticket-text',
    form: 'text',
    words: WORDS,
    run: (input) => {
      const text = input.toString();
      for (const markup of ['markdown', 'jira'] as const) {
        const quoted = quoteIn(markup)(text);
        expect(!/[\r\n]/.test(quoted), 'a quoted text of two lines');
        expect(findBlock(quoted, markup).kind === 'none' || markup === 'jira', 'a quoted text with a mark');
      }
      expect(!/[@#]\w|:\/\/|[\r\n]/.test(ticketTitle(text)), 'a title that refers to something');
      return [checkBlock(text, 'markdown'), checkBlock(text, 'jira')];
    },
  },
  {
    id: 'ticket-files',
    form: 'json',
    codes: ['tracker'],
    words: WORDS,
    run: async (input, folder) => {
      const tickets = join(folder, 'tickets');
      mkdirSync(tickets);
      writeFileSync(join(tickets, `${KEY}.json`), input);
      writeFileSync(join(tickets, `${KEY}.md`), `Words\n\n${blockText(KEY, LINES, 'markdown')}\n`);
      return ticketsOf(openFiles(tickets, 'tickets', '2022-04-06'));
    },
  },
  trackerTarget('github', (client) => openGithub(client, 'https://tracker.example', 'a/b', undefined)),
  trackerTarget('gitlab', (client) => openGitlab(client, 'https://tracker.example', 'a/b')),
  trackerTarget('jira', (client) =>
    openJira(client, 'https://tracker.example', 'A', { cloud: false, issueType: 'Task' }),
  ),
  trackerTarget('jira-cloud', (client) =>
    openJira(client, 'https://tracker.example', 'A', { cloud: true, issueType: 'Task' }),
  ),
];

function trackerTarget(kind: string, open: (client: Client) => Promise<Tracker>): FuzzTarget {
  return {
    id: `ticket-${kind}`,
    form: 'json',
    codes: ['tracker'],
    words: WORDS,
    run: async (input) => {
      const tracker = await open(clientOf(input.toString()));
      return [await ticketsOf(tracker), await tracker.visibility(), await tracker.read('1')];
    },
  };
}

/** A server whose answers are the members of a list, one after the other; the last one stays. A list behind a list is its next page. */
function clientOf(text: string): Client {
  let answers: unknown;
  try {
    answers = JSON.parse(text);
  } catch {
    answers = undefined;
  }
  const list: readonly unknown[] = Array.isArray(answers) ? answers : [answers];
  let asked = 0;
  return {
    send: async () => {
      const body = list[Math.min(asked, list.length - 1)];
      asked += 1;
      return { status: 200, body, ...(Array.isArray(list[asked]) ? { next: '/next' } : {}) };
    },
  };
}

async function ticketsOf(tracker: Tracker): Promise<readonly RemoteTicket[]> {
  const tickets = await tracker.list();
  for (const { isOurs, body, key, closedOn } of tickets) {
    expect(isOurs, 'a ticket of somebody else is listed');
    expect(key === undefined || isTicketKey(key), `${key} is no key`);
    expect(closedOn === undefined || isDay(closedOn), `${closedOn} is no day`);
    checkBlock(body, tracker.markup);
  }
  return tickets;
}

/** A block that is written is found again, and what people wrote around it stays. */
function checkBlock(body: string, markup: TicketMarkup): string {
  const before = findBlock(body, markup);
  const text = withBlock(body, blockText(KEY, LINES, markup), markup);
  expect((text === undefined) === (before.kind === 'damaged'), 'damaged marks, and yet a text');
  if (text === undefined) return before.kind;
  const after = findBlock(text, markup);
  expect(after.kind === 'block' && after.key === KEY, 'the block is not found again');
  if (after.kind !== 'block') return before.kind;
  expect(blockLines(text, after).join('\n') === LINES.join('\n'), 'other lines than were written');
  expect(after.digest === linesDigest(LINES), 'another digest than was written');
  expect(
    withBlock(text, blockText(KEY, LINES, markup), markup) === text,
    'writing the same block again changes the text',
  );
  if (before.kind === 'block') {
    const around = [body.slice(0, before.from), body.slice(before.to)];
    expect(text.startsWith(around[0] ?? '') && text.endsWith(around[1] ?? ''), 'what people wrote is changed');
  } else expect(text.startsWith(body.trimEnd()), 'what people wrote is changed');
  return before.kind;
}
