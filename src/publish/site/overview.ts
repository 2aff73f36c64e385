// The first page of a bundle: what was assessed, whether the figures may be quoted, the figures, the images, what changed, and every file.
import { formatPercent } from '../../explain/shares.ts';
import { type Statistics, slotCounts } from '../../explain/statistics.ts';
import { SEVERITY_LEVELS } from '../../scan/advisory/advisory.ts';
import type { Assessment } from '../../scan/assess/assessment.ts';
import { originText } from '../origin-words.ts';
import { compareWeight } from '../ranking.ts';
import { BASES, count, day, GAP_KINDS, GAP_WORDS, plural } from '../words.ts';
import type { CheckSection } from './checks.ts';
import type { PublishedLine } from './lines.ts';
import { link, type SiteCell, section, sentences, table, text } from './page.ts';

/** A file of the bundle, and what it is. */
export interface ListedFile {
  readonly path: string;
  readonly about: string;
}

/** What the page tells. */
export interface OverviewInput {
  readonly assessment: Assessment;
  readonly statistics: Statistics;
  readonly audience: string;
  readonly publisher: string;
  /** What this bundle takes the place of. */
  readonly erratum?: { readonly bundle: string; readonly reason: string };
  /** Sentences on what changed since an earlier release, the first ones of the comparison. */
  readonly narrative?: readonly string[];
  readonly checks: readonly CheckSection[];
  readonly lines?: readonly PublishedLine[];
  readonly files: readonly ListedFile[];
}

/** Sentences of the comparison that the first page shows. */
const SENTENCES = 6;

/** The content of the page. */
export function overviewHtml(input: OverviewInput): string {
  const { assessment, statistics, erratum, narrative, checks, lines, files } = input;
  const origins = originText(statistics);
  return [
    section(
      'This bundle',
      `<p>${text(subtitle(input))}</p>`,
      ...(erratum === undefined
        ? []
        : [
            `<p class="banner"><strong>Erratum.</strong> ${text(`This bundle takes the place of ${erratum.bundle}: ${erratum.reason}`)}</p>`,
          ]),
      headlineHtml(statistics),
      verdictsHtml(checks),
    ),
    section('Figures', figuresTable(statistics), ...(origins === undefined ? [] : [`<p>${text(origins)}.</p>`])),
    ...(lines === undefined ? [] : [section('Release lines', linesTable(lines))]),
    ...(narrative === undefined
      ? []
      : [
          section(
            'What changed',
            sentences(narrative.slice(0, SENTENCES)),
            `<p>${link('compare.html', 'The waterfall from the one to the other, with the cells behind each bar').html}</p>`,
          ),
        ]),
    ...checks.map(checkHtml),
    section('Images', imagesTable(assessment)),
    section('What the figures do not cover', gapsHtml(assessment)),
    section(
      'Files',
      table(
        ['file', 'is'],
        files.map(({ path, about }) => [link(addressOf(path), path), about]),
      ),
    ),
  ].join('\n');
}

function subtitle({ assessment, statistics, audience, publisher }: OverviewInput): string {
  const { asOf, advisorySet, id } = assessment;
  const read = `${plural(statistics.scannedImages, 'image')} read, ${count(statistics.unreadImages)} not`;
  return `Security bundle by ${publisher}, for: ${audience}. ${read}; advisories of ${day(advisorySet.builtAt)}, as of ${asOf}. Assessment ${id}.`;
}

function headlineHtml({ headline, headlineReason }: Statistics): string {
  return headline
    ? '<p>The figures may be quoted: every main feed was there for the packages of this release.</p>'
    : `<p class="banner"><strong>Figures are incomplete:</strong> ${text(headlineReason)}. They are no headline, and no verdict rests on them.</p>`;
}

/** What each command said of the whole; their results stand below. */
function verdictsHtml(checks: readonly CheckSection[]): string {
  const said = checks.flatMap(({ title, verdict }) => (verdict === undefined ? [] : [{ title, verdict }]));
  if (said.length === 0) return '';
  const kind = said.every(({ verdict }) => verdict === 'pass') ? '' : ' class="banner"';
  const words = said.map(({ title, verdict }) => `${text(title)}: <strong>${text(verdict)}</strong>`);
  return `<p${kind}>${words.join('. ')}.</p>`;
}

function checkHtml({ title, verdict, rows }: CheckSection): string {
  const hasReasons = rows.some(({ reason }) => reason !== undefined);
  const shown = rows.map((row) => [row.check, row.verdict, row.number, ...(hasReasons ? [row.reason ?? ''] : [])]);
  return section(
    title,
    ...(verdict === undefined ? [] : [`<p>Verdict: <strong>${text(verdict)}</strong></p>`]),
    table(['check', 'verdict', 'results', ...(hasReasons ? ['reason'] : [])], shown),
  );
}

function linesTable(lines: readonly PublishedLine[]): string {
  const rows = lines.map(({ name, state, kubernetes, start, end }) => [name, state, kubernetes, start, end]);
  return table(['line', 'state', 'Kubernetes', 'from', 'to'], rows);
}

/** Rows have the ids `figures-SEVERITY`, by which they are checked against the other files. */
function figuresTable(statistics: Statistics): string {
  const rows = SEVERITY_LEVELS.map((level): SiteCell[] => [
    level,
    ...BASES.flatMap((basis) => {
      const figure = statistics[basis][level];
      return [figure.count, `${formatPercent(figure)} %`, figure.fixable];
    }),
  ]);
  const total: SiteCell[] = [
    'total',
    ...BASES.flatMap((basis) => [statistics[basis].total, '', statistics[basis].fixable]),
  ];
  const titles = ['severity', ...BASES.flatMap((basis) => [basis, 'share', 'fixable'])];
  return table(
    titles,
    [...rows, total],
    [...SEVERITY_LEVELS, 'total'].map((level) => `figures-${level}`),
  );
}

function imagesTable(assessment: Assessment): string {
  const counts = slotCounts(assessment);
  const read = assessment.images.flatMap((image) => {
    const of = counts.get(image.slot);
    return of === undefined || image.digest === undefined ? [] : [{ ...image, counts: of }];
  });
  const unread = assessment.images.filter(({ digest }) => digest === undefined);
  const rows = read
    .sort(compareWeight)
    .map(({ slot, logical, counts: of }): SiteCell[] => [
      link(`report.html#/image/${encodeURIComponent(slot)}`, logical),
      ...(['critical', 'high', 'medium', 'low'] as const).map((level) => of[level]),
      of.total,
      of.fixable,
    ]);
  const missing = unread.map(({ logical }) => `<li>${text(logical)}</li>`);
  return [
    table(['image', 'critical', 'high', 'medium', 'low', 'total', 'fixable'], rows),
    ...(missing.length === 0
      ? []
      : [`<p>Not read, and in no figure:</p><ul class="points">${missing.join('\n')}</ul>`]),
  ].join('\n');
}

function gapsHtml({ gaps }: Assessment): string {
  if (gaps.length === 0) return '<p>Nothing was left out.</p>';
  const rows = GAP_KINDS.flatMap((kind): SiteCell[][] => {
    const number = gaps.filter((gap) => gap.kind === kind).length;
    return number === 0 ? [] : [[GAP_WORDS[kind].title, number, GAP_WORDS[kind].meaning]];
  });
  return table(['gap', 'number', 'meaning'], rows);
}

function addressOf(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}
