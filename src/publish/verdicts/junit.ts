// Results of checks as JUnit XML, as build servers read it: a suite a category, a case a check. `failure` for what failed and is not waived; what only warns,
// has no evidence or is waived was not passed either and is `skipped`, with its reason.
import { xmlText } from '../../platform/xml-text.ts';
import { isSettled, type ReportedVerdict, type VerdictReport } from './report.ts';

/** The results as one document. */
export function verdictsJunit({ source, rules, results }: VerdictReport): string {
  const suites = [...Map.groupBy(results, ({ category }) => category)];
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="${xmlText(`${source} ${rules}`)}" ${countsOf(results)}>`,
    ...suites.flatMap(([category, of]) => [
      `  <testsuite name="${xmlText(category)}" ${countsOf(of)}>`,
      ...of.flatMap((one) => caseLines(`${rules}.${category}`, one)),
      '  </testsuite>',
    ]),
    '</testsuites>',
    '',
  ].join('\n');
}

function caseLines(suite: string, one: ReportedVerdict): readonly string[] {
  const { check, title, verdict, reason, evidence, waiver } = one;
  const message = `message="${xmlText(waiver === undefined ? `${verdict}: ${reason}` : `${verdict}, waived by ${waiver}: ${reason}`)}"`;
  const outcome = outcomeOf(one);
  const said = evidence.join('\n');
  return [
    `    <testcase classname="${xmlText(suite)}" name="${xmlText(`${check} ${title}`.trim())}" time="0">`,
    ...(outcome === 'failure' ? [`      <failure ${message} type="${verdict}">${xmlText(said)}</failure>`] : []),
    ...(outcome === 'skipped' ? [`      <skipped ${message}/>`] : []),
    ...(outcome !== 'failure' && said !== '' ? [`      <system-out>${xmlText(said)}</system-out>`] : []),
    '    </testcase>',
  ];
}

function outcomeOf(one: ReportedVerdict): 'passed' | 'failure' | 'skipped' {
  if (one.verdict === 'fail' && !isSettled(one)) return 'failure';
  return one.waiver === undefined && (one.verdict === 'pass' || one.verdict === 'attested') ? 'passed' : 'skipped';
}

function countsOf(results: readonly ReportedVerdict[]): string {
  const count = (outcome: ReturnType<typeof outcomeOf>): number =>
    results.filter((one) => outcomeOf(one) === outcome).length;
  return `tests="${results.length}" failures="${count('failure')}" skipped="${count('skipped')}" time="0"`;
}
