// Findings as VEX states them: one status for a vulnerability in a package of an image. The words are those of OpenVEX 0.2.0; CSAF's and
// CycloneDX's are derived from them. Rule: docs/guide/publish.md, "What a VEX document says".
import { compareText } from '../platform/order.ts';
import type { Assessment, Finding } from '../scan/assess/assessment.ts';
import { judgeOf } from '../statements/judge.ts';
import {
  EXCEPTION_REASONS,
  type ExceptionReason,
  JUSTIFICATIONS,
  type Statement,
  statementText,
  VEX_STATUSES,
  type VexStatus,
} from '../statements/statement.ts';
import type { VexWord } from '../statements/vex/word.ts';

/** A row of findings with its word. Rows of one package that lies in several places are one. */
export interface VexRow {
  readonly vulnerability: string;
  readonly slot: string;
  readonly purl: string;
  /** The finding that the row stands for; of several the first. */
  readonly finding: Finding;
  readonly word: VexWord;
}

/** What holds when rows that are one disagree: the word that hides least. */
const MOST_CAUTIOUS = ['affected', 'under_investigation', 'fixed', 'not_affected'] as const satisfies VexStatus[];

/** Reads a finding's statement. Where nobody decided, whether the product is affected is not known yet: a match of versions is no decision. */
export function vexWord(statement: string | undefined): VexWord {
  const [word = '', detail = ''] = statement?.split(':', 2) ?? [];
  const status = VEX_STATUSES.find((known) => known === word) ?? 'under_investigation';
  if (status === 'not_affected') {
    const justification = JUSTIFICATIONS.find((known) => known === detail);
    return { status, ...(justification === undefined ? {} : { justification }) };
  }
  const reason = status === 'affected' ? EXCEPTION_REASONS.find((known) => known === detail) : undefined;
  return { status, ...(reason === undefined ? {} : { exception: { reason } }) };
}

/** The word of a finding: its decision's where the assessment carries it, else what its statement says. */
function wordOf(finding: Finding, decision: Statement | undefined): VexWord {
  if (decision === undefined) return vexWord(finding.statement);
  const { status, justification, impact, action, exception, date, expires } = decision;
  return {
    status,
    ...(justification === undefined ? {} : { justification }),
    ...(impact === undefined ? {} : { impact }),
    ...(action === undefined ? {} : { action }),
    ...(exception === undefined ? {} : { exception }),
    date,
    expires,
  };
}

/** What of an assessment decides its rows. */
export type StatedAssessment = Pick<Assessment, 'findings' | 'images' | 'givenStatements' | 'release' | 'asOf'>;

/** A row for each vulnerability in a package of a slot, sorted by vulnerability, slot, package URL. */
export function vexRows(assessment: StatedAssessment): readonly VexRow[] {
  const decisionOf = decisionsOf(assessment);
  const rows = new Map<string, VexRow>();
  for (const finding of assessment.findings) {
    const { vulnerability, slot, purl } = finding;
    const row = { vulnerability, slot, purl, finding, word: wordOf(finding, decisionOf(finding)) };
    const key = JSON.stringify([vulnerability, slot, purl]);
    const before = rows.get(key);
    if (before === undefined || caution(row) < caution(before)) rows.set(key, row);
  }
  return [...rows.values()].sort(
    (a, b) =>
      compareText(a.vulnerability, b.vulnerability) || compareText(a.slot, b.slot) || compareText(a.purl, b.purl),
  );
}

/** The decision that a finding's statement was taken from; undefined where the assessment does not carry it. */
export function decisionsOf(assessment: StatedAssessment): (finding: Finding) => Statement | undefined {
  const { images, givenStatements = [], release, asOf } = assessment;
  const judge = judgeOf(givenStatements, { releaseVersion: release.version, asOf });
  const bySlot = new Map(images.map((image) => [image.slot, image]));
  return (finding) => {
    const image = finding.statement === undefined ? undefined : bySlot.get(finding.slot);
    const decision = image === undefined ? undefined : judge(finding, image);
    return decision !== undefined && statementText(decision) === finding.statement ? decision : undefined;
  };
}

/** The word of a row, to be said of all rows with the same one; of what is affected it tells what to do. */
export function toldWord(row: VexRow): VexWord {
  return row.word.status === 'affected' ? { ...row.word, action: actionText(row) } : row.word;
}

/** What to do about an affected package: the words of the decision, else what its findings know of a fix, and why it is shipped nevertheless. */
export function actionText({ finding, word: { exception, action } }: VexRow): string {
  if (action !== undefined) return action;
  const { package: name, fixedIn, fixState } = finding;
  const fix =
    fixedIn === undefined
      ? `No fixed version of ${name} is known.`
      : fixState === 'subscription'
        ? `${name} ${fixedIn}, which a subscription of the distribution gives, has the fix.`
        : `Update ${name} to ${fixedIn}.`;
  return exception === undefined ? fix : `${fix} Shipped nevertheless: ${EXCEPTION_WORDS[exception.reason]}.`;
}

const EXCEPTION_WORDS: Readonly<Record<ExceptionReason, string>> = {
  'version-locked': 'its version is locked to that of another component',
  'purged-after-upgrade': 'it is removed once the upgrade is done',
  'no-upstream-fix': 'its project has no fix',
  'after-content-freeze': 'it became known after the content of the release was frozen',
  'next-release': 'it will be mended in the next release',
  'removal-procedure': 'a procedure removes it',
};

function caution({ word }: VexRow): number {
  return MOST_CAUTIOUS.indexOf(word.status);
}
