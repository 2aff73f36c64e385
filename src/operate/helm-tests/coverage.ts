// Which chart releases come with tests, and whether the images of those tests are part of the release: a test whose image nobody mirrored cannot run on
// an air-gapped system.
import { compareText } from '../../platform/order.ts';
import type { Verdict } from '../../platform/verdict.ts';
import { formatReference, parseReference } from '../../scan/image/reference.ts';
import { splitLogical } from '../../scan/release/logical.ts';
import { hookImages } from './hook.ts';
import type { ChartTests, UnreadRelease } from './release.ts';
import { isTest } from './run.ts';

/** An image of the release's index. */
export interface IndexImage {
  readonly logical: string;
  readonly physical: string;
}

/** Image of a test, and whether the index has it. `other-tag`: it has the repository only. */
export interface TestImage {
  readonly image: string;
  /** Absent where no index was given. */
  readonly index?: 'listed' | 'other-tag' | 'not-listed';
}

/** What a release has of tests. */
export interface ChartCoverage {
  readonly namespace: string;
  readonly release: string;
  readonly chart?: string;
  readonly tests: readonly string[];
  readonly images: readonly TestImage[];
}

/** @param index images of an assessment; undefined when there is none to hold them against */
export function coverageOf(charts: readonly ChartTests[], index?: readonly IndexImage[]): readonly ChartCoverage[] {
  const listed = new Set(index?.flatMap(({ logical, physical }) => [logical, physical]));
  const repositories = new Set([...listed].map((one) => splitLogical(one).repository));
  return charts.map(({ namespace, release, chart, hooks }) => ({
    namespace,
    release,
    ...(chart === undefined ? {} : { chart }),
    tests: hooks.filter(isTest).map(({ kind, name }) => `${kind}/${name}`),
    images: [...new Set(hooks.flatMap(hookImages).map(fullName))].sort(compareText).map((image) => {
      if (index === undefined) return { image };
      if (listed.has(image)) return { image, index: 'listed' };
      return { image, index: repositories.has(splitLogical(image).repository) ? 'other-tag' : 'not-listed' };
    }),
  }));
}

/** The coverage as verdicts: whether a release has tests, and whether their images are there. */
export function coverageVerdicts(
  coverage: readonly ChartCoverage[],
  unread: readonly UnreadRelease[],
): readonly Verdict[] {
  const judged = (check: string, subject: string, verdict: Verdict['verdict'], reason: string): Verdict => {
    return { check, subject, verdict, evidence: [], reason };
  };
  return [
    ...coverage.flatMap(({ namespace, release, tests, images }) => {
      const subject = `${namespace}/${release}`;
      const has = tests.length > 0;
      return [
        judged('chart-tests', subject, has ? 'pass' : 'warn', has ? tests.join(', ') : 'the chart has no tests'),
        ...images.map(({ image, index }) => {
          const name = `${subject} ${image}`;
          if (index === undefined) return judged('test-images', name, 'no-evidence', 'no assessment was given');
          if (index === 'listed') return judged('test-images', name, 'pass', 'the release has it');
          const reason = index === 'other-tag' ? 'the release has other tags of it only' : 'the release has it not';
          return judged('test-images', name, 'fail', reason);
        }),
      ];
    }),
    ...unread.map(({ namespace, release, reason }) =>
      judged('chart-tests', `${namespace}/${release}`, 'no-evidence', reason),
    ),
  ];
}

/** The reference with registry and tag, as indexes have it; what is no reference stays as it is. */
function fullName(image: string): string {
  try {
    return formatReference(parseReference(image));
  } catch {
    return image;
  }
}
