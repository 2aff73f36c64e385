// All about one image: what was really shipped, who uses it, its counts and what could not be read of it.
import { SEVERITY_LEVELS } from '../../../scan/advisory/advisory.ts';
import { count, GAP_WORDS, plural, splitReference } from '../../words.ts';
import type { ReportImage } from '../report-data.ts';
import { Detail, Entry, Lines } from './detail.tsx';
import { Jump, toFindings, toPackages } from './jump.tsx';
import { SeverityBadge } from './marks.tsx';
import type { ViewProps } from './report.ts';

/** The details of an image. */
export function ImageDetail({ report, image, state, go }: ViewProps & { readonly image: ReportImage }) {
  const gaps = report.data.gaps.filter((gap) => gap.target === image.slot || gap.target === image.digest);
  const levels = SEVERITY_LEVELS.filter((level) => image.counts[level] > 0);
  return (
    <Detail title={splitReference(image.logical).name} onClose={() => go({ images: { ...state.images, shown: '' } })}>
      <ul class="detail-counts">
        {levels.map((level) => (
          <li key={level}>
            <SeverityBadge level={level} word /> {count(image.counts[level])}
          </li>
        ))}
      </ul>
      <p class="actions">
        {image.counts.total > 0 && (
          <Jump class="action" to={toFindings({ image: image.slot })} go={go}>
            {plural(image.counts.total, 'instance')}, {count(image.counts.fixable)} fixable
          </Jump>
        )}
        {image.packages > 0 && (
          <Jump class="action" to={toPackages({ image: image.slot })} go={go}>
            {plural(image.packages, 'package')}
          </Jump>
        )}
      </p>
      <dl>
        <Entry name="Logical reference">{image.logical}</Entry>
        <Entry name="Physical reference">{image.physical}</Entry>
        <Entry name="Digest">{image.digest ?? 'not read'}</Entry>
        <Entry name="Slot">{image.slot}</Entry>
        <Entry name="Platform">{image.platform}</Entry>
        <Entry name="System">
          {image.os !== undefined && `${image.os.id} ${image.os.version ?? ''}`}
          {image.os?.endOfLife !== undefined && `, end of life ${image.os.endOfLife}`}
        </Entry>
        <Entry name="Origin">{image.origin === 'own' ? 'own' : 'third party'}</Entry>
        <Entry name="Used by charts">{image.charts.length > 0 && <Lines values={image.charts} />}</Entry>
        <Entry name="Gaps">
          {gaps.length > 0 && (
            <Lines
              values={gaps.map(
                (gap) => `${GAP_WORDS[gap.kind].title}: ${gap.location ? `${gap.location}: ` : ''}${gap.reason}`,
              )}
            />
          )}
        </Entry>
      </dl>
    </Detail>
  );
}
