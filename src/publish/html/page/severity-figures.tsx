// Severity bars on one of the three bases. The part of a bar with a fix is full, the rest is pale.

import { formatPercent, percentOf } from '../../../explain/shares.ts';
import type { ClassFigure } from '../../../explain/statistics.ts';
import { SEVERITY_LEVELS, type SeverityLevel } from '../../../scan/advisory/advisory.ts';
import { BASES, BASIS_WORDS, count, plural } from '../../words.ts';
import { Jump, toFindings } from './jump.tsx';
import { SeverityBadge } from './marks.tsx';
import type { Go, ViewProps } from './report.ts';

/** The panel with the bars and the choice of the basis. */
export function SeverityFigures({ report, state, go }: ViewProps) {
  const { basis } = state;
  const words = BASIS_WORDS[basis];
  const figures = report.data.statistics[basis];
  const net = report.data.statistics.net[basis].total;
  const scanned = report.data.statistics.scannedImages;
  const longest = Math.max(1, ...SEVERITY_LEVELS.map((level) => figures[level].count));
  return (
    <section class="panel figures" aria-labelledby="figures-title">
      <div class="panel-head">
        <h2 id="figures-title">
          <span class="big">{count(figures.total)}</span> {figures.total === 1 ? words.one : words.many}
          {basis === 'images' && ` of ${count(scanned)} with any`}
        </h2>
        <fieldset class="switch">
          <legend class="unseen">Basis of the figures</legend>
          {BASES.map((choice) => (
            <label key={choice}>
              <input
                type="radio"
                name="basis"
                value={choice}
                checked={choice === basis}
                onChange={() => go({ basis: choice })}
              />
              <span>{choice}</span>
            </label>
          ))}
        </fieldset>
      </div>
      <p class="hint">{words.meaning}</p>
      <table class="bars">
        <caption class="unseen">Figures by severity on the basis {basis}</caption>
        <thead>
          <tr>
            <th scope="col">Severity</th>
            <th scope="col" class="bar-cell">
              <span class="unseen">Bar</span>
            </th>
            <th scope="col" class="number">
              Count
            </th>
            <th scope="col" class="number">
              {basis === 'images' ? 'Of scanned' : 'Share'}
            </th>
            <th scope="col" class="number">
              Fixable
            </th>
          </tr>
        </thead>
        <tbody>
          {SEVERITY_LEVELS.map((level) => (
            <BarRow key={level} level={level} figure={figures[level]} longest={longest} go={go} />
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row" colSpan={2}>
              {basis === 'images' ? 'Any severity' : 'Total'}
            </th>
            <td class="number">{count(figures.total)}</td>
            <td class="number">{basis === 'images' ? share(figures.total, scanned) : ''}</td>
            <td class="number">{count(figures.fixable)}</td>
          </tr>
        </tfoot>
      </table>
      <p class="legend">
        <span class="swatch solid" /> has a fix <span class="swatch pale" /> no fix yet
      </p>
      <p class="legend">
        {basis !== 'images' &&
          `${plural(figures.fullyFixable, words.one, words.many)} would be gone after a rebuild with all fixes. `}
        {net !== figures.total && `Gross figures; net of statements that say “not affected”: ${count(net)}.`}
      </p>
    </section>
  );
}

interface BarRowProps {
  readonly level: SeverityLevel;
  readonly figure: ClassFigure;
  readonly longest: number;
  readonly go: Go;
}

function BarRow({ level, figure, longest, go }: BarRowProps) {
  const width = (part: number): string => `${(100 * part) / longest}%`;
  return (
    <tr class={figure.count === 0 ? 'none' : ''}>
      <th scope="row">
        <Jump to={toFindings({ levels: [level] })} go={go} title={`Show the findings of severity ${level}`}>
          <SeverityBadge level={level} word />
        </Jump>
      </th>
      <td class="bar-cell">
        <div class="bar" aria-hidden="true">
          <span class={`fill ${level}`} style={{ width: width(figure.fixable) }} />
          <span class={`fill ${level} pale`} style={{ width: width(figure.count - figure.fixable) }} />
        </div>
      </td>
      <td class="number">{count(figure.count)}</td>
      <td class="number">{formatPercent(figure)} %</td>
      <td class="number">{count(figure.fixable)}</td>
    </tr>
  );
}

function share(part: number, whole: number): string {
  return whole === 0 ? '' : `${formatPercent({ count: part, percent: percentOf(part, whole) })} %`;
}
