// Every package that is installed in any image, each once, whether something is known of it or not.
import { useMemo } from 'preact/hooks';
import { count, plural } from '../../words.ts';
import { Chip, ImageChip, NothingFound } from './chips.tsx';
import { NotHere } from './detail.tsx';
import { FilterField, Filters } from './filters.tsx';
import { Counted, Flag, SeverityBadge } from './marks.tsx';
import { PackageDetail } from './package-detail.tsx';
import type { PackageRow } from './packages.ts';
import { slotLabel, type ViewProps } from './report.ts';
import { type PackageSortKey, START, type ViewState } from './view-state.ts';
import { type TableColumn, WindowedTable } from './windowed-table.tsx';

const COLUMNS: readonly TableColumn<PackageSortKey>[] = [
  { id: 'name', title: 'Package', sort: 'name' },
  { id: 'version', title: 'Version' },
  { id: 'type', title: 'Type', sort: 'type' },
  { id: 'source', title: 'Source' },
  { id: 'images', title: 'Images', sort: 'images', numeric: true },
  { id: 'severity', title: <span title="Highest severity known">Sev</span>, label: 'Sev: severity', sort: 'severity' },
  { id: 'known', title: 'Known', label: 'known vulnerabilities', sort: 'vulnerabilities', numeric: true },
];

/** The list of packages with its filters and the details of the one chosen. */
export function PackagesView({ report, state, go }: ViewProps) {
  const own = state.packages;
  const { query, types, vulnerable, image, sort, descending, shown } = own;
  const change = (part: Partial<ViewState['packages']>): void => go({ packages: { ...own, ...part } });
  const all = report.packages();
  const rows = useMemo(() => {
    const number = image === '' ? undefined : report.data.images.findIndex(({ slot }) => slot === image);
    return all.filter({ query, types, vulnerable, image: number }, sort, descending);
  }, [report, all, query, types, vulnerable, image, sort, descending]);
  const chosen = all.withPurl(shown);
  return (
    <div class={`listing ${chosen === undefined ? '' : 'with-detail'}`}>
      <div class="list">
        <NotHere what="package" name={shown} found={chosen !== undefined} onClose={() => change({ shown: '' })} />
        <Filters>
          <FilterField
            label="Filter packages"
            placeholder="name, version, source, purl"
            value={query}
            onChange={(text) => change({ query: text })}
          />
          {all.types.length > 1 && (
            <fieldset class="chips">
              <legend class="unseen">Type</legend>
              {all.types.map((type) => (
                <Chip
                  key={type}
                  pressed={types.includes(type)}
                  onToggle={() => change({ types: all.types.filter((one) => (one === type) !== types.includes(one)) })}
                >
                  {type}
                </Chip>
              ))}
            </fieldset>
          )}
          <div class="chips">
            <Chip pressed={vulnerable} onToggle={() => change({ vulnerable: !vulnerable })}>
              Vulnerable
            </Chip>
            <ImageChip
              label={image === '' ? '' : slotLabel(report.images, image)}
              onRemove={() => change({ image: '' })}
            />
          </div>
          <p class="result" role="status">
            <strong>{plural(rows.length, 'package')}</strong> of {count(all.rows.length)}
          </p>
        </Filters>
        <WindowedTable
          caption="Packages, each once, with the number of images that have it"
          kind="packages"
          columns={COLUMNS}
          count={rows.length}
          heights={{ row: 34, card: 76 }}
          sort={sort}
          descending={descending}
          onSort={(key, down) => change({ sort: key, descending: down })}
          selected={chosen === undefined ? -1 : rows.indexOf(chosen)}
          onOpen={(position) => change({ shown: rows[position]?.purl ?? '' })}
          cells={(position) => cellsOf(rows[position])}
        />
        {rows.length === 0 && (
          <NothingFound what="package" onReset={() => go({ packages: { ...START.packages, shown } })} />
        )}
      </div>
      {chosen !== undefined && <PackageDetail report={report} row={chosen} state={state} go={go} />}
    </div>
  );
}

/** The type, with the distribution that a package of it was built for: one version in two of them is two packages. */
function ecosystemOf({ type, purl }: PackageRow): string {
  const [, distribution] = /[?&]distro=([^&#]*)/.exec(purl) ?? [];
  return distribution === undefined ? type : `${type} ${distribution}`;
}

function cellsOf(row: PackageRow | undefined): readonly preact.ComponentChildren[] {
  if (row === undefined) return [];
  const known = row.vulnerabilities.length;
  return [
    <>
      <button type="button" class="plain row-name" title={row.name}>
        {row.name}
      </button>
      {row.ownedBy !== null && <Flag title={`Belongs to ${row.ownedBy}, whose distribution speaks for it`}>part</Flag>}
    </>,
    <span class="clip version" title={row.version}>
      {row.version}
    </span>,
    <span class="clip" title={ecosystemOf(row)}>
      {ecosystemOf(row)}
    </span>,
    <span class="clip none" title={row.source ?? ''}>
      {row.source}
    </span>,
    <Counted value={row.images.length} one="image" />,
    row.severity === null ? '' : <SeverityBadge level={row.severity} />,
    <span class={known === 0 ? 'none' : ''}>
      <Counted value={known} one="known" many="known" />
    </span>,
  ];
}
