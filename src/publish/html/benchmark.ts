// A benchmark's results as a page: the totals, a section a kind of node with a table of its checks, and behind each check that needs work what was seen where.

import { gapPlace } from '../../platform/gap.ts';
import { type BenchmarkComparison, valueText } from '../../posture/benchmark/compare.ts';
import type { BenchmarkResult, CheckResult } from '../../posture/benchmark/result/result.ts';
import { VERDICTS } from '../../posture/check-outcome.ts';
import {
  benchmarkTitle,
  CAUSE_WORDS,
  comparisonTitle,
  disagreements,
  resultsOf,
  totalsText,
  VERDICT_TITLES,
} from '../benchmark.ts';
import type { PageFiles } from './page-files.ts';
import { folded, list, type Markup, paragraph, plainDocument, section, table } from './plain-document.ts';

/** Parts of one check that are told one by one. */
const PARTS = 200;

/**
 * The results as one HTML document.
 * @param page the built page; read from the package unless given.
 */
export function benchmarkHtml(result: BenchmarkResult, page?: PageFiles): string {
  const { results, totals, waivers, attestations, gaps } = result;
  const sections = [...Map.groupBy(results, (one) => one.section)];
  const other = disagreements(result);
  return plainDocument(
    { kicker: 'Kubernetes benchmark', title: benchmarkTitle(result) },
    [
      section(
        'Totals',
        paragraph(totalsText(result)),
        table(
          'Checks by verdict',
          ['Part', ...VERDICTS.map((word) => VERDICT_TITLES[word])],
          [
            ...sections.map(([name, of]) => [
              name,
              ...VERDICTS.map((word) => of.filter(({ verdict }) => verdict === word).length || undefined),
            ]),
            ['all', ...VERDICTS.map((word) => totals[word])],
          ],
        ),
      ),
      ...resultsOf(result, 'fail', 'warn').map(checkSection),
      ...sections.map(([name, of]) => section(`All checks: ${name}`, overview(of))),
      ...(other.length === 0 || result.as !== 'plimsoll'
        ? []
        : [section('Where kube-bench says otherwise', differences(other))]),
      ...(waivers.length === 0
        ? []
        : [
            section(
              'Waivers',
              list(
                waivers.map(
                  ({ check, owner, expires, reason, state }) =>
                    `${check}: ${owner} until ${expires}, ${state}: ${reason}`,
                ),
              ),
            ),
          ]),
      ...(attestations.length === 0
        ? []
        : [
            section(
              'Attestations',
              list(
                attestations.map(
                  ({ check, by, expires, statement, state }) =>
                    `${check}: ${by} until ${expires}, ${state}: ${statement}`,
                ),
              ),
            ),
          ]),
      ...(gaps.length === 0 ? [] : [section('Gaps', list(gaps.map((gap) => `${gapPlace(gap)}: ${gap.reason}`)))]),
    ],
    page,
  );
}

/** What differs between two results, as one HTML document. */
export function benchmarkComparisonHtml(comparison: BenchmarkComparison, page?: PageFiles): string {
  const { changes, causes } = comparison;
  const rows = changes.map(({ check, title, from, to, cause, reason, settings }) => [
    check,
    title,
    from ?? 'not there',
    to ?? 'not there',
    CAUSE_WORDS[cause],
    settings.length === 0
      ? reason
      : settings
          .map(({ name, from: before, to: after }) => `${name}: ${valueText(before)} -> ${valueText(after)}`)
          .join('; '),
  ]);
  return plainDocument(
    { kicker: 'Kubernetes benchmark', title: comparisonTitle(comparison) },
    [
      section(
        'Causes',
        list(
          Object.entries(causes).map(
            ([cause, number]) => `${CAUSE_WORDS[cause as keyof typeof CAUSE_WORDS]}: ${number}`,
          ),
        ),
      ),
      section(
        'What differs',
        table('Checks that differ', ['Check', 'What is asked', 'Before', 'After', 'Cause', 'What changed'], rows),
      ),
    ],
    page,
  );
}

function overview(results: readonly CheckResult[]): Markup {
  return table(
    'Checks',
    ['Check', 'Verdict', 'What is asked', 'What was found'],
    results.map(({ check, verdict, waiver, title, reason }) => [
      check,
      waiver === undefined ? verdict : `${verdict}, waived`,
      title,
      reason,
    ]),
  );
}

function checkSection({ check, title, verdict, reason, remediation, waiver, parts }: CheckResult): Markup {
  const wrong = parts.filter((part) => part.verdict !== 'pass' && part.verdict !== 'not-applicable');
  const more = wrong.length - PARTS;
  const note = waiver === undefined ? '' : ` Waived by ${waiver}.`;
  return section(
    `${check} (${verdict})`,
    paragraph(`${title}: ${reason}.${note}`),
    paragraph(remediation === undefined ? '' : `To do: ${remediation.replace(/\s+/g, ' ')}`),
    ...wrong.slice(0, PARTS).map((part) => {
      const waived = part.waiver === undefined ? '' : `, waived by ${part.waiver}`;
      return folded(`${part.subject}: ${part.verdict}${waived}: ${part.reason}`, list(part.evidence));
    }),
    paragraph(more > 0 ? `And ${more} more, in the JSON.` : ''),
  );
}

function differences(results: readonly CheckResult[]): Markup {
  const rows = results.flatMap(({ check, parts }) =>
    parts.flatMap(({ subject, verdict, kubeBench, reason }) =>
      kubeBench === undefined ? [] : [[check, subject, verdict, kubeBench, reason]],
    ),
  );
  return folded(`${results.length} checks`, table('Answers', ['Check', 'Subject', 'Ours', 'kube-bench', 'Why'], rows));
}
