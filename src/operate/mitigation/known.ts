// Which mitigations are active for vulnerabilities, as ledgers have it; whether they are still in place is for status to tell.
import type { CheckedChain } from './ledger/chain.ts';
import { type ActiveMitigation, ledgerState } from './ledger/state.ts';

/** Where a mitigation is in its life, as the ledger has it. */
export type LedgerStanding = 'applying' | 'applied' | 'backing-out' | 'expired';

/** An active mitigation of one site. */
export interface KnownMitigation {
  readonly site: string;
  readonly mitigation: string;
  readonly version: number;
  readonly title: string;
  readonly cves: readonly string[];
  readonly state: LedgerStanding;
  /** Its policies only report yet. */
  readonly reportsOnly: boolean;
  /** ISO date. */
  readonly expires: string;
}

/** The standing of an active mitigation. @param today ISO date */
export function standingOf({ phase, apply }: ActiveMitigation, today: string): LedgerStanding {
  return phase === 'applied' && apply.expires < today ? 'expired' : phase;
}

/**
 * Mitigations of a site for any of the vulnerabilities, by id.
 * @param ids in lower case
 * @param today ISO date
 */
export function mitigationsFor(
  site: string,
  { entries }: CheckedChain,
  ids: ReadonlySet<string>,
  today: string,
): readonly KnownMitigation[] {
  return [...ledgerState(entries).active]
    .filter(([, { apply }]) => apply.cves.some((cve) => ids.has(cve.toLowerCase())))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([mitigation, one]) => {
      const { version, title, cves, expires, audits = false, phase } = one.apply;
      const reportsOnly = audits && phase === 'audit';
      return { site, mitigation, version, title, cves, state: standingOf(one, today), reportsOnly, expires };
    });
}
