// What has to change so that the tracker has the tickets that an assessment asks for. Writes nothing. Rules: docs/guide/tickets.md, "What sync does". Pure.
import { canonicalJson } from '../../platform/canonical.ts';
import type { Assessment } from '../../scan/assess/assessment.ts';
import { placeOf } from '../../scan/release/slots.ts';
import { type ItemJudge, itemJudge } from './absence.ts';
import { blockLines, findBlock, linesDigest } from './block.ts';
import type { LedgerState, LedgerTicket, TicketContent } from './ledger.ts';
import type { WantedTicket } from './ticket.ts';
import type { RemoteTicket, TicketMarkup } from './tracker.ts';
import { seenIn } from './wanted.ts';

/** What is done with a ticket: the first four write to the tracker. */
export const STEP_KINDS = ['create', 'update', 'close', 'reopen', 'keep', 'wait', 'refuse'] as const;
export type StepKind = (typeof STEP_KINDS)[number];

/** One ticket, and what is to be done with it. */
export interface TicketStep {
  readonly kind: StepKind;
  readonly key: string;
  readonly title: string;
  readonly reason: string;
  /** Absent where it is still to be made. */
  readonly ticket?: RemoteTicket;
  /** What it is to say; absent where its action is no longer asked for. */
  readonly wanted?: WantedTicket;
  /** Lines of the block to write. */
  readonly lines?: readonly string[];
  /** Whether the title is to be written: only while it is still the one that we wrote. */
  readonly retitle: boolean;
  /** What the ledger is to keep beside the change; absent where it knows. */
  readonly content?: TicketContent;
  /** Whether the ledger does not know yet that the ticket has this key. */
  readonly link: boolean;
  /** What a person did that the ledger does not know yet. */
  readonly byPerson?: 'closed' | 'reopened';
}

/** What is known before. */
export interface SyncInput {
  /** The whole one, embargoed findings included. */
  readonly assessment: Assessment;
  readonly wanted: readonly WantedTicket[];
  /** Tickets of our account, and those that the ledger knows. */
  readonly remote: readonly RemoteTicket[];
  readonly ledger: LedgerState;
  readonly markup: TicketMarkup;
  readonly listDelayMs: number;
  readonly now: Date;
}

/** The line that ends the block of a ticket that was closed here begins with this. */
const CLOSED_WORDS = 'Closed: ';

interface Known {
  readonly key: string;
  readonly ticket: RemoteTicket;
  readonly ledger?: LedgerTicket;
}

/** The steps: wanted tickets in their order, then the others in the order of their making. */
export function decideSync(input: SyncInput): readonly TicketStep[] {
  const known = knownTickets(input);
  const judge = itemJudge(input.assessment);
  const used = new Set<Known>();
  const byKey = Map.groupBy(known, ({ key }) => key);
  const match = (wanted: WantedTicket): Known | undefined => {
    const same = byKey.get(wanted.key) ?? [];
    const open = same.filter(({ ticket }) => ticket.open);
    // What was adopted takes the place of what was made before.
    return open.find(({ ledger }) => ledger !== undefined) ?? open[0] ?? same[0];
  };
  const direct = new Map(input.wanted.map((wanted) => [wanted, match(wanted)]));
  for (const one of direct.values()) if (one !== undefined) used.add(one);
  const steps = input.wanted.map((wanted): TicketStep => {
    const one = direct.get(wanted) ?? continued(wanted, known, used);
    if (one !== undefined) used.add(one);
    return one === undefined ? missing(wanted, input) : present(wanted, one, input);
  });
  const wantedKeys = new Set(input.wanted.map(({ key }) => key));
  for (const one of known) {
    if (used.has(one)) continue;
    if (!one.ticket.open) {
      const step = stepOf('keep', one, 'closed');
      if (step.byPerson !== undefined) steps.push(step);
      continue;
    }
    steps.push(
      wantedKeys.has(one.key)
        ? { ...stepOf('refuse', one, 'another ticket has the same key: close one of them'), link: false }
        : ended(one, judge, input),
    );
  }
  return steps;
}

/** Tickets whose key can be trusted: by the ledger, or because our own account opened them. */
function knownTickets({ remote, ledger }: SyncInput): readonly Known[] {
  return remote.flatMap((ticket): readonly Known[] => {
    const own = ledger.tickets.get(ticket.id);
    if (own !== undefined) return [{ key: own.key, ticket, ledger: own }];
    return ticket.isOurs && ticket.key !== undefined ? [{ key: ticket.key, ticket }] : [];
  });
}

/** An open ticket of the same kind whose action is no longer asked for, most of whose items the wanted one has: the same work under another key. */
function continued(wanted: WantedTicket, known: readonly Known[], used: ReadonlySet<Known>): Known | undefined {
  const items = new Set(wanted.items.map(({ slot, vulnerability }) => `${placeOf(slot)}\0${vulnerability}`));
  const overlap = ({ ledger }: Known): number => {
    const before = ledger?.content?.items ?? [];
    const same = before.filter(({ slot, vulnerability }) => items.has(`${placeOf(slot)}\0${vulnerability}`));
    return same.length * 2 > before.length ? same.length : 0;
  };
  return known
    .filter((one) => !used.has(one) && one.ticket.open && one.ledger?.content?.kind === wanted.kind && overlap(one) > 0)
    .sort((a, b) => overlap(b) - overlap(a))[0];
}

function missing(wanted: WantedTicket, { ledger, now, listDelayMs, assessment }: SyncInput): TicketStep {
  const { key, title, lines, items } = wanted;
  const base = { key, title, wanted, retitle: false, link: true };
  const intended = ledger.intended.get(key);
  if (intended !== undefined && now.getTime() - Date.parse(intended) < listDelayMs) {
    const seconds = Math.ceil(listDelayMs / 1000);
    const reason = `an interrupted run may have made it at ${intended}; the tracker lists new tickets after ${seconds} s`;
    return { ...base, kind: 'wait', reason };
  }
  const reason = `${items.length} critical and high to close, no ticket yet`;
  return { ...base, kind: 'create', reason, lines, content: contentOf(wanted, assessment) };
}

/** There is a ticket for what is wanted. */
function present(wanted: WantedTicket, one: Known, input: SyncInput): TicketStep {
  const { assessment, markup } = input;
  const { ticket, ledger } = one;
  const found = findBlock(ticket.body, markup);
  const base = {
    ticket,
    wanted,
    key: wanted.key,
    title: ticket.title,
    retitle: ledger?.content?.title === ticket.title && ticket.title !== wanted.title,
    link: ledger?.key !== wanted.key,
    ...byPerson(one),
  };
  if (found.kind === 'damaged') {
    return { ...base, kind: 'refuse', reason: 'the marks of the block in its text are damaged: mend or remove them' };
  }
  const content = changedContent(wanted, ledger?.content, assessment);
  const write = { ...base, lines: wanted.lines, ...(content === undefined ? {} : { content }) };
  if (!ticket.open) {
    const byUs = closedHere(ticket, markup);
    if (!byUs && ticket.declined) {
      return { ...base, kind: 'keep', reason: 'a person closed it as not to be done: its instances need a statement' };
    }
    // Where the tracker does not tell the day, it is the one on which it was found closed.
    const closedOn = ticket.closedOn ?? ledger?.closedOn ?? input.now.toISOString().slice(0, 10);
    if (!byUs && closedOn >= assessment.asOf) {
      const reason = `a person closed it on ${closedOn}; only an assessment of a later day tells whether it is done`;
      return { ...base, kind: 'keep', reason };
    }
    return { ...write, kind: 'reopen', reason: `seen again on ${assessment.asOf}` };
  }
  if (found.kind === 'none') return { ...write, kind: 'update', reason: 'its text has no block yet' };
  if (found.key !== wanted.key) return { ...write, kind: 'update', reason: 'the same work has another key now' };
  if (found.digest !== linesDigest(wanted.lines))
    return { ...write, kind: 'update', reason: 'what it lists has changed' };
  if (base.retitle) return { ...write, kind: 'update', reason: 'its title has changed' };
  const { lines: _lines, ...kept } = write;
  return { ...kept, kind: 'keep', reason: 'as it should be' };
}

/** An open ticket whose action is no longer asked for. */
function ended(one: Known, judge: ItemJudge, { assessment, markup }: SyncInput): TicketStep {
  const { ticket, ledger } = one;
  const content = ledger?.content;
  if (content === undefined) return stepOf('keep', one, 'no longer asked for; the ledger does not know what it listed');
  const found = findBlock(ticket.body, markup);
  if (found.kind === 'damaged')
    return stepOf('refuse', one, 'the marks of the block in its text are damaged: mend or remove them');
  if (closedHere(ticket, markup)) return stepOf('keep', one, 'done and closed before; a person opened it again');
  const main = content.items.filter(({ helps }) => helps !== true);
  const items = main.length === 0 ? content.items : main;
  const states = items.map((item) => judge(item, content.seen));
  const count = (state: string): number => states.filter((one) => one.state === state).length;
  if (count('present') > 0) {
    return stepOf(
      'keep',
      one,
      `${count('present')} of ${items.length} still there, by another action or without a fix now`,
    );
  }
  const open = states.find(({ state }) => state === 'not-judged');
  if (open?.state === 'not-judged') {
    return stepOf('keep', one, `${count('not-judged')} of ${items.length} not judged: ${open.reason}`);
  }
  const parts = [
    ...(count('gone') > 0 ? [`${count('gone')} gone`] : []),
    ...(count('not-affected') > 0 ? [`${count('not-affected')} not affected by statement`] : []),
  ];
  const reason = `${parts.join(', ')}, judged on ${assessment.asOf}`;
  const before = found.kind === 'block' ? blockLines(ticket.body, found) : [];
  return { ...stepOf('close', one, reason), lines: [...before, '', `${CLOSED_WORDS}${reason}`] };
}

function stepOf(kind: StepKind, one: Known, reason: string): TicketStep {
  const { key, ticket, ledger } = one;
  return {
    kind,
    key,
    title: ticket.title,
    reason,
    ticket,
    retitle: false,
    link: ledger === undefined,
    ...byPerson(one),
  };
}

function byPerson({ ticket, ledger }: Known): Pick<TicketStep, 'byPerson'> {
  if (ledger === undefined || (ledger.closedOn === undefined) === ticket.open) return {};
  return { byPerson: ticket.open ? 'reopened' : 'closed' };
}

function closedHere({ body }: RemoteTicket, markup: TicketMarkup): boolean {
  const found = findBlock(body, markup);
  return found.kind === 'block' && blockLines(body, found).at(-1)?.startsWith(CLOSED_WORDS) === true;
}

function contentOf({ action, kind, title, items }: WantedTicket, assessment: Assessment): TicketContent {
  return { action, kind, title, items, seen: seenIn(assessment, items) };
}

/** Undefined when the ledger knows it. The day on which it was seen is kept anew only with something else. */
function changedContent(
  wanted: WantedTicket,
  known: TicketContent | undefined,
  assessment: Assessment,
): TicketContent | undefined {
  const now = contentOf(wanted, assessment);
  const essence = ({ action, title, items }: TicketContent): string => canonicalJson({ action, title, items });
  return known !== undefined && essence(known) === essence(now) ? undefined : now;
}
