// Results of the policy commands as JSON and as text for people.
import type { Gap } from '../platform/gap.ts';
import { jsonText } from '../platform/json-text.ts';
import { printable } from '../platform/printable.ts';
import type { Verdict } from '../platform/verdict.ts';
import type { CheckedSubject } from '../posture/policy/check/pss-check.ts';
import type { PolicySet } from '../posture/policy/kyverno/policy-set.ts';
import type { Preview, PreviewedObject } from '../posture/policy/preview/preview.ts';
import { NEWEST_MINOR, type PssStandard } from '../posture/policy/pss/evaluate.ts';
import type { TestRow } from '../posture/policy/test-file/run.ts';
import { changeText, previewCounts } from '../publish/policy-preview.ts';
import { TOOL } from '../publish/tool.ts';
import { plural } from '../publish/words.ts';

/** What `policy check` found. */
export interface ShownCheck {
  readonly standard: PssStandard;
  readonly subjects: readonly CheckedSubject[];
  readonly warnings: readonly string[];
  readonly gaps: readonly Gap[];
}

/** `policy check --format json`. */
export function checkJson({ standard: { level, minor }, subjects, warnings, gaps }: ShownCheck): string {
  const standard = { level, version: `v1.${minor}`, newestKnown: `v1.${NEWEST_MINOR}` };
  return `${jsonText({ schemaVersion: 1, tool: TOOL, standard, subjects, warnings, gaps })}\n`;
}

/** `policy check` for people: what failed, then how many passed. */
export function checkText({ standard: { level, minor }, subjects }: ShownCheck): string {
  const lines = subjects.flatMap(({ name, verdict, checks }) =>
    verdict === 'pass'
      ? []
      : [
          `${verdict} ${printable(name)}`,
          ...checks
            .filter((check) => check.verdict !== 'pass')
            .flatMap(({ check, reason, evidence }) => [
              `  ${check}: ${printable(reason)}`,
              ...evidence.map((place) => `    ${printable(place)}`),
            ]),
        ],
  );
  const passed = subjects.filter(({ verdict }) => verdict === 'pass').length;
  return [...lines, `${passed} of ${plural(subjects.length, 'workload')} pass ${level} of v1.${minor}`].join('\n');
}

/** What `policy test` found. */
export interface ShownTest {
  readonly rows: readonly TestRow[];
  readonly gaps: readonly Gap[];
}

/** `policy test --format json`. */
export function testJson({ rows, gaps }: ShownTest): string {
  const counts = countsOf(rows);
  return `${jsonText({ schemaVersion: 1, tool: TOOL, rows: rows.length, ...counts, results: rows, gaps })}\n`;
}

/** `policy test` for people: rows that are not right, then the figures. */
export function testText({ rows }: ShownTest): string {
  const lines = rows
    .filter(({ verdict }) => verdict !== 'right')
    .map(({ verdict, test, policy, rule, resource, expected, actual, reason }) => {
      const what = actual === undefined ? `expects ${expected}` : `expects ${expected}, is ${actual}`;
      return printable(`${verdict} ${test}: ${policy}/${rule} on ${resource} ${what}: ${reason}`);
    });
  const { right, wrong, unsupported } = countsOf(rows);
  return [...lines, `${plural(rows.length, 'row')}: ${right} right, ${wrong} wrong, ${unsupported} unsupported`].join(
    '\n',
  );
}

function countsOf(rows: readonly TestRow[]): Readonly<Record<TestRow['verdict'], number>> {
  const of = (verdict: TestRow['verdict']) => rows.filter((row) => row.verdict === verdict).length;
  return { right: of('right'), wrong: of('wrong'), unsupported: of('unsupported') };
}

/** What `policy preview` found. */
export interface ShownPreview {
  readonly set: PolicySet;
  readonly preview: Preview;
  readonly gaps: readonly Gap[];
}

/** `policy preview --format json`. */
export function previewJson({ set, preview, gaps }: ShownPreview): string {
  const counts = previewCounts(set, preview);
  const { objects, findings } = preview;
  return `${jsonText({ schemaVersion: 1, tool: TOOL, counts, objects, findings, gaps })}\n`;
}

/** `policy preview` for people: a paragraph an object, then the findings. */
export function previewText({ set, preview: { objects, findings } }: ShownPreview): string {
  const lines = [
    `${plural(set.policies.length, 'policy', 'policies')}, ${plural(set.exceptions.length, 'exception')}; ${plural(objects.length, 'object')} that they are for`,
    ...objects.flatMap(objectLines),
    ...(findings.length === 0 ? [] : ['', `${plural(findings.length, 'finding')}:`]),
    ...findings.map(findingLine),
  ];
  return lines.join('\n');
}

function objectLines({ subject, created, outcome, changes, results }: PreviewedObject): readonly string[] {
  return [
    '',
    printable(`${outcome} ${subject}${created === undefined ? '' : `, the ${created} that it creates`}`),
    ...changes.map((change) => `  ${printable(changeText(change))}`),
    ...results.map(({ policy, rule, status, message }) =>
      printable(`  ${status} ${policy}/${rule}${message === '' ? '' : `: ${message}`}`),
    ),
  ];
}

function findingLine({ verdict, check, subject, reason }: Verdict): string {
  return printable(`${verdict} ${check} ${subject}: ${reason}`);
}
