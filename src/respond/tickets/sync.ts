// Brings a tracker and an assessment together: reads the tickets, decides, and writes when it is told to. After an interruption at any request another
// run finishes the work: tickets are found by their key, and the ledger knows what was begun.
import { PlimsollError } from '../../platform/errors.ts';
import type { Store } from '../../platform/store.ts';
import type { Assessment } from '../../scan/assess/assessment.ts';
import { blockText, withBlock } from './block.ts';
import { decideSync, type TicketStep } from './decide.ts';
import { appendEvents, type LedgerPlace, readLedger, type TicketEvent } from './ledger.ts';
import type { WantedTicket } from './ticket.ts';
import type { RemoteTicket, Tracker } from './tracker.ts';

/** What a synchronisation works with. */
export interface SyncSurroundings {
  readonly tracker: Tracker;
  readonly store: Store;
  readonly scope: string;
  readonly now: () => Date;
}

/** Reads the tracker and the ledger, and decides. */
export async function planSync(
  assessment: Assessment,
  wanted: readonly WantedTicket[],
  { tracker, store, scope, now }: SyncSurroundings,
): Promise<readonly TicketStep[]> {
  const ledger = await readLedger(store, { tracker: tracker.name, scope });
  const listed = await tracker.list();
  const ids = new Set(listed.map(({ id }) => id));
  const others: RemoteTicket[] = [];
  for (const { id } of ledger.tickets.values()) {
    // Adopted ones are of other accounts, and new ones may not be listed yet.
    const ticket = ids.has(id) ? undefined : await tracker.read(id);
    if (ticket !== undefined) others.push(ticket);
  }
  const keys = new Set([...ledger.tickets.values()].map(({ key }) => key).concat(wanted.map(({ key }) => key)));
  // Our account's tickets about other releases are none of this assessment's business.
  const remote = [...listed.filter(({ id, key = '' }) => ledger.tickets.has(id) || keys.has(key)), ...others];
  const { markup, listDelayMs } = tracker;
  return decideSync({ assessment, wanted, remote, ledger, markup, listDelayMs, now: now() });
}

/** The steps that write to the tracker. */
export function changesOf(steps: readonly TicketStep[]): readonly TicketStep[] {
  return steps.filter(({ kind }) => ['create', 'update', 'close', 'reopen'].includes(kind));
}

/**
 * Carries the steps out, one after the other.
 * @throws PlimsollError `usage` before anything is written when there are more changes than allowed; what the tracker throws, at once
 */
export async function applySync(
  steps: readonly TicketStep[],
  mostChanges: number,
  surroundings: SyncSurroundings,
  onDone: (step: TicketStep, ticket: RemoteTicket) => void,
): Promise<void> {
  const { length } = changesOf(steps);
  if (length > mostChanges) {
    throw new PlimsollError(
      'usage',
      `${length} changes are more than the ${mostChanges} that are allowed at once; look at them without --apply, then allow them with --max-changes`,
    );
  }
  for (const step of steps) {
    const ticket = await carryOut(step, surroundings);
    if (ticket !== undefined) onDone(step, ticket);
  }
}

async function carryOut(step: TicketStep, surroundings: SyncSurroundings): Promise<RemoteTicket | undefined> {
  const { tracker, store, scope, now } = surroundings;
  const place: LedgerPlace = { tracker: tracker.name, scope };
  const keep = (events: readonly TicketEvent[]): Promise<void> =>
    events.length === 0 ? Promise.resolve() : appendEvents(store, place, now(), events);
  const { kind, key, reason, ticket, lines, wanted } = step;
  if (kind === 'create' && wanted !== undefined && lines !== undefined) {
    await keep([{ kind: 'intended', key, reason }]);
    const made = await tracker.create({ key, title: wanted.title, body: blockText(key, lines, tracker.markup) });
    await keep([{ kind: 'linked', key, ticket: made.id, reason }, ...listed(step, made.id)]);
    return made;
  }
  if (ticket === undefined || kind === 'wait' || kind === 'refuse') return undefined;
  const link: readonly TicketEvent[] = step.link
    ? [{ kind: 'linked', key, ticket: ticket.id, reason: 'found by its key' }]
    : [];
  if (kind === 'keep') {
    const person: readonly TicketEvent[] =
      step.byPerson === undefined ? [] : [{ kind: step.byPerson, key, ticket: ticket.id, reason: 'by a person' }];
    await keep([...link, ...listed(step, ticket.id), ...person]);
    return undefined;
  }
  await change(step, ticket, tracker);
  const ending: readonly TicketEvent[] =
    kind === 'close'
      ? [{ kind: 'closed', key, ticket: ticket.id, reason }]
      : kind === 'reopen'
        ? [{ kind: 'reopened', key, ticket: ticket.id, reason }]
        : [];
  await keep([...link, ...listed(step, ticket.id), ...ending]);
  return ticket;
}

function listed({ key, reason, content }: TicketStep, ticket: string): readonly TicketEvent[] {
  return content === undefined ? [] : [{ kind: 'listed', key, ticket, reason, content }];
}

/** Writes the block into the text as it is now: people may have written since it was listed, a title as well. @throws PlimsollError `tracker` */
async function change(step: TicketStep, { id }: RemoteTicket, tracker: Tracker): Promise<void> {
  const { kind, key, lines = [], wanted, retitle, title } = step;
  const current = await tracker.read(id);
  if (current === undefined)
    throw new PlimsollError('tracker', `ticket ${id} is no longer there; run the command again`);
  const body = withBlock(current.body, blockText(key, lines, tracker.markup), tracker.markup);
  if (body === undefined) {
    throw new PlimsollError('tracker', `ticket ${id}: the marks of the block in its text were damaged just now`);
  }
  await tracker.change(current, {
    key,
    ...(body === current.body ? {} : { body }),
    ...(retitle && wanted !== undefined && current.title === title ? { title: wanted.title } : {}),
    ...(kind === 'close' ? { open: false } : kind === 'reopen' ? { open: true } : {}),
  });
}
