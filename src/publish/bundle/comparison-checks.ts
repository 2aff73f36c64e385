// Whether the comparison of a bundle leads to its assessment and adds up, and whether its page says the same.
import { BASES, type Tallies } from '../../explain/compare/change.ts';
import type { ThreeBases } from '../../explain/statistics.ts';
import { messageOf, PlimsollError } from '../../platform/errors.ts';
import type { Verdict } from '../../platform/verdict.ts';
import { SEVERITY_LEVELS } from '../../scan/advisory/advisory.ts';
import { fieldsOf, listOf } from '../../scan/advisory/fields.ts';
import type { Assessment } from '../../scan/assess/assessment.ts';
import type { ComparisonDocument } from '../json/comparison.ts';
import { readComparisonJson } from '../json/read-comparison.ts';
import { check, fileOf } from './check.ts';
import { COMPARISON_FILES } from './contents.ts';
import type { BundleFolder } from './folder.ts';
import { differences, type Figures, statedFigures } from './readers/figures.ts';
import { pageData } from './readers/pages.ts';

const MEASURES = ['total', ...SEVERITY_LEVELS, 'fixable'] as const;

/** The checks; none where the bundle has no comparison. */
export async function comparisonChecks(
  folder: BundleFolder,
  assessment: Assessment,
  statistics: ThreeBases,
): Promise<readonly Verdict[]> {
  const { json, html } = COMPARISON_FILES;
  if (!folder.files.has(json) && !folder.files.has(html)) return [];
  const document = await readOr(folder, json);
  if (!('changes' in document)) return [check('comparison', json, () => [document.problem])];
  return [
    check('comparison', json, () => problemsOf(document, assessment, statistics)),
    check('comparison-html', html, () =>
      differences(pageFigures(fileOf(folder, html).toString('utf8')), documentFigures(document)),
    ),
  ];
}

async function readOr(folder: BundleFolder, path: string): Promise<ComparisonDocument | { readonly problem: string }> {
  try {
    return await readComparisonJson(fileOf(folder, path).toString('utf8'));
  } catch (error) {
    if (!(error instanceof PlimsollError)) throw error;
    return { problem: messageOf(error) };
  }
}

/** From the figures of the first by the causes to those of the second, which were published but for what today's program alone changed. */
function problemsOf(
  { from, to, difference, causes, method, changes }: ComparisonDocument,
  assessment: Assessment,
  statistics: ThreeBases,
): readonly string[] {
  if (to.id !== assessment.id) return [`it leads to another assessment: ${to.id}`];
  const published = plus(talliesOf(to.figures), negated(figuresOf(method.to)));
  const reached = plus(talliesOf(from.figures), figuresOf(difference));
  const explained = causes.map((cause) => figuresOf(cause.difference)).reduce(plus, new Map());
  const cells = new Map(
    (['instances', 'distinct'] as const).map((basis) => {
      const own = changes.filter((change) => change.basis === basis);
      return [`${basis}.total`, own.filter((one) => one.to).length - own.filter((one) => one.from).length];
    }),
  );
  const counted = figuresOf(difference);
  return [
    ...differences(published, talliesOf(statistics)),
    ...differences(reached, talliesOf(to.figures)),
    ...(causes.length === 0 ? [] : differences(explained, counted)),
    ...differences(cells, new Map([...counted].filter(([name]) => cells.has(name)))),
  ];
}

/** What the page carries: both sides, the difference, each cause, and the number of changed cells. */
function pageFigures(html: string): Figures {
  const { from, to, difference, causes, changes } = fieldsOf(pageData(html));
  return new Map([
    ...prefixed('from', statedFigures(fieldsOf(fieldsOf(from)['figures']))),
    ...prefixed('to', statedFigures(fieldsOf(fieldsOf(to)['figures']))),
    ...prefixed('difference', numbersOf(difference)),
    ...listOf(causes).flatMap((cause) => {
      const { cause: name, label, difference: explained } = fieldsOf(cause);
      return [...prefixed(`${String(name)} ${String(label)}`, numbersOf(explained))];
    }),
    ['changes', listOf(fieldsOf(changes)['basis']).length] as const,
  ]);
}

function documentFigures({ from, to, difference, causes, changes }: ComparisonDocument): Figures {
  return new Map([
    ...prefixed('from', statedFigures({ ...from.figures })),
    ...prefixed('to', statedFigures({ ...to.figures })),
    ...prefixed('difference', figuresOf(difference)),
    ...causes.flatMap(({ cause, label, difference: explained }) => [
      ...prefixed(`${cause} ${label}`, figuresOf(explained)),
    ]),
    ['changes', changes.length] as const,
  ]);
}

function prefixed(name: string, figures: Figures): Figures {
  return new Map([...figures].map(([key, value]) => [`${name} ${key}`, value]));
}

function figuresOf(tallies: Tallies): Figures {
  return new Map(
    BASES.flatMap((basis) => MEASURES.map((measure) => [`${basis}.${measure}`, tallies[basis][measure]] as const)),
  );
}

/** The same from a page, whatever stands there. */
function numbersOf(tallies: unknown): Figures {
  return new Map(
    BASES.flatMap((basis) => {
      const tally = fieldsOf(fieldsOf(tallies)[basis]);
      return MEASURES.map((measure) => [`${basis}.${measure}`, Number(tally[measure])] as const);
    }),
  );
}

/** Counts alone. */
function talliesOf(figures: ThreeBases): Figures {
  return new Map(
    BASES.flatMap((basis) =>
      MEASURES.map((measure) => {
        const value = figures[basis][measure];
        return [`${basis}.${measure}`, typeof value === 'number' ? value : value.count] as const;
      }),
    ),
  );
}

function plus(a: Figures, b: Figures): Figures {
  return new Map([...a.keys(), ...b.keys()].map((name) => [name, (a.get(name) ?? 0) + (b.get(name) ?? 0)]));
}

function negated(figures: Figures): Figures {
  return new Map([...figures].map(([name, value]) => [name, -value]));
}
