// The JSON of `tickets sync`: every ticket with what is done with it, and what it lists. Schema: schema/tickets-1.json.
import { jsonText } from '../../platform/json-text.ts';
import type { TicketStep } from '../../respond/tickets/decide.ts';
import type { RemoteTicket } from '../../respond/tickets/tracker.ts';
import type { Assessment } from '../../scan/assess/assessment.ts';
import { TOOL } from '../tool.ts';

const TICKETS_SCHEMA_VERSION = 1;

/** What a synchronisation found and did. */
export interface TicketsResult {
  readonly assessment: Assessment;
  readonly line: string | undefined;
  readonly tracker: string;
  /** Whether it was written; else it is what would be. */
  readonly applied: boolean;
  /** Number of embargoed instances that are held back. */
  readonly withheld: number;
  readonly steps: readonly TicketStep[];
  /** The tickets of the steps that were carried out. */
  readonly done: ReadonlyMap<TicketStep, RemoteTicket>;
}

/** The result; ended by a line feed. */
export function ticketsJson({ assessment, line, tracker, applied, withheld, steps, done }: TicketsResult): string {
  const { id, release, asOf } = assessment;
  const document = {
    schemaVersion: TICKETS_SCHEMA_VERSION,
    tool: TOOL,
    assessment: { id, release, asOf },
    line,
    tracker,
    applied,
    withheld,
    steps: steps.map((step) => stepOf(step, done.get(step))),
  };
  return `${jsonText(document)}\n`;
}

function stepOf(step: TicketStep, made: RemoteTicket | undefined) {
  const { kind, key, title, reason, wanted } = step;
  const ticket = made ?? step.ticket;
  return {
    kind,
    key,
    title,
    reason,
    ticket: ticket === undefined ? undefined : { id: ticket.id, address: ticket.address },
    action: wanted?.action,
    owner: wanted?.owner,
    items: wanted?.items.map(({ slot, vulnerability, severity, helps }) => ({ slot, vulnerability, severity, helps })),
  };
}
