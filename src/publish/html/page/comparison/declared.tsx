// What the release declared to have changed, beside what really did; and what today's program changed of the published figures.
import { signed } from '../../../../explain/narrative/words.ts';
import { BASES, count, plural } from '../../../words.ts';
import type { ComparisonData } from '../../comparison-data.ts';

/** The panel with charts and references against digests. */
export function Declared({ data }: { readonly data: ComparisonData }) {
  const { charts, images } = data.declared;
  return (
    <section class="panel declared" aria-labelledby="declared-title">
      <h2 id="declared-title">Declared and real</h2>
      <div class="two-sides">
        <div>
          <h3>Declared in the release's files</h3>
          <p>
            {count(charts.changed.length)} of {plural(charts.to, 'chart')} changed; {plural(images.added, 'image')}{' '}
            added, {count(images.removed)} removed, {count(images.renamed)} renamed, {count(images.retagged)} retagged
          </p>
        </div>
        <div>
          <h3>Real, by digest</h3>
          <p>
            {count(images.rebuilt)} of {plural(images.unchangedReferences, 'unchanged reference')} rebuilt: same name,
            other content
          </p>
        </div>
      </div>
      {charts.changed.length > 0 && (
        <details>
          <summary>{plural(charts.changed.length, 'changed chart')}</summary>
          <table class="plain-table tight">
            <thead>
              <tr>
                <th scope="col">Release</th>
                <th scope="col">Chart</th>
                <th scope="col">From</th>
                <th scope="col">To</th>
              </tr>
            </thead>
            <tbody>
              {charts.changed.map(({ release, chart, from, to }) => (
                <tr key={`${release} ${from} ${to}`}>
                  <th scope="row">{release}</th>
                  <td>{chart}</td>
                  <td class="version">{from ?? 'not there'}</td>
                  <td class="version">{to ?? 'not there'}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </details>
      )}
      <Method data={data} />
    </section>
  );
}

/** Nothing where the published figures stand. */
function Method({ data }: { readonly data: ComparisonData }) {
  const sides = (['from', 'to'] as const).filter((side) => BASES.some((basis) => data.method[side][basis].total !== 0));
  if (sides.length === 0) return null;
  return (
    <p class="hint">
      Method: evaluated with this program the published figures change, outside of all sums above:{' '}
      {sides
        .map(
          (side) => `${side} ${BASES.map((basis) => `${signed(data.method[side][basis].total)} ${basis}`).join(', ')}`,
        )
        .join('; ')}
      .
    </p>
  );
}
