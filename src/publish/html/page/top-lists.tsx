// Two short lists of the summary: the images with most critical and high, and the vulnerabilities that come first.
import { useMemo } from 'preact/hooks';
import type { SlotCounts } from '../../../explain/statistics.ts';
import { SEVERITY_LEVELS } from '../../../scan/advisory/advisory.ts';
import { severeImages } from '../../ranking.ts';
import { count, plural } from '../../words.ts';
import { Jump, toCve, toImage } from './jump.tsx';
import { ImageName, KevFlag, SeverityBadge } from './marks.tsx';
import type { ViewProps } from './report.ts';

const LENGTH = 10;

/** The images with most critical and high. */
export function TopImages({ report, go }: ViewProps) {
  const images = useMemo(() => severeImages(report.data.images, LENGTH), [report]);
  return (
    <section class="panel" aria-labelledby="top-images">
      <h2 id="top-images">Images with most critical and high</h2>
      {images.length === 0 && <p class="hint">No image that was read has a vulnerability rated critical or high.</p>}
      <ol class="ranking">
        {images.map((image) => (
          <li key={image.slot}>
            <Jump to={toImage(image.slot)} go={go}>
              <ImageName reference={image.logical} />
              <span class="tallies">
                <Tally level="critical" value={image.counts.critical} />
                <Tally level="high" value={image.counts.high} />
              </span>
              <StackedBar counts={image.counts} most={Math.max(...images.map((other) => other.counts.total))} />
            </Jump>
          </li>
        ))}
      </ol>
    </section>
  );
}

/** The vulnerabilities in the order in which they are to be worked on, each with the reason of its place. */
export function TopVulnerabilities({ report, go }: ViewProps) {
  const found = report.data.urgent;
  return (
    <section class="panel" aria-labelledby="top-vulnerabilities">
      <h2 id="top-vulnerabilities">Vulnerabilities, most urgent first</h2>
      {found.length === 0 && <p class="hint">No vulnerability was found in the images that were read.</p>}
      <ol class="ranking cve-ranking">
        {found.map((entry) => (
          <li key={entry.vulnerability}>
            <Jump to={toCve(entry.vulnerability)} go={go}>
              <span class="vulnerability-name">
                <SeverityBadge level={entry.severity} /> <span class="id">{entry.vulnerability}</span>{' '}
                {entry.kev && <KevFlag />}
              </span>
              <span class="packages">{entry.packages.join(', ')}</span>
              <span class="spread">
                {plural(entry.slots, 'image')}
                <small>{entry.reason}</small>
              </span>
            </Jump>
          </li>
        ))}
      </ol>
    </section>
  );
}

/** A severity and how many, quiet when there are none. */
export function Tally({
  level,
  value,
}: {
  readonly level: keyof SlotCounts & ('critical' | 'high');
  readonly value: number;
}) {
  return (
    <span class={`tally ${value === 0 ? 'none' : ''}`}>
      <SeverityBadge level={level} />
      {count(value)}
    </span>
  );
}

function StackedBar({ counts, most }: { readonly counts: SlotCounts; readonly most: number }) {
  return (
    <span class="bar thin" aria-hidden="true">
      {SEVERITY_LEVELS.map((level) => (
        <span key={level} class={`fill ${level}`} style={{ width: `${(100 * counts[level]) / Math.max(1, most)}%` }} />
      ))}
    </span>
  );
}
