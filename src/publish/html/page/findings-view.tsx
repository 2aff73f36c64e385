// Every finding, a row a package, with filters that say at once what the rows shown amount to.
import { useMemo } from 'preact/hooks';
import { count, FIX_WORDS, plural } from '../../words.ts';
import { Chip, ImageChip, LevelChips, NothingFound } from './chips.tsx';
import { NotHere } from './detail.tsx';
import { FilterField, Filters } from './filters.tsx';
import { FindingDetail } from './finding-detail.tsx';
import { type SortKey, valueAt } from './findings.ts';
import { ImageName, KevFlag, SeverityBadge } from './marks.tsx';
import { type Report, slotLabel, type ViewProps } from './report.ts';
import { probabilityText } from './texts.ts';
import { START, type ViewState } from './view-state.ts';
import { type TableColumn, WindowedTable } from './windowed-table.tsx';

const COLUMNS: readonly TableColumn<SortKey>[] = [
  { id: 'severity', title: <span title="Severity">Sev</span>, label: 'Sev: severity', sort: 'severity' },
  { id: 'vulnerability', title: 'Vulnerability', sort: 'vulnerability' },
  { id: 'package', title: 'Package', sort: 'package' },
  { id: 'version', title: 'Installed' },
  { id: 'fixed', title: 'Fixed in', sort: 'fixedIn' },
  { id: 'image', title: 'Image', sort: 'image' },
  { id: 'epss', title: <span title="Exploit prediction (EPSS), probability">EPSS</span>, sort: 'epss', numeric: true },
];

/** The list of findings with its filters and the details of the row chosen. */
export function FindingsView({ report, state, go }: ViewProps) {
  const own = state.findings;
  const { query, levels, fixable, kev, image, sort, descending, shown } = own;
  const change = (part: Partial<ViewState['findings']>): void => go({ findings: { ...own, ...part } });
  const found = useMemo(
    () => report.findings.filter({ query, levels: new Set(levels), fixable, kev, slot: image }, sort, descending),
    [report, query, levels, fixable, kev, image, sort, descending],
  );
  const row = /^\d{1,9}$/.test(shown) && Number(shown) < report.findings.count ? Number(shown) : undefined;
  return (
    <div class={`listing ${row === undefined ? '' : 'with-detail'}`}>
      <div class="list">
        <NotHere what="finding" name={shown} found={row !== undefined} onClose={() => change({ shown: '' })} />
        <Filters>
          <FilterField
            label="Filter findings"
            placeholder="CVE, package, image, path"
            value={query}
            onChange={(text) => change({ query: text })}
          />
          <LevelChips levels={levels} rows={found.byLevel} onChange={(next) => change({ levels: next })} />
          <div class="chips">
            <Chip pressed={fixable} onToggle={() => change({ fixable: !fixable })}>
              Fixable
            </Chip>
            <Chip pressed={kev} onToggle={() => change({ kev: !kev })}>
              Exploited
            </Chip>
            <ImageChip
              label={image === '' ? '' : slotLabel(report.images, image)}
              onRemove={() => change({ image: '' })}
            />
          </div>
          <p class="result" role="status">
            <strong>{plural(found.rows.length, 'row')}</strong> of {count(report.findings.count)}:{' '}
            {plural(found.instances, 'instance')}, {plural(found.vulnerabilities, 'vulnerability', 'vulnerabilities')},{' '}
            {plural(found.slots, 'image')}
          </p>
        </Filters>
        <WindowedTable
          caption="Findings, a row a package"
          kind="findings"
          columns={report.rated ? COLUMNS : COLUMNS.slice(0, -1)}
          count={found.rows.length}
          heights={{ row: 34, card: 92 }}
          sort={sort}
          descending={descending}
          onSort={(key, down) => change({ sort: key, descending: down })}
          selected={row === undefined ? -1 : found.rows.indexOf(row)}
          onOpen={(position) => change({ shown: String(found.rows[position] ?? '') })}
          cells={(position) => cellsOf(report, found.rows[position])}
        />
        {found.rows.length === 0 && <NothingFound what="finding" onReset={() => go({ findings: START.findings })} />}
      </div>
      {row !== undefined && <FindingDetail report={report} row={row} state={state} go={go} />}
    </div>
  );
}

function cellsOf(report: Report, row: number | undefined): readonly preact.ComponentChildren[] {
  if (row === undefined) return [];
  const columns = report.data.findings;
  const epss = valueAt(columns.epss, row);
  const fixedIn = valueAt(columns.fixedIn, row);
  const state = valueAt(columns.fixState, row);
  return [
    <SeverityBadge level={valueAt(columns.severity, row)} />,
    <>
      <button type="button" class="plain row-name id">
        {valueAt(columns.vulnerability, row)}
      </button>
      {valueAt(columns.kev, row) && <KevFlag />}
    </>,
    <span class="clip" title={valueAt(columns.package, row)}>
      {valueAt(columns.package, row)}
    </span>,
    <span class="clip version" title={valueAt(columns.version, row)}>
      {valueAt(columns.version, row)}
    </span>,
    state === 'fixed' && fixedIn !== null ? (
      <span class="clip version fixed" title={fixedIn}>
        {fixedIn}
      </span>
    ) : (
      <span class="clip none">{FIX_WORDS[state]}</span>
    ),
    <ImageName reference={slotLabel(report.images, valueAt(columns.slot, row))} />,
    <span class={epss === null ? 'none' : ''}>{epss === null ? '' : probabilityText(epss)}</span>,
  ];
}
