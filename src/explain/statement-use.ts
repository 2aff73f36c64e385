// What the statements that an assessment was given did: how many apply, to how many findings, and what came back because they ended.
// Rules: docs/guide/statements.md.
import type { Assessment } from '../scan/assess/assessment.ts';
import { judgeOf, type StatementState, stateOf } from '../statements/judge.ts';
import { statementsOfLine } from '../statements/scope.ts';
import type { Statement } from '../statements/statement.ts';

/** A statement that ended, and the findings without another statement that it covered. */
export interface EndedStatement {
  readonly statement: Statement;
  readonly findings: number;
}

/** The use of statements in an assessment. */
export interface StatementUse {
  readonly given: number;
  /** Statements that apply to a finding. */
  readonly applied: number;
  /** Findings with a statement. */
  readonly findings: number;
  readonly states: Readonly<Record<StatementState, number>>;
  /** Those that covered findings which count again, in the order of the assessment. */
  readonly ended: readonly EndedStatement[];
}

/** The use; undefined when the assessment was given no statements. */
export function statementUse({
  givenStatements,
  findings,
  images,
  release,
  asOf,
}: Pick<Assessment, 'givenStatements' | 'findings' | 'images' | 'release' | 'asOf'>): StatementUse | undefined {
  if (givenStatements === undefined) return undefined;
  const bySlot = new Map(images.map((image) => [image.slot, image]));
  const context = { releaseVersion: release.version, asOf };
  const judge = judgeOf(givenStatements, context);
  const expired = statementsOfLine(givenStatements, release.version).filter(
    (statement) => stateOf(statement, asOf) === 'expired',
  );
  // Judged as if nothing ended: each finding counts for the one of them that would apply.
  const judgeExpired = judgeOf(expired, { ...context, asOf: '0001-01-01' });
  const applied = new Set<Statement>();
  const ended = new Map<Statement, number>();
  for (const finding of findings) {
    const image = bySlot.get(finding.slot);
    if (image === undefined) continue;
    const statement = finding.statement === undefined ? undefined : judge(finding, image);
    if (statement !== undefined) applied.add(statement);
    const past = finding.statement === undefined ? judgeExpired(finding, image) : undefined;
    if (past !== undefined) ended.set(past, (ended.get(past) ?? 0) + 1);
  }
  const states = Map.groupBy(givenStatements, (statement) => stateOf(statement, asOf));
  const count = (state: StatementState): number => states.get(state)?.length ?? 0;
  return {
    given: givenStatements.length,
    applied: applied.size,
    findings: findings.filter(({ statement }) => statement !== undefined).length,
    states: {
      'in-force': count('in-force'),
      expired: count('expired'),
      untrusted: count('untrusted'),
      unapproved: count('unapproved'),
    },
    ended: givenStatements.flatMap((statement) => {
      const back = ended.get(statement);
      return back === undefined ? [] : [{ statement, findings: back }];
    }),
  };
}
