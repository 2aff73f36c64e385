// A ticket tracker as the synchronisation sees it: one folder of ours in GitHub, GitLab, Jira, or on disk. Each kind is a file beside this one.

/** A ticket as its tracker has it. */
export interface RemoteTicket {
  /** What people call it: `12`, `SEC-7`. */
  readonly id: string;
  /** Where people read it. */
  readonly address: string;
  readonly title: string;
  readonly body: string;
  readonly open: boolean;
  /** ISO date on which it was closed, where it is and the tracker tells. */
  readonly closedOn?: string;
  /** Closed as not to be done. */
  readonly declined: boolean;
  /** Whether our own account opened it: only then is the key in it ours. */
  readonly isOurs: boolean;
  /** Hidden key, as it stands in the ticket. */
  readonly key?: string;
}

/** What is written of a new ticket. The body holds the block with the key. */
export interface TicketDraft {
  readonly key: string;
  readonly title: string;
  readonly body: string;
}

/** What is changed of a ticket; the rest stays. */
export interface TicketChange {
  readonly key: string;
  readonly title?: string;
  readonly body?: string;
  readonly open?: boolean;
}

/** Whether everybody can read the tickets. */
export type Visibility = 'public' | 'private' | 'unknown';

/** How the text of a ticket is written. */
export type TicketMarkup = 'markdown' | 'jira';

/** A place of tickets. All its calls throw PlimsollError `tracker`, `unauthorized` or `not-found`. */
export interface Tracker {
  /** Kind, address and project: what the ledger keeps its events under. */
  readonly name: string;
  readonly markup: TicketMarkup;
  /** Milliseconds after which a new ticket is certain to be listed. */
  readonly listDelayMs: number;
  visibility(): Promise<Visibility>;
  /** Tickets that our own account opened, open and closed, in the order of their making. */
  list(): Promise<readonly RemoteTicket[]>;
  /** A ticket by its id, whoever opened it; undefined when there is none. */
  read(id: string): Promise<RemoteTicket | undefined>;
  /** Makes a ticket. A failure may leave open whether it was made: it is never tried twice. */
  create(draft: TicketDraft): Promise<RemoteTicket>;
  /** Changes a ticket; the same change again does no harm. */
  change(ticket: RemoteTicket, change: TicketChange): Promise<void>;
}
