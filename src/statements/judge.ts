// Which statement applies to a finding: of those in force whose scope fits, the site's before the vendor's before those of others; of these the latest;
// of one day the one that hides least. The order in which statements are given does not matter. Rules: docs/guide/statements.md.
import { canonicalJson, type Digest, digestOf } from '../platform/canonical.ts';
import { compareText } from '../platform/order.ts';
import type { ScopedImage } from './image-pattern.ts';
import { fitsPackage, namesVersion } from './package-pattern.ts';
import {
  ANY_VULNERABILITY,
  isOfImage,
  isOfPackage,
  isOfVulnerability,
  type ScopedFinding,
  statementsOfLine,
} from './scope.ts';
import type { Statement, VexStatus } from './statement.ts';

/** Whether a statement is in force on a day. `untrusted`: of an issuer that the site does not trust. `unapproved`: it waits for its approver. */
export type StatementState = 'in-force' | 'expired' | 'untrusted' | 'unapproved';

/** What statements are judged by. */
export interface StatementContext {
  /** Version of the release, for the lines of scopes. */
  readonly releaseVersion: string;
  /** ISO date at which expiry is judged. */
  readonly asOf: string;
}

/** Gives the statement that applies to a finding in an image; undefined when none does. */
export type StatementJudge = (finding: ScopedFinding, image: ScopedImage) => Statement | undefined;

const ORIGINS: readonly Statement['origin']['kind'][] = ['site', 'vendor', 'imported'];
/** What hides least comes first. */
const STATUSES: readonly VexStatus[] = ['under_investigation', 'affected', 'fixed', 'not_affected'];

/** Prepares the judgement: statements are found by the ids of the vulnerability, so that a finding costs little however many there are. */
export function judgeOf(statements: readonly Statement[], { releaseVersion, asOf }: StatementContext): StatementJudge {
  const inForce = statementsOfLine(statements, releaseVersion)
    .filter((statement) => stateOf(statement, asOf) === 'in-force')
    .sort(compareRank);
  if (inForce.length === 0) return () => undefined;
  const rank = new Map(inForce.map((statement, index) => [statement, index]));
  const byId = Map.groupBy(inForce, ({ scope }) => scope.vulnerability.toLowerCase());
  return (finding, image) => {
    const ids = new Set([finding.vulnerability, ...finding.aliases].map((id) => id.toLowerCase()));
    let best: Statement | undefined;
    for (const id of [...ids, ANY_VULNERABILITY]) {
      const found = byId.get(id)?.find((statement) => applies(statement, finding, image));
      if (found !== undefined && (best === undefined || (rank.get(found) ?? 0) < (rank.get(best) ?? 0))) best = found;
    }
    return best;
  };
}

/** Whether the statement's scope fits but for the line, and the inventory does not contradict it. It says nothing of expiry. */
export function applies(statement: Statement, finding: ScopedFinding, image: ScopedImage): boolean {
  return isAbout(statement, finding, image) && !isContradicted(statement, finding);
}

/** Whether the statement's scope fits but for the line. */
export function isAbout({ scope }: Statement, finding: ScopedFinding, image: ScopedImage): boolean {
  return isOfVulnerability(scope, finding) && isOfPackage(scope, finding) && isOfImage(scope, image);
}

/**
 * Whether what is installed contradicts `fixed`: an advisory holds the installed version affected. The statement stands against that only where it
 * names this very version as fixed, as for a fix that was built in without a new version upstream.
 */
export function isContradicted({ status, scope }: Statement, { purl }: ScopedFinding): boolean {
  if (status !== 'fixed') return false;
  return !(scope.packages ?? []).some((pattern) => namesVersion(pattern) && fitsPackage(pattern, purl));
}

/** Whether a statement is in force on a day (ISO date); the day on which it expires is still within. */
export function stateOf(statement: Statement, asOf: string): StatementState {
  if (!statement.origin.trusted) return 'untrusted';
  if (needsApproval(statement) && statement.approver === undefined) return 'unapproved';
  return asOf.slice(0, 10) <= statement.expires ? 'in-force' : 'expired';
}

/** What lowers figures or ships something affected needs a second pair of eyes; for imported documents the issuer's word stands. */
export function needsApproval({ status, exception, origin }: Statement): boolean {
  return origin.kind !== 'imported' && (status === 'not_affected' || status === 'fixed' || exception !== undefined);
}

/** What hides less comes first: under investigation, affected, excepted, fixed, not affected. */
export function compareHiding(a: Statement, b: Statement): number {
  return (
    STATUSES.indexOf(a.status) - STATUSES.indexOf(b.status) ||
    Number(a.exception !== undefined) - Number(b.exception !== undefined)
  );
}

/** By precedence; a total order, so that the order of files cannot matter. */
function compareRank(a: Statement, b: Statement): number {
  return (
    ORIGINS.indexOf(a.origin.kind) - ORIGINS.indexOf(b.origin.kind) ||
    compareText(b.date, a.date) ||
    compareHiding(a, b) ||
    compareText(a.id, b.id) ||
    compareText(a.origin.file, b.origin.file) ||
    compareText(canonicalJson(a), canonicalJson(b))
  );
}

/** The statements as an assessment carries them: sorted, and without lines, which every edit of a file moves. */
export function asGiven(statements: readonly Statement[]): readonly Statement[] {
  const given = statements.map((statement) => {
    const { line: _, ...origin } = statement.origin;
    return { ...statement, origin };
  });
  return given
    .map((statement) => ({ statement, text: canonicalJson(statement) }))
    .sort((a, b) => compareText(a.statement.id, b.statement.id) || compareText(a.text, b.text))
    .map(({ statement }) => statement);
}

/** Digest of statements as an assessment carries them; of the empty list when there are none. */
export function digestOfStatements(given: readonly Statement[]): Digest {
  return digestOf(canonicalJson(given));
}
