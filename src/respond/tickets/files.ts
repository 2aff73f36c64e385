// Tickets as files, for places without a tracker: `KEY.md` for people, `KEY.json` beside it with the state. What people write into the Markdown outside of
// the block stays. A ticket is closed by a person by setting "open" to false.
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf, PlimsollError } from '../../platform/errors.ts';
import { jsonText } from '../../platform/json-text.ts';
import { LIMITS } from '../../platform/limits.ts';
import { compareText } from '../../platform/order.ts';
import { closedDay, memberAt, members, optionalText } from './answers.ts';
import { findBlock } from './block.ts';
import { isTicketKey } from './ticket.ts';
import type { RemoteTicket, Tracker } from './tracker.ts';

/** Opens the folder; it is made when the first ticket is. */
export function openFiles(folder: string, name: string, today: string): Tracker {
  const read = (id: string): RemoteTicket | undefined => {
    const file = join(folder, `${id}.json`);
    if (!isTicketKey(id) || !existsSync(file)) return undefined;
    const state = parsed(readSmall(file), file);
    const text = join(folder, `${id}.md`);
    const body = existsSync(text) ? readSmall(text) : '';
    const found = findBlock(body, 'markdown');
    return {
      id,
      address: join(name, `${id}.md`),
      title: optionalText(state, 'title'),
      body,
      open: memberAt(state, 'open') !== false,
      ...closedDay(optionalText(state, 'closedOn')),
      declined: memberAt(state, 'declined') === true,
      isOurs: true,
      key: found.kind === 'block' ? found.key : id,
    };
  };
  const write = (ticket: Pick<RemoteTicket, 'id' | 'title' | 'body' | 'open' | 'closedOn' | 'declined'>): void => {
    const { id, title, body, open, closedOn, declined } = ticket;
    guarded(folder, () => {
      mkdirSync(folder, { recursive: true });
      // The state comes last: without it there is no ticket.
      replace(join(folder, `${id}.md`), body.endsWith('\n') ? body : `${body}\n`);
      const file = join(folder, `${id}.json`);
      // What people added to the state stays.
      const added = existsSync(file) ? members(parsed(readSmall(file), file)) : new Map();
      const own = { schemaVersion: 1, id, title, open, closedOn, declined: declined ? true : undefined };
      replace(file, `${jsonText({ ...Object.fromEntries(added), ...own })}\n`);
    });
  };
  return {
    name: `files ${folder}`,
    markup: 'markdown',
    listDelayMs: 0,
    visibility: async () => 'private',
    list: async () => {
      if (!existsSync(folder)) return [];
      const ids = guarded(folder, () => readdirSync(folder))
        .filter((file) => file.endsWith('.json'))
        .map((file) => file.slice(0, -'.json'.length));
      return ids.sort(compareText).flatMap((id) => read(id) ?? []);
    },
    read: async (id) => read(id),
    create: async ({ key, title, body }) => {
      write({ id: key, title, body, open: true, declined: false });
      const made = read(key);
      if (made === undefined)
        throw new PlimsollError('tracker', `${join(name, key)}.json is gone after it was written`);
      return made;
    },
    change: async (ticket, { title = ticket.title, body = ticket.body, open = ticket.open }) => {
      write({
        id: ticket.id,
        title,
        body,
        open,
        declined: false,
        ...(open ? {} : { closedOn: ticket.closedOn ?? today }),
      });
    },
  };
}

/** A file is there whole or not at all. */
function replace(file: string, text: string): void {
  writeFileSync(`${file}.new`, text);
  renameSync(`${file}.new`, file);
}

function readSmall(file: string): string {
  return guarded(file, () => {
    const status = statSync(file);
    if (!status.isFile() || status.size > LIMITS.settingsBytes) throw new TypeError('it is no file of a ticket');
    return readFileSync(file, 'utf8');
  });
}

function parsed(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new PlimsollError('tracker', `${file} is no JSON: mend it, or remove the ticket's two files`, {
      cause: error,
    });
  }
}

/** @throws PlimsollError `tracker` */
function guarded<T>(place: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof PlimsollError) throw error;
    throw new PlimsollError('tracker', `${place}: ${messageOf(error)}`, { cause: error });
  }
}
