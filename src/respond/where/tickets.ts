// Tickets with the answer of `where`: the open ones that list a vulnerability where it was found, from the ledger of tickets in the same store.
import type { Store } from '../../platform/store.ts';
import { openTickets } from '../tickets/ledger.ts';
import type { WhereMatch, WhereResult } from './where.ts';

type TicketOf = (slot: string, ids: readonly string[]) => string | undefined;

/** The answer with the tickets, those of a release and those of its lines. @throws PlimsollError `store` when kept events are damaged */
export async function withTickets(store: Store, result: WhereResult): Promise<WhereResult> {
  const lookups = new Map<string, readonly TicketOf[]>();
  for (const { release } of [...result.matches, ...result.undecided]) {
    if (!lookups.has(release.name)) lookups.set(release.name, await lookupsOf(store, release.name));
  }
  const ticketed = <T extends WhereMatch>(match: T): T => {
    const vulnerabilities = match.vulnerabilities.map((known) => {
      const ids = [known.vulnerability, ...known.aliases];
      const found = (lookups.get(match.release.name) ?? []).flatMap((ticketOf) => ticketOf(match.slot, ids) ?? []);
      return found.length === 0 ? known : { ...known, tickets: [...new Set(found)].sort() };
    });
    return { ...match, vulnerabilities };
  };
  return { ...result, matches: result.matches.map(ticketed), undecided: result.undecided.map(ticketed) };
}

async function lookupsOf(store: Store, release: string): Promise<readonly TicketOf[]> {
  const rows = await store.all('SELECT DISTINCT scope FROM ticket_event ORDER BY scope');
  const scopes = rows
    .map((row) => String(row['scope']))
    .filter((one) => one === release || one.startsWith(`${release} `));
  const lookups: TicketOf[] = [];
  for (const scope of scopes) {
    const lookup = await openTickets(store, scope);
    if (lookup !== undefined) lookups.push(lookup);
  }
  return lookups;
}
