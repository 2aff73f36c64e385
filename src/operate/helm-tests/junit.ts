// Results of chart tests as JUnit XML, as build servers read it: a suite a release, a case a test, `failure` for what failed, `skipped` for what never ran.
import { xmlText } from '../../platform/xml-text.ts';
import type { HelmTestRun } from './compare.ts';
import type { ReleaseRun, TestResult } from './run.ts';

/** The run as one document. */
export function junitXml({ as, at, releases }: HelmTestRun): string {
  const all = releases.flatMap(({ tests }) => tests);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="helm-tests ${as}" ${countsOf(all)}>`,
    ...releases.flatMap((release) => suiteLines(release, as, at)),
    '</testsuites>',
    '',
  ].join('\n');
}

function suiteLines({ namespace, release, tests }: ReleaseRun, as: string, at: string): readonly string[] {
  const name = `${namespace}/${release}`;
  return [
    `  <testsuite name="${xmlText(`${name} (${as})`)}" timestamp="${xmlText(at.slice(0, 19))}" ${countsOf(tests)}>`,
    ...tests.flatMap((test) => caseLines(name, test)),
    '  </testsuite>',
  ];
}

function caseLines(
  suite: string,
  { kind, name, outcome, reason, milliseconds, logs, gaps }: TestResult,
): readonly string[] {
  const head = `    <testcase classname="${xmlText(suite)}" name="${xmlText(`${kind}/${name}`)}" time="${seconds(milliseconds)}">`;
  const message = `message="${xmlText(reason)}"`;
  const said = [...logs.map(({ pod, container, text }) => `${pod}/${container}:\n${text}`), ...gaps].join('\n');
  return [
    head,
    ...(outcome === 'fail' ? [`      <failure ${message}/>`] : []),
    ...(outcome === 'no-evidence' ? [`      <skipped ${message}/>`] : []),
    ...(said === '' ? [] : [`      <system-out>${xmlText(said)}</system-out>`]),
    '    </testcase>',
  ];
}

function countsOf(tests: readonly TestResult[]): string {
  const count = (outcome: TestResult['outcome']): number => tests.filter((test) => test.outcome === outcome).length;
  const time = tests.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
  return `tests="${tests.length}" failures="${count('fail')}" skipped="${count('no-evidence')}" time="${seconds(time)}"`;
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(3);
}
