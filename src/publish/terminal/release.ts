// A release as text for a terminal: figures, images, charts, then what looks wrong and what is not covered.
import { gapPlace } from '../../platform/gap.ts';
import { compareText } from '../../platform/order.ts';
import { displayWidth, fitEnd, fitMiddle, printable } from '../../platform/printable.ts';
import type { Verdict } from '../../platform/verdict.ts';
import type { Release, ReleaseImage } from '../../scan/release/release.ts';
import { shortDigest } from '../words.ts';
import { alignedRows } from './columns.ts';

/** How wide and how coloured. */
export interface ReleaseView {
  /** Columns of the terminal; Infinity where lines may be of any length. */
  readonly columns: number;
  readonly color: boolean;
}

/** Lines of text, each ended by a newline; no line is longer than the columns, provided these are at least 40. */
export function renderRelease(release: Release, view: ReleaseView): string {
  const heading = (text: string): string => (view.color ? `\x1b[1m${text}\x1b[22m` : text);
  const lines = [
    heading(fitEnd(printable(`${release.name} ${release.version}`), view.columns, '…')),
    fitMiddle(printable(release.target), view.columns, '…'),
    '',
    ...figures(release).map((line) => fitEnd(line, view.columns, '…')),
  ];
  const section = (title: string, content: readonly string[]): void => {
    if (content.length > 0) lines.push('', heading(title), content.join('\n'));
  };
  section('Images', alignedRows(release.images.map(imageRow), view.columns));
  section('Charts', alignedRows(release.charts.map(chartRow), view.columns));
  section('Namespaces', wrap(namespaces(release), view.columns));
  section(
    `Lint (${release.lint.length})`,
    release.lint.flatMap((verdict) => lintLines(verdict, view.columns)),
  );
  section(
    `Not covered (${release.gaps.length})`,
    release.gaps.flatMap((gap) => wrap([`${gap.kind} ${gapPlace(gap)}: ${gap.reason}`], view.columns)),
  );
  return `${lines.join('\n')}\n`;
}

function figures({ images, counts }: Release): readonly string[] {
  const own = images.filter((image) => image.origin === 'own').length;
  const pinned = images.filter((image) => image.digest !== undefined).length;
  const local = images.filter((image) => image.local !== undefined).length;
  const refused = images.filter((image) => image.refused !== undefined).length;
  const lines = [
    `${counted(images.length, 'image')}: ${own} own, ${images.length - own} third-party; ${pinned} pinned, ${local} on disk` +
      (refused === 0 ? '' : `, ${refused} refused`),
    `${counted(counts.explicitReferences, 'explicit reference')} under ${counted(counts.imageNames, 'name')}` +
      (counts.precacheEntries === 0 ? '' : `; precache list of ${counts.precacheEntries}`),
  ];
  if (counts.chartEntries === 0) return lines;
  return [
    ...lines,
    `${counted(counts.chartEntries, 'chart entry', 'chart entries')}: ${counted(counts.chartReleases, 'release')} of ${counted(counts.charts, 'chart')} ` +
      `in ${counted(counts.namespaces, 'namespace')}`,
  ];
}

function counted(count: number, noun: string, nouns = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : nouns}`;
}

/** Logical reference, origin, state; last, as it is the part that gives way, what names the image and what was shipped for it. */
function imageRow(image: ReleaseImage): readonly string[] {
  const { logical, physical = logical, origin, charts, sources } = image;
  const named = (charts.length > 0 ? charts : sources).join(', ');
  const pin = pinOf(image);
  const last = pin === undefined && physical !== logical ? `as ${physical}  ${named}` : [named, pin ?? ''].join('  ');
  return [logical, origin, stateOf(image), last.trimEnd()];
}

/** The start of the digest when it is all that the physical reference adds to the logical one; under another name the whole reference matters. */
function pinOf({ logical, physical, digest }: ReleaseImage): string | undefined {
  if (digest === undefined || physical === undefined || !physical.endsWith(`@${digest}`)) return undefined;
  const name = physical.slice(0, -`@${digest}`.length);
  return logical === name || logical.startsWith(`${name}:`) ? `sha256:${shortDigest(digest)}` : undefined;
}

function stateOf({ refused, local, digest }: ReleaseImage): string {
  if (refused !== undefined) return 'refused';
  if (local !== undefined) return 'on disk';
  return digest === undefined ? '' : 'pinned';
}

function chartRow(chart: Release['charts'][number]): readonly string[] {
  const name = chart.release === chart.chart ? chart.chart : `${chart.chart} as ${chart.release}`;
  return [name, chart.version, chart.namespace, chart.manifest];
}

function namespaces(release: Release): readonly string[] {
  const counts = new Map<string, number>();
  for (const { namespace } of release.charts) counts.set(namespace, (counts.get(namespace) ?? 0) + 1);
  if (counts.size === 0) return [];
  return [
    [...counts]
      .sort(([a], [b]) => compareText(a, b))
      .map(([name, count]) => `${name} ${count}`)
      .join(', '),
  ];
}

function lintLines(verdict: Verdict, columns: number): readonly string[] {
  return [
    ...wrap([`${verdict.verdict} ${verdict.check} ${verdict.subject}: ${verdict.reason}`], columns),
    ...verdict.evidence.map((evidence) => `    ${fitMiddle(printable(evidence), columns - 4, '…')}`),
  ];
}

/** Texts broken at blanks, indented by two, further lines by four. */
function wrap(texts: readonly string[], columns: number): readonly string[] {
  const lines: string[] = [];
  for (const text of texts) {
    let line = '  ';
    for (const word of printable(text).split(' ')) {
      if (line.trim() !== '' && displayWidth(line) + displayWidth(word) > columns) {
        lines.push(line.trimEnd());
        line = '    ';
      }
      line += `${fitMiddle(word, columns - 4, '…')} `;
    }
    lines.push(line.trimEnd());
  }
  return lines;
}
