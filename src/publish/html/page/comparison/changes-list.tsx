// The changed cells behind the bar chosen, or behind all, with a filter and the evidence of one.
import { useMemo } from 'preact/hooks';
import { LABEL_WORDS, several } from '../../../../explain/narrative/words.ts';
import { ImageChip, NothingFound } from '../chips.tsx';
import { FilterField, Filters } from '../filters.tsx';
import { ImageName } from '../marks.tsx';
import { type TableColumn, WindowedTable } from '../windowed-table.tsx';
import { State } from './cell-state.tsx';
import { ChangeDetail } from './change-detail.tsx';
import { type ChangeRow, packagesOf } from './comparison.ts';
import type { PartProps } from './part.ts';
import type { ChangeSortKey } from './state.ts';

const SEVERITY: TableColumn<ChangeSortKey> = {
  id: 'before',
  title: 'Before',
  label: 'Before, by severity',
  sort: 'severity',
};
const AFTER: TableColumn<ChangeSortKey> = { id: 'after', title: 'After' };
const VULNERABILITY: TableColumn<ChangeSortKey> = {
  id: 'vulnerability',
  title: 'Vulnerability',
  sort: 'vulnerability',
};
const PACKAGE: TableColumn<ChangeSortKey> = { id: 'package', title: 'Packages' };
const IMAGE: TableColumn<ChangeSortKey> = { id: 'image', title: 'Image', sort: 'image' };
const CAUSE: TableColumn<ChangeSortKey> = { id: 'cause', title: 'What happened' };

const COLUMNS = {
  instances: [SEVERITY, AFTER, VULNERABILITY, PACKAGE, IMAGE, CAUSE],
  distinct: [SEVERITY, AFTER, VULNERABILITY, CAUSE],
  images: [SEVERITY, AFTER, IMAGE, CAUSE],
} as const;

/** The list with its filter. */
export function ChangesList({ comparison, state, go }: PartProps) {
  const { basis, measure, cause, query, sort, descending, shown } = state;
  const rows = useMemo(() => comparison.chosen(state), [comparison, basis, measure, cause, query, sort, descending]);
  const chosen = comparison.rows[shown]?.basis === basis ? comparison.rows[shown] : undefined;
  const { causes } = comparison.data;
  const titleOf = (row: ChangeRow): string => {
    const told = causes[row.cause];
    return told === undefined ? '' : LABEL_WORDS[told.label];
  };
  const columns = COLUMNS[basis];
  const wanted = causes[cause];
  return (
    <section class="changes" aria-labelledby="changes-title">
      <h2 id="changes-title">
        {wanted === undefined ? 'Changed cells' : `Changed cells: ${LABEL_WORDS[wanted.label]}`}
      </h2>
      <div class={`listing ${chosen === undefined ? '' : 'with-detail'}`}>
        <div class="list">
          <Filters>
            <FilterField
              label="Filter changed cells"
              placeholder="CVE, image, package"
              value={query}
              onChange={(text) => go({ query: text })}
            />
            {wanted !== undefined && (
              <ImageChip label={LABEL_WORDS[wanted.label]} onRemove={() => go({ cause: -1 })} all="causes" />
            )}
            <p class="result" role="status">
              <strong>{several(rows.length, 'cell')}</strong>
              <span class="basis">
                {' '}
                basis: {basis}
                {measure === 'total' ? '' : `, ${measure}`}
              </span>
            </p>
          </Filters>
          <WindowedTable
            caption={`Changed cells on the basis ${basis}`}
            kind={`changed ${basis}`}
            columns={columns}
            count={rows.length}
            heights={{ row: 34, card: basis === 'instances' ? 96 : 72 }}
            sort={sort}
            descending={descending}
            onSort={(key, down) => go({ sort: key, descending: down })}
            selected={chosen === undefined ? -1 : rows.indexOf(chosen)}
            onOpen={(position) => go({ shown: rows[position]?.number ?? -1 })}
            cells={(position) => {
              const row = rows[position];
              return row === undefined ? [] : columns.map(({ id }) => cellOf(id, row, basis, titleOf(row)));
            }}
          />
          {rows.length === 0 && (
            <NothingFound what="changed cell" onReset={() => go({ query: '', cause: -1, measure: 'total' })} />
          )}
        </div>
        {chosen !== undefined && (
          <ChangeDetail row={chosen} cause={causes[chosen.cause]} onClose={() => go({ shown: -1 })} />
        )}
      </div>
    </section>
  );
}

function cellOf(id: string, row: ChangeRow, basis: string, title: string): preact.ComponentChildren {
  switch (id) {
    case 'before':
      return <State state={row.from} />;
    case 'after':
      return <State state={row.to} />;
    case 'vulnerability':
      return (
        <button type="button" class="plain row-name id">
          {row.vulnerability}
        </button>
      );
    case 'package':
      return <span class="clip">{packagesOf(row).join(', ')}</span>;
    case 'image':
      return basis === 'images' ? (
        <button type="button" class="plain row-name">
          <ImageName reference={row.image} />
        </button>
      ) : (
        <ImageName reference={row.image} />
      );
    default:
      return (
        <span class="clip" title={title}>
          {title}
          {row.evidence.kind === 'inferred' && <span class="hint"> (inferred)</span>}
        </span>
      );
  }
}
