// Every vulnerability once, with the images that have it.
import { useMemo } from 'preact/hooks';
import { SEVERITY_LEVELS } from '../../../scan/advisory/advisory.ts';
import { count, plural } from '../../words.ts';
import { Chip, LevelChips, NothingFound } from './chips.tsx';
import { CveDetail } from './cve-detail.tsx';
import { NotHere } from './detail.tsx';
import { FilterField, Filters } from './filters.tsx';
import { Counted, KevFlag, SeverityBadge } from './marks.tsx';
import type { ViewProps } from './report.ts';
import { inOrder, probabilityText } from './texts.ts';
import { type CveSortKey, START, type ViewState } from './view-state.ts';
import {
  compareWeight,
  filterVulnerabilities,
  VULNERABILITY_ORDERS,
  type VulnerabilityRow,
} from './vulnerabilities.ts';
import { type TableColumn, WindowedTable } from './windowed-table.tsx';

const COLUMNS: readonly TableColumn<CveSortKey>[] = [
  { id: 'severity', title: <span title="Severity">Sev</span>, label: 'Sev: severity', sort: 'severity' },
  { id: 'vulnerability', title: 'Vulnerability', sort: 'id' },
  { id: 'package', title: 'Packages', sort: 'package' },
  { id: 'images', title: 'Images', sort: 'images', numeric: true },
  { id: 'fix', title: 'Fix' },
  { id: 'epss', title: <span title="Exploit prediction (EPSS), probability">EPSS</span>, sort: 'epss', numeric: true },
];

/** The list of vulnerabilities with its filters and the details of the one chosen. */
export function CvesView({ report, state, go }: ViewProps) {
  const own = state.cves;
  const { query, levels, fixable, kev, sort, descending, shown } = own;
  const change = (part: Partial<ViewState['cves']>): void => go({ cves: { ...own, ...part } });
  const all = report.vulnerabilities();
  const ofAnyLevel = useMemo(
    () =>
      inOrder(
        filterVulnerabilities(all, query, { levels: [], fixable, kev }),
        VULNERABILITY_ORDERS[sort],
        descending,
        compareWeight,
      ),
    [all, query, fixable, kev, sort, descending],
  );
  const rows = levels.length === 0 ? ofAnyLevel : ofAnyLevel.filter(({ severity }) => levels.includes(severity));
  const chosen = shown === '' ? undefined : report.vulnerability(shown);
  return (
    <div class={`listing ${chosen === undefined ? '' : 'with-detail'}`}>
      <div class="list">
        <NotHere what="vulnerability" name={shown} found={chosen !== undefined} onClose={() => change({ shown: '' })} />
        <Filters>
          <FilterField
            label="Filter vulnerabilities"
            placeholder="CVE, alias, package"
            value={query}
            onChange={(text) => change({ query: text })}
          />
          <LevelChips
            levels={levels}
            rows={SEVERITY_LEVELS.map((level) => ofAnyLevel.filter(({ severity }) => severity === level).length)}
            onChange={(next) => change({ levels: next })}
          />
          <div class="chips">
            <Chip pressed={fixable} onToggle={() => change({ fixable: !fixable })}>
              Fixable
            </Chip>
            <Chip pressed={kev} onToggle={() => change({ kev: !kev })}>
              Exploited
            </Chip>
          </div>
          <p class="result" role="status">
            <strong>{plural(rows.length, 'vulnerability', 'vulnerabilities')}</strong> of {count(all.length)}
            <span class="basis"> basis: distinct</span>
          </p>
        </Filters>
        <WindowedTable
          caption="Vulnerabilities, each once, with the number of images that have it"
          kind="cves"
          columns={report.rated ? COLUMNS : COLUMNS.slice(0, -1)}
          count={rows.length}
          heights={{ row: 34, card: 76 }}
          sort={sort}
          descending={descending}
          onSort={(key, down) => change({ sort: key, descending: down })}
          selected={chosen === undefined ? -1 : rows.indexOf(chosen)}
          onOpen={(position) => change({ shown: rows[position]?.id ?? '' })}
          cells={(position) => cellsOf(rows[position])}
        />
        {rows.length === 0 && (
          <NothingFound what="vulnerability" onReset={() => go({ cves: { ...START.cves, shown } })} />
        )}
      </div>
      {chosen !== undefined && <CveDetail report={report} vulnerability={chosen} state={state} go={go} />}
    </div>
  );
}

function cellsOf(row: VulnerabilityRow | undefined): readonly preact.ComponentChildren[] {
  if (row === undefined) return [];
  const packages = row.packages.join(', ');
  return [
    <SeverityBadge level={row.severity} />,
    <>
      <button type="button" class="plain row-name id">
        {row.id}
      </button>
      {row.kev && <KevFlag />}
    </>,
    <span class="clip" title={packages}>
      {packages}
    </span>,
    <Counted value={row.images} one="image" />,
    <span class={row.fixableImages === 0 ? 'none' : 'fixed'}>{fixText(row)}</span>,
    <span class={row.epss === null ? 'none' : ''}>{row.epss === null ? '' : probabilityText(row.epss)}</span>,
  ];
}

function fixText({ images, fixableImages }: VulnerabilityRow): string {
  if (fixableImages === 0) return 'no fix yet';
  return fixableImages === images ? 'fix available' : `fix in ${count(fixableImages)} of ${count(images)}`;
}
