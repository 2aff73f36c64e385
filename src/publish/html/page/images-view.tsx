// All images of the release with their counts, and the details of the one chosen.
import { useMemo } from 'preact/hooks';
import { SEVERITY_LEVELS } from '../../../scan/advisory/advisory.ts';
import { compareWeight } from '../../ranking.ts';
import { count, LEVEL_LETTER, plural } from '../../words.ts';
import type { ReportImage } from '../report-data.ts';
import { FilterField, Filters } from './filters.tsx';
import { ImageDetail } from './image-detail.tsx';
import { Flag, ImageName } from './marks.tsx';
import type { ViewProps } from './report.ts';
import type { ImageSortKey } from './view-state.ts';
import { type TableColumn, WindowedTable } from './windowed-table.tsx';

const COLUMNS: readonly TableColumn<ImageSortKey>[] = [
  { id: 'image', title: 'Image', sort: 'image' },
  { id: 'os', title: 'System', sort: 'os' },
  { id: 'packages', title: 'Packages', sort: 'packages', numeric: true },
  ...SEVERITY_LEVELS.map((level) => ({
    id: level,
    title: <span title={level}>{LEVEL_LETTER[level]}</span>,
    label: level,
    numeric: true,
    ...(level === 'critical' && { sort: 'severity' as const }),
  })),
  { id: 'total', title: 'All', label: 'all severities', sort: 'total', numeric: true },
  { id: 'fixable', title: 'Fixable', sort: 'fixable', numeric: true },
  { id: 'gaps', title: 'Gaps', sort: 'gaps', numeric: true },
];

/** Ascending orders; counts have their largest first, as readers want them. */
const ORDERS: Readonly<Record<ImageSortKey, (a: ReportImage, b: ReportImage) => number>> = {
  severity: compareWeight,
  image: (a, b) => compareText(a.logical, b.logical),
  os: (a, b) => compareText(systemOf(a), systemOf(b)),
  packages: (a, b) => b.packages - a.packages,
  total: (a, b) => b.counts.total - a.counts.total,
  fixable: (a, b) => b.counts.fixable - a.counts.fixable,
  gaps: (a, b) => b.gaps - a.gaps,
};

/** The list of images and the details of the one chosen. */
export function ImagesView({ report, state, go }: ViewProps) {
  const { imageQuery, imageSort, imageDescending } = state;
  const images = useMemo(() => {
    const sign = imageDescending ? -1 : 1;
    return report.data.images
      .filter((image) => matches(image, imageQuery))
      .sort((a, b) => sign * ORDERS[imageSort](a, b) || compareWeight(a, b));
  }, [report, imageQuery, imageSort, imageDescending]);
  const shown = report.images.get(state.image);
  const open = (image: ReportImage | undefined): void => go({ image: image?.slot ?? '' });
  return (
    <div class={`listing ${shown === undefined ? '' : 'with-detail'}`}>
      <div class="list">
        <Filters>
          <FilterField
            label="Filter images"
            placeholder="name, system, chart, digest"
            value={imageQuery}
            onChange={(query) => go({ imageQuery: query })}
          />
          <p class="result" role="status">
            {plural(images.length, 'image')}
            {images.length < report.data.images.length && ` of ${count(report.data.images.length)}`}
            <span class="basis"> basis: instances</span>
          </p>
        </Filters>
        <WindowedTable
          caption="Images of the release with their vulnerabilities by severity"
          kind="images"
          columns={COLUMNS}
          count={images.length}
          heights={{ row: 34, card: 84 }}
          sort={imageSort}
          descending={imageDescending}
          onSort={(key, descending) => go({ imageSort: key, imageDescending: descending })}
          selected={images.findIndex((image) => image.slot === state.image)}
          onOpen={(position) => open(images[position])}
          cells={(position) => cellsOf(images[position])}
        />
      </div>
      {shown !== undefined && <ImageDetail report={report} image={shown} go={go} />}
    </div>
  );
}

function cellsOf(image: ReportImage | undefined): readonly preact.ComponentChildren[] {
  if (image === undefined) return [];
  const unread = image.digest === undefined;
  const number = (value: number): preact.ComponentChildren =>
    unread ? <span class="none">n/a</span> : <span class={value === 0 ? 'none' : ''}>{count(value)}</span>;
  return [
    <button key="image" type="button" class="plain row-name">
      <ImageName reference={image.logical} />
      {image.platform !== 'linux/amd64' && <Flag title="platform">{image.platform}</Flag>}
      {unread && (
        <Flag kind="alert" title="The image could not be read: nothing of it is counted">
          not read
        </Flag>
      )}
    </button>,
    <>
      {systemOf(image)}
      {image.ended && (
        <Flag kind="alert" title={`End of life ${image.os?.endOfLife ?? ''}`}>
          EOL
        </Flag>
      )}
    </>,
    number(image.packages),
    ...SEVERITY_LEVELS.map((level) => <span class={`cell-count ${level}`}>{number(image.counts[level])}</span>),
    number(image.counts.total),
    number(image.counts.fixable),
    <span class={image.gaps === 0 ? 'none' : 'warn-text'}>{count(image.gaps)}</span>,
  ];
}

function systemOf({ os }: ReportImage): string {
  return os === undefined ? '' : `${os.id} ${os.version ?? ''}`.trim();
}

function matches(image: ReportImage, query: string): boolean {
  const text = [image.logical, image.slot, image.digest ?? '', systemOf(image), image.origin, ...image.charts]
    .join(' ')
    .toLowerCase();
  return query
    .toLowerCase()
    .split(/\s+/)
    .every((term) => text.includes(term));
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
