// Active mitigations as statements: what is said to users of the images while a mitigation is in place, and no longer. Only what was just found in place
// is stated; what drifted, is lost, awaits nodes or only reports states nothing.
import { addDays } from '../../statements/day.ts';
import type { Statement } from '../../statements/statement.ts';
import type { MitigationStatus } from './status.ts';

/** Who states it, and when. */
export interface StatementIssue {
  /** ISO date. */
  readonly date: string;
  /** Longest time that a statement may hold, in days. */
  readonly maximumDays: number;
  readonly author: string;
  /** Never the author. */
  readonly approver?: string;
}

/** Statements, and what states nothing with why. */
export interface MitigationStatements {
  readonly statements: readonly Statement[];
  readonly silent: readonly { readonly mitigation: string; readonly reason: string }[];
}

/** The statements of mitigations, one a CVE. */
export function mitigationStatements(
  statuses: readonly MitigationStatus[],
  { date, maximumDays, author, approver }: StatementIssue,
): MitigationStatements {
  const silent: MitigationStatements['silent'][number][] = [];
  const statements = statuses.flatMap((status): readonly Statement[] => {
    const { mitigation, cves, vex, owner = author, expires } = status;
    const reason = silence(status);
    if (reason !== undefined || vex === undefined) {
      silent.push({ mitigation, reason: reason ?? 'its bundle has no VEX text' });
      return [];
    }
    const latest = addDays(date, maximumDays);
    const { images, packages, ...words } = vex;
    const scope = { ...(images === undefined ? {} : { images }), ...(packages === undefined ? {} : { packages }) };
    return cves.map((vulnerability) => ({
      id: `mitigation-${mitigation}-${vulnerability}`.toLowerCase(),
      scope: { vulnerability, ...scope },
      ...words,
      owner,
      author,
      ...(approver === undefined ? {} : { approver }),
      date,
      expires: expires < latest ? expires : latest,
      renewals: 0,
      origin: { kind: 'site', file: 'mitigations', trusted: true },
    }));
  });
  return { statements, silent };
}

/** Why a mitigation states nothing now. */
function silence({ state, phase, audits, confirmBy, cves }: MitigationStatus): string | undefined {
  if (state !== 'applied') return `it is ${state}`;
  if (confirmBy !== undefined) return 'it is not confirmed yet';
  if (phase === 'audit' && audits) return 'its policies only report';
  return cves.length === 0 ? 'it is for no CVE' : undefined;
}
