// What a ticket stands for: one action, and the instances that it lists. Rules: docs/guide/tickets.md.
import { digestOf } from '../../platform/canonical.ts';
import type { FeedFacts, SeverityLevel } from '../../scan/advisory/advisory.ts';
import type { Assessment } from '../../scan/assess/assessment.ts';
import type { ActionKind } from '../plan/action.ts';

/** An instance in a ticket, with what is needed to judge later whether it is really gone. */
export interface TicketItem {
  readonly slot: string;
  readonly vulnerability: string;
  /** Other ids of it, sorted. */
  readonly aliases: readonly string[];
  readonly severity: SeverityLevel;
  /** The action removes it only together with another one. */
  readonly helps?: true;
  /** Feeds that spoke of it, and namespaces of its packages, sorted. */
  readonly feeds: readonly string[];
  readonly namespaces: readonly string[];
  /** Where it was found. */
  readonly rows: readonly { readonly purl: string; readonly location: string }[];
}

/** The assessment that items were taken from, as far as their absence is judged against it. */
export interface SeenIn {
  readonly assessment: string;
  readonly asOf: string;
  readonly builtAt?: string;
  /** The feeds of the items, with the namespaces of the items only. */
  readonly feeds: readonly FeedFacts[];
  /** What releaseGaps says of it; absent when it says nothing. */
  readonly releaseGaps?: readonly string[];
}

/** A ticket that should be there. */
export interface WantedTicket {
  readonly key: string;
  /** The action's own. */
  readonly action: string;
  readonly kind: ActionKind;
  readonly title: string;
  /** Lines of the block, in the tracker's markup. */
  readonly lines: readonly string[];
  readonly owner?: string;
  readonly items: readonly TicketItem[];
}

const KEY_DIGITS = 16;

/** What tickets are kept apart by: a release and its line have their own, and an assessment says nothing about those of others. */
export function scopeOf({ release }: Pick<Assessment, 'release'>, line?: string): string {
  return line === undefined ? release.name : `${release.name} ${line}`;
}

/** The hidden key of an action's ticket: 16 hexadecimal digits, which tell nothing of the action. */
export function ticketKey(scope: string, action: string): string {
  const digest = digestOf(JSON.stringify(['ticket', scope, action]));
  return digest.slice('sha256:'.length, 'sha256:'.length + KEY_DIGITS);
}

/** Whether the text has the form of a key. */
export function isTicketKey(text: string): boolean {
  return new RegExp(`^[0-9a-f]{${KEY_DIGITS}}$`).test(text);
}
