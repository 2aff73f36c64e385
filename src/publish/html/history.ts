// The history as a page: for every release and imported series a chart a severity and basis, what is wrong with lines, ages and feed flaps.
import type { FindingsHistory, FlaggedSeries, HistoryReport } from '../../explain/history-report.ts';
import { SERIES_MEASURES } from '../../explain/history-series.ts';
import { SEVERITY_LEVELS } from '../../scan/advisory/advisory.ts';
import { BASES, plural } from '../words.ts';
import { lineChart } from './line-chart.ts';
import type { PageFiles } from './page-files.ts';
import { folded, list, type Markup, paragraph, plainDocument, section, table } from './plain-document.ts';

const KIND_WORDS = { published: 'as published', reassessed: 'judged again', imported: 'as printed' } as const;

/**
 * The history as one HTML document.
 * @param page the built page; read from the package unless given.
 */
export function historyHtml({ series, findings }: HistoryReport, page?: PageFiles): string {
  const groups = [
    ...Map.groupBy(series, ({ kind, name }) => `${kind === 'imported' ? 'file' : 'release'} ${name}`).values(),
  ];
  const names = [...new Set(series.map(({ name }) => name))];
  const sections = [...groups.flatMap((group) => seriesSection(group)), ...(findings ?? []).map(findingsSection)];
  return plainDocument(
    { kicker: 'Burn-down', title: names.length === 0 ? 'No history yet' : names.join(', ') },
    sections.length === 0
      ? [section('Nothing to draw', paragraph('The store has no assessment of that kind yet.'))]
      : sections,
    page,
  );
}

function seriesSection(group: readonly FlaggedSeries[]): readonly Markup[] {
  const [first] = group;
  if (first === undefined) return [];
  const flags = [
    ...new Set(
      group.flatMap((series) =>
        series.flags.map(
          ({ date, name, kind, reason }) =>
            `${date} ${name}: ${kind === 'spike' ? 'came and went' : 'does not add up'}: ${reason}`,
        ),
      ),
    ),
  ];
  const drawn = BASES.flatMap((basis) => {
    const own = group.filter((series) => series.basis === basis);
    const charts = [
      ...SERIES_MEASURES.map((measure) => countChart(measure, own)),
      ...SEVERITY_LEVELS.map((level) => shareChart(level, own)),
    ].filter((chart) => chart !== '');
    if (charts.length === 0) return [];
    const title = first.kind === 'imported' ? '' : `<h3>Basis ${basis}</h3>`;
    return [{ html: `${title}<div class="charts">${charts.join('\n')}</div>` }];
  });
  const lines = group.flatMap((series) => linesOf(series));
  const dashed = group.some(({ kind }) => kind === 'reassessed')
    ? paragraph('Whole lines: as published. Dashed: the same versions judged again, with what is known now.', 'hint')
    : paragraph('');
  return [
    section(
      `${first.name}, ${plural(first.points.length, first.kind === 'imported' ? 'line' : 'version')}`,
      dashed,
      ...drawn,
      ...(flags.length === 0 ? [] : [{ html: '<h3>Lines to doubt</h3>' }, list(flags)]),
      folded('All figures', ...lines),
    ),
  ];
}

function countChart(measure: (typeof SERIES_MEASURES)[number], group: readonly FlaggedSeries[]): string {
  return figure(
    measure,
    '',
    group.map((series) => ({
      title: KIND_WORDS[series.kind],
      points: series.points.flatMap(({ date, name, counts }) => {
        const value = counts[measure];
        return value === undefined ? [] : [{ date, name, value, ...doubtOf(series, date, name, measure) }];
      }),
    })),
  );
}

function shareChart(level: (typeof SEVERITY_LEVELS)[number], group: readonly FlaggedSeries[]): string {
  return figure(
    level,
    ' %',
    group.map((series) => ({
      title: KIND_WORDS[series.kind],
      points: series.points.flatMap(({ date, name, shares }) => {
        const value = shares[level];
        return value === undefined ? [] : [{ date, name, value, ...doubtOf(series, date, name, undefined) }];
      }),
    })),
  );
}

/** A spike is drawn on the severity that it is about, a line that does not add up on all. */
function doubtOf(
  { flags }: FlaggedSeries,
  date: string,
  name: string,
  measure: string | undefined,
): { doubt?: string } {
  const flag = flags.find(
    (one) =>
      one.date === date &&
      one.name === name &&
      (one.kind === 'shares'
        ? measure === undefined
        : measure !== undefined && (one.kind === 'counts' || ` ${one.reason}`.includes(` ${measure} `))),
  );
  return flag === undefined ? {} : { doubt: flag.reason };
}

/** Nothing for a measure that nobody counted, and for one that was zero all along, unless it is the first that is looked for. */
function figure(measure: string, unit: string, lines: Parameters<typeof lineChart>[0]['lines']): string {
  const shown = lines.filter(({ points }) => points.length > 0);
  const values = shown.flatMap(({ points }) => points.map(({ value }) => value));
  if (values.length === 0 || (measure !== 'critical' && values.every((value) => value === 0))) return '';
  const ink = measure === 'total' || measure === 'fixable' ? 'plain-line' : measure;
  const chart = lineChart({ title: measure, ink, unit, lines: shown });
  return chart === '' ? '' : `<figure><figcaption>${measure}${unit}</figcaption>${chart}</figure>`;
}

/** One basis is enough for what the source says of images. */
function linesOf({ kind, basis, points, name }: FlaggedSeries): readonly Markup[] {
  const counts = SERIES_MEASURES.filter((measure) => points.some((point) => point.counts[measure] !== undefined));
  const shares = SEVERITY_LEVELS.filter((level) => points.some((point) => point.shares[level] !== undefined));
  if (counts.length + shares.length === 0) return [];
  const caption = kind === 'imported' ? `${name}, ${KIND_WORDS[kind]}` : `${KIND_WORDS[kind]}, basis ${basis}`;
  return [
    { html: `<h3>${kind === 'imported' ? KIND_WORDS[kind] : `${KIND_WORDS[kind]}, basis ${basis}`}</h3>` },
    table(
      caption,
      ['date', 'line', 'images', 'with critical or high', ...counts, ...shares.map((level) => `${level} %`), 'note'],
      points.map((point) => [
        point.date,
        point.name,
        point.images,
        point.imagesWithCriticalOrHigh,
        ...counts.map((measure) => point.counts[measure]),
        ...shares.map((level) => point.shares[level]),
        point.note,
      ]),
    ),
  ];
}

function findingsSection({ release, asOf, assessments, ages, flaps }: FindingsHistory): Markup {
  return section(
    `${release}: age and days to fix`,
    paragraph(
      `Instances of the basis instances at ${asOf}, from ${plural(assessments, 'assessment')}. An instance is as old as the first assessment that had it; it is fixed when it is gone from an image whose content changed.`,
      'hint',
    ),
    table(
      `Age and days to fix in ${release}`,
      [
        'owner',
        'severity',
        'open',
        'median age',
        'oldest',
        'fixed',
        'median days to fix',
        'longest',
        'removed with image',
        'withdrawn',
      ],
      ages.map((line) => [
        line.owner,
        line.severity,
        line.open,
        line.medianAge,
        line.oldestAge,
        line.fixed,
        line.medianDaysToFix,
        line.longestDaysToFix,
        line.removed,
        line.withdrawn,
      ]),
    ),
    ...(flaps.length === 0
      ? []
      : [
          { html: '<h3>Feed flaps: no image changed</h3>' },
          list(
            flaps.map(
              ({ vulnerability, kind, from, to, images }) =>
                `${vulnerability} ${kind === 'appeared' ? `appeared ${from} and vanished` : `vanished ${from} and came back`} ${to} in ${plural(images, 'image')}`,
            ),
          ),
        ]),
  );
}
