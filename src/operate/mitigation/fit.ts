// Whether a bundle may be applied today, beside what the ledger says is applied, and after what was applied before.
import { PlimsollError } from '../../platform/errors.ts';
import type { Bundle } from './bundle/bundle.ts';
import type { LedgerEntry } from './ledger/entry.ts';
import { ledgerState } from './ledger/state.ts';

/**
 * A bundle is for its time: not before it was made, as a wrong clock has it, and not past its date.
 * @param today ISO date
 * @throws PlimsollError `usage`; also for what cannot be mitigated at all
 */
export function requireTimely({ mitigation, effect, impact, created, expires }: Bundle, today: string): void {
  if (effect === 'none') {
    const instead = '`mitigation show` says what to do instead';
    throw new PlimsollError('usage', `${mitigation} cannot be mitigated: ${impact}; ${instead}`);
  }
  if (today < created) {
    const when = `was made on ${created}, after today (${today})`;
    throw new PlimsollError('usage', `${mitigation} ${when}: one of the clocks is wrong`);
  }
  if (today > expires) {
    throw new PlimsollError(
      'usage',
      `${mitigation} expired on ${expires}: it is to be renewed, or replaced by the fix`,
    );
  }
}

/**
 * What was decided against stays decided: an older version does not come back, nor what another took the place of, nor what another cannot live with.
 * @throws PlimsollError `usage`
 */
export function requireFit(entries: readonly LedgerEntry[], bundle: Bundle): void {
  const { mitigation, version, conflicts } = bundle;
  const newest = Math.max(
    0,
    ...entries.map((entry) => (entry.event === 'apply' && entry.mitigation === mitigation ? entry.version : 0)),
  );
  if (version < newest) {
    throw new PlimsollError(
      'usage',
      `version ${newest} of ${mitigation} was applied here, this is ${version}: sign it as a later one`,
    );
  }
  for (const [other, { apply }] of ledgerState(entries).active) {
    if (other === mitigation || bundle.supersedes.includes(other)) continue;
    if (apply.supersedes.includes(mitigation)) {
      throw new PlimsollError('usage', `${other} took the place of ${mitigation}: back it out first`);
    }
    const own = conflicts.find(({ when }) => mitigationOf(when.fact) === other);
    if (own !== undefined || apply.conflicts?.includes(mitigation)) {
      const why = own === undefined ? 'its bundle says so' : own.reason;
      throw new PlimsollError('usage', `${mitigation} conflicts with ${other}, which is applied: ${why}`);
    }
  }
}

/** Ids of mitigations beside which a bundle must not be: its conflicts with the facts `mitigation:ID`. */
export function conflictingMitigations({ conflicts }: Bundle): readonly string[] {
  return conflicts.flatMap(({ when }) => mitigationOf(when.fact) ?? []);
}

/** The mitigation that a fact is about, `mitigation:ID`; undefined for other facts. */
function mitigationOf(fact: string): string | undefined {
  return fact.startsWith('mitigation:') ? fact.slice('mitigation:'.length) : undefined;
}
