// The plots of docs/scale.md, from what portfolio.ts measured. Also as a program: portfolio-plots.ts RESULT.json FOLDER.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Chart, chartSvg, fittedLine } from './plot.ts';
import { type PortfolioDay, type PortfolioResult, secondsOf } from './portfolio-result.ts';

/** Writes the plots into the folder as SVG files. */
export function writePortfolioPlots(result: PortfolioResult, folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const [name, chart] of Object.entries(portfolioCharts(result)))
    writeFileSync(join(folder, `${name}.svg`), chartSvg(chart));
}

/** The charts by file name. */
export function portfolioCharts({ days, images, wholeBytesADay }: PortfolioResult): Readonly<Record<string, Chart>> {
  const later = days.filter(({ day }) => day > 0);
  const counted = images.toLocaleString('en');
  return {
    'scale-delta': {
      title: `A day of ${counted} images against the names with new advisories`,
      xTitle: 'package names of which advisories changed',
      yTitle: 'processor seconds',
      series: [
        ...withFit('whole day', later, ({ steps }) => secondsOf(steps)),
        ...withFit('judging', later, ({ steps }) => steps.judge),
      ],
    },
    'scale-store': {
      title: `Size of the store, ${counted} images judged every day`,
      xTitle: 'day',
      yTitle: 'MB',
      series: [
        { label: 'in shared parts', style: 'line', points: days.map(({ day, storeBytes }) => [day, storeBytes / 1e6]) },
        {
          label: 'every assessment whole (computed)',
          style: 'dashed',
          points: days.map(({ day }) => [day, ((day + 1) * wholeBytesADay) / 1e6]),
        },
      ],
    },
    'scale-memory': {
      title: `Most memory so far, ${counted} images`,
      xTitle: 'day',
      yTitle: 'MB (VmHWM)',
      series: [
        {
          label: 'the whole process',
          style: 'line',
          points: days.map(({ day, peakMegabytes }) => [day, peakMegabytes]),
        },
      ],
    },
  };
}

function withFit(
  label: string,
  days: readonly PortfolioDay[],
  measure: (day: PortfolioDay) => number,
): Chart['series'] {
  const points = days.map((day) => [day.names, measure(day)] as const);
  const { base, slope } = fittedLine(points);
  const end = Math.max(...points.map(([names]) => names));
  return [
    { label, style: 'dots', points },
    {
      label: `${base.toFixed(1)} s + ${(slope * 1000).toFixed(1)} ms a name`,
      style: 'dashed',
      points: [
        [0, base],
        [end, base + slope * end],
      ],
    },
  ];
}

if (import.meta.main) {
  const [file = '', folder = ''] = process.argv.slice(2);
  writePortfolioPlots(JSON.parse(readFileSync(file, 'utf8')), folder);
}
