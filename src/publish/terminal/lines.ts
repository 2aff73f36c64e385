// Release lines as a table for a terminal: state, what it ships, how long it is kept, and the figures of its newest assessment.
import type { LineSupport } from '../../posture/kubernetes-versions/line-support.ts';
import type { LineStatus } from '../../respond/lines/status.ts';
import type { ListedFigures } from '../../scan/assess/assessment-store.ts';
import { count } from '../words.ts';
import { alignedRows } from './columns.ts';
import { glyphsOf, paint, shown, type TerminalOptions } from './terminal.ts';

/** Critical, high, and the images that neither knows of; of a release of which nothing was read there are no figures. */
function figuresOf({ critical, high, images, unreadImages }: ListedFigures): readonly string[] {
  const isRead = images > unreadImages;
  return [isRead ? count(critical) : 'n/a', isRead ? count(high) : 'n/a', count(unreadImages)];
}

/** A row a line, each ended by a line feed; behind them what contradicts itself, and lines that outlive their Kubernetes. */
export function linesTable(
  statuses: readonly LineStatus[],
  supports: readonly LineSupport[],
  asOf: string,
  options: TerminalOptions,
): string {
  const titles = ['line', 'state', 'Kubernetes', 'end', 'release', 'critical', 'high', 'unread', 'content'];
  const rows = statuses.map(({ line, daysLeft, latest }) => [
    line.release === undefined ? line.name : `${line.release} ${line.name}`,
    line.state,
    line.kubernetes ?? '',
    line.end === undefined
      ? 'not stated'
      : `${line.end}${daysLeft === undefined || daysLeft < 0 ? ' (past)' : ` (${daysLeft} days)`}`,
    latest === undefined ? 'not assessed' : `${latest.release.version} as of ${latest.asOf}`,
    ...(latest === undefined ? ['', '', ''] : figuresOf(latest.figures)),
    line.content ?? '',
  ]);
  const [head = '', ...lines] = alignedRows(
    [titles, ...rows].map((row) => row.map((cell) => shown(cell, options))),
    Math.max(48, options.columns),
    glyphsOf(options).cut,
  );
  const remarks = [...statuses, ...supports]
    .filter(({ verdict }) => verdict.verdict === 'fail' || verdict.verdict === 'warn')
    .map(({ verdict }) =>
      shown(
        `  ${verdict.subject}: ${verdict.reason}${verdict.remediation === undefined ? '' : `; ${verdict.remediation}`}`,
        options,
      ),
    );
  return [
    paint(`Release lines as of ${asOf}`, 'strong', options),
    paint(head, 'faint', options),
    ...lines,
    ...(remarks.length === 0 ? [] : ['', ...remarks.map((text) => paint(text, 'warning', options))]),
  ]
    .map((text) => `${text}\n`)
    .join('');
}
