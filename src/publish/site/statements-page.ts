// The page of a bundle that lists what was decided: every statement with the vulnerabilities, images and packages that it holds for.
import { compareText } from '../../platform/order.ts';
import { decisionsOf, type StatedAssessment } from '../vex.ts';
import { plural } from '../words.ts';
import { link, type SiteCell, section, table } from './page.ts';

const STATUS_WORDS: Readonly<Record<string, string>> = {
  not_affected: 'Not affected',
  affected: 'Affected, and shipped nevertheless or not yet mended',
  fixed: 'Fixed',
  under_investigation: 'Under investigation',
};

/** The content of the page. */
export function statementsHtml(assessment: StatedAssessment): string {
  const { findings } = assessment;
  const decisionOf = decisionsOf(assessment);
  const stated = findings.flatMap((finding): StatedFinding[] => {
    if (finding.statement === undefined) return [];
    const { impact, action } = decisionOf(finding) ?? {};
    return [{ ...finding, statement: finding.statement, words: impact ?? action ?? '' }];
  });
  const open = new Set(findings.filter(({ statement }) => statement === undefined).map((one) => one.vulnerability))
    .size;
  const byStatus = Map.groupBy(stated, ({ statement }) => statement.split(':', 1)[0] ?? statement);
  return [
    section(
      'What was decided',
      `<p>${plural(open, 'vulnerability', 'vulnerabilities')} without a decision in some image. Statements of "not affected" lower the net figures alone.</p>`,
    ),
    ...[...byStatus]
      .sort(([a], [b]) => compareText(a, b))
      .map(([status, rows]) => section(STATUS_WORDS[status] ?? status, statementTable(rows))),
  ].join('\n');
}

interface StatedFinding {
  readonly vulnerability: string;
  readonly statement: string;
  /** Of the decision, where the assessment carries it. */
  readonly words: string;
  readonly slot: string;
  readonly package: string;
}

function statementTable(findings: readonly StatedFinding[]): string {
  const groups = Map.groupBy(findings, ({ vulnerability, statement }) => `${vulnerability}\0${statement}`);
  const hasWords = findings.some(({ words }) => words !== '');
  const rows = [...groups]
    .sort(([a], [b]) => compareText(a, b))
    .map(([key, group]): SiteCell[] => {
      const [vulnerability = '', statement = ''] = key.split('\0');
      const [, reason = ''] = statement.split(':', 2);
      return [
        link(`report.html#/cve/${encodeURIComponent(vulnerability)}`, vulnerability),
        reason,
        ...(hasWords ? [distinct(group.map(({ words }) => words)).join(' ')] : []),
        distinct(group.map((one) => one.package)).join(', '),
        distinct(group.map(({ slot }) => slot)).join(', '),
      ];
    });
  return table(['vulnerability', 'reason', ...(hasWords ? ['in words'] : []), 'packages', 'images'], rows);
}

function distinct(values: readonly string[]): readonly string[] {
  return [...new Set(values)].sort();
}
