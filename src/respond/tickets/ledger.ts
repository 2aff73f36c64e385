// The ledger of tickets: what was intended, made, listed and closed, when, by which account and why. Only ever appended to; the state is what the
// events add up to. It is what trust in adopted tickets rests on, and what tells an interrupted run from one that never began.
import { PlimsollError } from '../../platform/errors.ts';
import type { Migration, Row, Store } from '../../platform/store.ts';
import { placeOf } from '../../scan/release/slots.ts';
import type { ActionKind } from '../plan/action.ts';
import type { SeenIn, TicketItem } from './ticket.ts';

/** Tables of this area. The triggers hold the table to its promise. */
export const TICKET_MIGRATIONS: readonly Migration[] = [
  {
    area: 'tickets',
    version: 1,
    sql: `
      CREATE TABLE ticket_event (
        number INTEGER PRIMARY KEY, at TEXT NOT NULL, tracker TEXT NOT NULL, scope TEXT NOT NULL, key TEXT NOT NULL,
        kind TEXT NOT NULL, ticket TEXT NOT NULL, reason TEXT NOT NULL, detail TEXT NOT NULL
      ) STRICT;
      CREATE INDEX ticket_event_by_scope ON ticket_event (scope, tracker, number);
      CREATE TRIGGER ticket_event_kept BEFORE DELETE ON ticket_event BEGIN SELECT RAISE(ABORT, 'events are kept'); END;
      CREATE TRIGGER ticket_event_fixed BEFORE UPDATE ON ticket_event BEGIN SELECT RAISE(ABORT, 'events are kept'); END;
    `,
  },
];

/** What happened to a ticket. `intended` comes before a ticket is made, `linked` when it is known which one it is. */
export type TicketEventKind = 'intended' | 'linked' | 'adopted' | 'listed' | 'closed' | 'reopened';

/** What a ticket was last made to say. */
export interface TicketContent {
  readonly action: string;
  readonly kind: ActionKind;
  /** As it was written; people may have changed it since. */
  readonly title: string;
  readonly items: readonly TicketItem[];
  readonly seen: SeenIn;
}

/** An event to be kept. */
export interface TicketEvent {
  readonly kind: TicketEventKind;
  readonly key: string;
  /** Id of the ticket; absent before there is one. */
  readonly ticket?: string;
  readonly reason: string;
  /** With `listed`. */
  readonly content?: TicketContent;
}

/** A ticket as the events leave it. */
export interface LedgerTicket {
  readonly id: string;
  readonly key: string;
  /** ISO date on which it was closed, or found closed; absent while it is open. */
  readonly closedOn?: string;
  /** Absent when nothing was written into it yet. */
  readonly content?: TicketContent;
}

/** What the events add up to. */
export interface LedgerState {
  /** By id of the ticket. */
  readonly tickets: ReadonlyMap<string, LedgerTicket>;
  /** Keys for which a ticket was about to be made and nobody knows whether it was: the instant of the intention. */
  readonly intended: ReadonlyMap<string, string>;
}

/** Where events belong. */
export interface LedgerPlace {
  readonly tracker: string;
  readonly scope: string;
}

/** Keeps events, all or none. */
export async function appendEvents(
  store: Store,
  { tracker, scope }: LedgerPlace,
  at: Date,
  events: readonly TicketEvent[],
): Promise<void> {
  await store.transact(async () => {
    for (const { kind, key, ticket = '', reason, content } of events) {
      await store.run(
        'INSERT INTO ticket_event (at, tracker, scope, key, kind, ticket, reason, detail) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
        at.toISOString(),
        tracker,
        scope,
        key,
        kind,
        ticket,
        reason,
        content === undefined ? '' : JSON.stringify(content),
      );
    }
  });
}

/** The state of a place. @throws PlimsollError `store` when the kept events are damaged */
export async function readLedger(store: Store, { tracker, scope }: LedgerPlace): Promise<LedgerState> {
  const rows = await store.all(
    'SELECT at, key, kind, ticket, detail FROM ticket_event WHERE scope = ? AND tracker = ? ORDER BY number',
    scope,
    tracker,
  );
  const tickets = new Map<string, LedgerTicket>();
  const intended = new Map<string, string>();
  for (const row of rows) apply(row, tickets, intended);
  return { tickets, intended };
}

function apply(row: Row, tickets: Map<string, LedgerTicket>, intended: Map<string, string>): void {
  const [kind, key, id] = [String(row['kind']), String(row['key']), String(row['ticket'])];
  if (kind === 'intended') {
    intended.set(key, String(row['at']));
    return;
  }
  intended.delete(key);
  const { content, closedOn: before } = tickets.get(id) ?? {};
  // One ticket a key: the last that was linked.
  for (const other of tickets.values()) if (other.key === key && other.id !== id) tickets.delete(other.id);
  const now = kind === 'listed' ? contentOf(row) : content;
  const closedOn = kind === 'closed' ? String(row['at']).slice(0, 10) : kind === 'reopened' ? undefined : before;
  tickets.set(id, {
    id,
    key,
    ...(closedOn === undefined ? {} : { closedOn }),
    ...(now === undefined ? {} : { content: now }),
  });
}

function contentOf({ detail }: Row): TicketContent {
  try {
    return JSON.parse(String(detail));
  } catch (error) {
    throw new PlimsollError('store', 'the ledger of tickets is damaged; restore the store from a copy', {
      cause: error,
    });
  }
}

/** Looks up the open ticket that lists an instance, under any of its ids, in whatever tracker. Undefined when there is no ledger of the scope. */
export async function openTickets(
  store: Store,
  scope: string,
): Promise<((slot: string, ids: readonly string[]) => string | undefined) | undefined> {
  const trackers = await store.all('SELECT DISTINCT tracker FROM ticket_event WHERE scope = ? ORDER BY tracker', scope);
  if (trackers.length === 0) return undefined;
  const listed = new Map<string, string>();
  for (const row of trackers) {
    const { tickets } = await readLedger(store, { tracker: String(row['tracker']), scope });
    for (const { id, closedOn, content } of tickets.values()) {
      if (closedOn !== undefined) continue;
      for (const { slot, vulnerability, aliases } of content?.items ?? []) {
        for (const name of [vulnerability, ...aliases]) listed.set(`${placeOf(slot)}\0${name}`, id);
      }
    }
  }
  return (slot, ids) => {
    for (const id of ids) {
      const ticket = listed.get(`${placeOf(slot)}\0${id}`);
      if (ticket !== undefined) return ticket;
    }
    return undefined;
  };
}
