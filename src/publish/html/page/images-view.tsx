// All images of the release with their counts, and the details of the one chosen.
import { useMemo } from 'preact/hooks';
import { SEVERITY_LEVELS } from '../../../scan/advisory/advisory.ts';
import { compareWeight } from '../../ranking.ts';
import { count, LEVEL_LETTER, plural } from '../../words.ts';
import type { ReportImage } from '../report-data.ts';
import { NothingFound } from './chips.tsx';
import { NotHere } from './detail.tsx';
import { FilterField, Filters } from './filters.tsx';
import { ImageDetail } from './image-detail.tsx';
import { Counted, EndOfLifeFlag, Flag, ImageName } from './marks.tsx';
import { imageNamed, type ViewProps } from './report.ts';
import { compareNatural, inOrder, searchFor } from './texts.ts';
import type { ImageSortKey, ViewState } from './view-state.ts';
import { type TableColumn, WindowedTable } from './windowed-table.tsx';

const COLUMNS: readonly TableColumn<ImageSortKey>[] = [
  { id: 'image', title: 'Image', sort: 'image' },
  { id: 'os', title: 'System', sort: 'os' },
  { id: 'packages', title: 'Packages', sort: 'packages', numeric: true },
  ...SEVERITY_LEVELS.map((level) => ({
    id: level,
    title: <span title={level}>{LEVEL_LETTER[level]}</span>,
    label: `${LEVEL_LETTER[level]}: ${level}`,
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
  image: (a, b) => compareNatural(a.logical, b.logical),
  os: (a, b) => compareNatural(systemOf(a), systemOf(b)),
  packages: (a, b) => b.packages - a.packages,
  total: (a, b) => b.counts.total - a.counts.total,
  fixable: (a, b) => b.counts.fixable - a.counts.fixable,
  gaps: (a, b) => b.gaps - a.gaps,
};

/** The list of images and the details of the one chosen. */
export function ImagesView({ report, state, go }: ViewProps) {
  const own = state.images;
  const { query, sort, descending } = own;
  const change = (part: Partial<ViewState['images']>): void => go({ images: { ...own, ...part } });
  const images = useMemo(() => {
    const holds = searchFor(query);
    const passing = report.data.images.filter((image) => holds(wordsOf(image)));
    return inOrder(passing, ORDERS[sort], descending, compareWeight);
  }, [report, query, sort, descending]);
  const shown = imageNamed(report, own.shown);
  return (
    <div class={`listing ${shown === undefined ? '' : 'with-detail'}`}>
      <div class="list">
        <NotHere what="image" name={own.shown} found={shown !== undefined} onClose={() => change({ shown: '' })} />
        <Filters>
          <FilterField
            label="Filter images"
            placeholder="name, system, chart, digest"
            value={query}
            onChange={(text) => change({ query: text })}
          />
          <p class="result" role="status">
            <strong>{plural(images.length, 'image')}</strong> of {count(report.data.images.length)}
            <span class="basis"> basis: instances</span>
          </p>
        </Filters>
        <WindowedTable
          caption="Images of the release with their vulnerabilities by severity"
          kind="images"
          columns={COLUMNS}
          count={images.length}
          heights={{ row: 34, card: 84 }}
          sort={sort}
          descending={descending}
          onSort={(key, down) => change({ sort: key, descending: down })}
          selected={shown === undefined ? -1 : images.indexOf(shown)}
          onOpen={(position) => change({ shown: images[position]?.slot ?? '' })}
          cells={(position) => cellsOf(images[position], report.data.asOf)}
        />
        {images.length === 0 && <NothingFound what="image" onReset={() => change({ query: '' })} />}
      </div>
      {shown !== undefined && <ImageDetail report={report} image={shown} state={state} go={go} />}
    </div>
  );
}

function cellsOf(image: ReportImage | undefined, asOf: string): readonly preact.ComponentChildren[] {
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
      <EndOfLifeFlag date={image.os?.endOfLife} asOf={asOf} />
    </>,
    unread ? number(0) : <Counted value={image.packages} one="package" />,
    ...SEVERITY_LEVELS.map((level) => <span class={`cell-count ${level}`}>{number(image.counts[level])}</span>),
    number(image.counts.total),
    number(image.counts.fixable),
    <span class={image.gaps === 0 ? 'none' : 'warn-text'}>
      <Counted value={image.gaps} one="gap" />
    </span>,
  ];
}

function systemOf({ os }: ReportImage): string {
  return os === undefined ? '' : `${os.id} ${os.version ?? ''}`.trim();
}

/** What a search looks in, in lower case. */
function wordsOf(image: ReportImage): string {
  return [image.logical, image.slot, image.digest ?? '', systemOf(image), image.origin, ...image.charts]
    .join(' ')
    .toLowerCase();
}
