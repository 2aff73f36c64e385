// Every finding, a row a package, with filters that say at once what the rows shown amount to.
import { useMemo } from 'preact/hooks';
import { SEVERITY_LEVELS, type SeverityLevel } from '../../../scan/advisory/advisory.ts';
import { count, FIX_WORDS, plural } from '../../words.ts';
import { FilterField, Filters } from './filters.tsx';
import { FindingDetail } from './finding-detail.tsx';
import { type SortKey, valueAt } from './findings.ts';
import { ImageName, KevFlag, SeverityBadge } from './marks.tsx';
import { type Report, slotLabel, type ViewProps } from './report.ts';
import { type TableColumn, WindowedTable } from './windowed-table.tsx';

const COLUMNS: readonly TableColumn<SortKey>[] = [
  { id: 'severity', title: <span title="Severity">Sev</span>, label: 'severity', sort: 'severity' },
  { id: 'vulnerability', title: 'Vulnerability', sort: 'vulnerability' },
  { id: 'package', title: 'Package', sort: 'package' },
  { id: 'version', title: 'Installed' },
  { id: 'fixed', title: 'Fixed in', sort: 'fixedIn' },
  { id: 'image', title: 'Image', sort: 'image' },
  { id: 'epss', title: <span title="Exploit prediction (EPSS), probability">EPSS</span>, sort: 'epss', numeric: true },
];

/** The list of findings with its filters and the details of the row chosen. */
export function FindingsView({ report, state, go }: ViewProps) {
  const { query, levels, fixable, kev, slot, sort, descending, row } = state;
  const found = useMemo(
    () => report.findings.filter({ query, levels: new Set(levels), fixable, kev, slot }, sort, descending),
    [report, query, levels, fixable, kev, slot, sort, descending],
  );
  const shown = row !== null && row < report.findings.count ? row : undefined;
  return (
    <div class={`listing ${shown === undefined ? '' : 'with-detail'}`}>
      <div class="list">
        <Filters>
          <FilterField
            label="Filter findings"
            placeholder="CVE, package, image, path"
            value={query}
            onChange={(text) => go({ query: text })}
          />
          <fieldset class="chips">
            <legend class="unseen">Severity</legend>
            {SEVERITY_LEVELS.map((level, index) => (
              <LevelChip
                key={level}
                level={level}
                rows={found.byLevel[index] ?? 0}
                pressed={levels.includes(level)}
                onToggle={() => go({ levels: toggled(levels, level) })}
              />
            ))}
          </fieldset>
          <div class="chips">
            <Chip pressed={fixable} onToggle={() => go({ fixable: !fixable })}>
              Fixable
            </Chip>
            <Chip pressed={kev} onToggle={() => go({ kev: !kev })}>
              Exploited
            </Chip>
            {slot !== '' && (
              <button type="button" class="chip on image-chip" onClick={() => go({ slot: '' })} title="Show all images">
                {slotLabel(report.images, slot)} <span aria-hidden="true">×</span>
                <span class="unseen">remove</span>
              </button>
            )}
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
          columns={COLUMNS}
          count={found.rows.length}
          heights={{ row: 34, card: 92 }}
          sort={sort}
          descending={descending}
          onSort={(key, down) => go({ sort: key, descending: down })}
          selected={row === null ? -1 : found.rows.indexOf(row)}
          onOpen={(position) => go({ row: found.rows[position] ?? null })}
          cells={(position) => cellsOf(report, found.rows[position])}
        />
        {found.rows.length === 0 && (
          <NothingFound onReset={() => go({ query: '', levels: [], fixable: false, kev: false, slot: '' })} />
        )}
      </div>
      {shown !== undefined && <FindingDetail report={report} row={shown} go={go} />}
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
    <span class={epss === null ? 'none' : ''}>{epss === null ? '' : percent(epss)}</span>,
  ];
}

/** EPSS probabilities as percent: most are far below one. */
function percent(probability: number): string {
  return probability >= 0.1
    ? `${Math.round(probability * 100)} %`
    : probability >= 0.001
      ? `${(probability * 100).toFixed(1)} %`
      : '<0.1 %';
}

function toggled(levels: readonly SeverityLevel[], level: SeverityLevel): readonly SeverityLevel[] {
  return SEVERITY_LEVELS.filter((other) => (other === level) !== levels.includes(other));
}

interface LevelChipProps {
  readonly level: SeverityLevel;
  readonly rows: number;
  readonly pressed: boolean;
  readonly onToggle: () => void;
}

function LevelChip({ level, rows, pressed, onToggle }: LevelChipProps) {
  return (
    <button
      type="button"
      class={`chip ${pressed ? 'on' : ''}`}
      aria-pressed={pressed}
      onClick={onToggle}
      title={`${level}: ${plural(rows, 'row')}`}
    >
      <SeverityBadge level={level} /> <span class={rows === 0 ? 'none' : ''}>{count(rows)}</span>
    </button>
  );
}

function Chip(props: { readonly pressed: boolean; readonly onToggle: () => void; readonly children: string }) {
  return (
    <button
      type="button"
      class={`chip ${props.pressed ? 'on' : ''}`}
      aria-pressed={props.pressed}
      onClick={props.onToggle}
    >
      {props.children}
    </button>
  );
}

function NothingFound({ onReset }: { readonly onReset: () => void }) {
  return (
    <p class="nothing">
      No finding matches.{' '}
      <button type="button" class="action" onClick={onReset}>
        Show all
      </button>
    </p>
  );
}
