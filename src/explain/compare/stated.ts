// What statements say of a row under one side's statements and one side's date: the statements that an assessment carries are judged anew; of results of
// another scanner only what stands with its findings is known. The line of a release belongs to its statements: which of them can apply is one factor.
import { NO_STATEMENTS } from '../../scan/assess/assess.ts';
import type { AssessedImage, Assessment } from '../../scan/assess/assessment.ts';
import { digestOfStatements, judgeOf, type StatementJudge } from '../../statements/judge.ts';
import { statementsOfLine } from '../../statements/scope.ts';
import { statementText } from '../../statements/statement.ts';
import type { JointIds } from './joint-ids.ts';
import type { EvaluatedRow } from './set-view.ts';
import type { Sides } from './side.ts';

/** What a statement says of a row under one side's statements and date; undefined when none applies. */
export type StatementOf = (
  row: EvaluatedRow,
  image: AssessedImage,
  statementsOf: 'a' | 'b',
  dateOf: 'a' | 'b',
) => string | undefined;

/** Evaluates statements under mixtures of the sides. */
export function statedOf({ a, b }: Pick<Sides, 'a' | 'b'>, joint: JointIds): StatementOf {
  const assessments = { a: a.assessment, b: b.assessment };
  const judges = new Map<string, StatementJudge>();
  const found = { a: asFound(assessments.a, joint), b: asFound(assessments.b, joint) };
  return (row, image, statementsOf, dateOf) => {
    const { [statementsOf]: given } = found;
    if (given !== undefined) return given.get(`${image.slot}\0${joint(row)}\0${row.package}`);
    const key = `${statementsOf}${dateOf}`;
    let judge = judges.get(key);
    if (judge === undefined) {
      const { givenStatements = [], release } = assessments[statementsOf];
      judge = judgeOf(givenStatements, { releaseVersion: release.version, asOf: assessments[dateOf].asOf });
      judges.set(key, judge);
    }
    const statement = judge(row, image);
    return statement === undefined ? undefined : statementText(statement);
  };
}

/** Whether the statements that can apply to the releases of the two differ. */
export function statementsDiffer(a: Assessment, b: Assessment): boolean {
  return effectiveDigest(a) !== effectiveDigest(b);
}

function effectiveDigest({ statements, givenStatements, release }: Assessment): string {
  return givenStatements === undefined
    ? statements
    : digestOfStatements(statementsOfLine(givenStatements, release.version));
}

/** Statements as the findings carry them, by slot, vulnerability and package; undefined when the assessment carries the statements themselves. */
function asFound(
  { statements, givenStatements, findings }: Assessment,
  joint: JointIds,
): ReadonlyMap<string, string> | undefined {
  if (givenStatements !== undefined || statements === NO_STATEMENTS) return undefined;
  return new Map(
    findings.flatMap((finding) =>
      finding.statement === undefined
        ? []
        : [[`${finding.slot}\0${joint(finding)}\0${finding.package}`, finding.statement] as const],
    ),
  );
}
