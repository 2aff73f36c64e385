// What the release is made of: its own and third-party images, how the vulnerabilities are spread over them, their systems, and the charts.
import { useMemo } from 'preact/hooks';
import { count, plural } from '../../words.ts';
import { Jump, toImages } from './jump.tsx';
import { EndOfLifeFlag } from './marks.tsx';
import { chartRows, type ImageGroup, systemRows } from './release-rows.ts';
import type { ViewProps } from './report.ts';

/** The panels of the release. */
export function ReleaseView(props: ViewProps) {
  return (
    <div class="release">
      <Origins {...props} />
      <Spread {...props} />
      <Systems {...props} />
      <Charts {...props} />
    </div>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: preact.ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** Amounts, and instances in own and third-party images. */
function Origins({ report }: ViewProps) {
  const { packages, statistics } = report.data;
  const charts = useMemo(() => chartRows(report.data), [report]);
  const namespaces = new Set(report.data.charts.map(({ namespace }) => namespace)).size;
  const { origins, scannedImages, unreadImages } = statistics;
  return (
    <section class="panel" aria-labelledby="origins-title">
      <h2 id="origins-title">What it holds</h2>
      <dl class="facts">
        <Fact name="Images read">
          {count(scannedImages)}
          {unreadImages > 0 && <span class="warn-text">, {count(unreadImages)} not read</span>}
        </Fact>
        <Fact name="Packages">{count(packages)} different</Fact>
        <Fact name="Charts">{count(charts.length)}</Fact>
        {namespaces > 0 && <Fact name="Namespaces">{count(namespaces)}</Fact>}
      </dl>
      <table class="plain-table">
        <GroupHead name="Origin" images="Read" />
        <tbody>
          {(['own', 'third-party'] as const).map((origin) => {
            const { total, fixable, ...levels } = origins[origin].instances;
            return (
              <tr key={origin}>
                <th scope="row">{origin === 'own' ? 'own' : 'third party'}</th>
                <Amount value={origins[origin].scannedImages} />
                <Amount value={levels.critical.count} />
                <Amount value={levels.high.count} />
                <Amount value={total} />
                <Amount value={fixable} />
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}

/** Images by their number of instances, as bars. */
function Spread({ report }: ViewProps) {
  const { histogram } = report.data.statistics;
  const most = Math.max(1, ...histogram.map(({ images }) => images));
  return (
    <section class="panel tall" aria-labelledby="spread-title">
      <h2 id="spread-title">Images by number of vulnerabilities</h2>
      <p class="hint">Instances of one image, counted over the images that were read.</p>
      <table class="bars">
        <caption class="unseen">Images by number of vulnerabilities</caption>
        <thead>
          <tr>
            <th scope="col">Vulnerabilities</th>
            <th scope="col" class="bar-cell">
              <span class="unseen">Bar</span>
            </th>
            <th scope="col" class="number">
              Images
            </th>
          </tr>
        </thead>
        <tbody>
          {histogram.map(({ bucket, images }) => (
            <tr key={bucket} class={images === 0 ? 'none' : ''}>
              <th scope="row">{bucket.replace('-', ' to ').replace('>', 'more than ')}</th>
              <td class="bar-cell">
                <div class="bar" aria-hidden="true">
                  <span class="fill plain-fill" style={{ width: `${(100 * images) / most}%` }} />
                </div>
              </td>
              <td class="number">{count(images)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Systems({ report, go }: ViewProps) {
  return (
    <section class="panel" aria-labelledby="systems-title">
      <h2 id="systems-title">Systems</h2>
      <div class="scroll">
        <table class="plain-table">
          <GroupHead name="System" images="Images" />
          <tbody>
            {systemRows(report.data.images).map((row) => (
              <tr key={row.name}>
                <th scope="row">
                  {row.known ? (
                    <Jump to={toImages(row.name)} go={go}>
                      {row.name}
                    </Jump>
                  ) : (
                    row.name
                  )}
                  <EndOfLifeFlag date={row.endOfLife} asOf={report.data.asOf} />
                </th>
                <Amount value={row.images} />
                <GroupCells group={row} />
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Charts({ report, go }: ViewProps) {
  const rows = useMemo(() => chartRows(report.data), [report]);
  const none = report.data.images.filter(({ charts }) => charts.length === 0).length;
  return (
    <section class="panel wide" aria-labelledby="charts-title">
      <h2 id="charts-title">
        Charts <span class="amount">{count(rows.length)}</span>
      </h2>
      <p class="hint">
        {rows.length === 0
          ? 'The release names no charts.'
          : 'An image that several charts use counts for each of them.'}
        {rows.length > 0 && none > 0 && ` ${plural(none, 'image')} ${none === 1 ? 'belongs' : 'belong'} to no chart.`}
      </p>
      {rows.length > 0 && (
        <div class="scroll">
          <table class="plain-table charts">
            <GroupHead name="Chart" images="Images" more={['Version', 'Manifest', 'Installed as']} />
            <tbody>
              {rows.map((row) => (
                <tr key={row.name}>
                  <th scope="row">
                    {row.images === 0 ? (
                      row.chart
                    ) : (
                      <Jump to={toImages(row.name)} go={go}>
                        {row.chart}
                      </Jump>
                    )}
                  </th>
                  <td class="version">{row.version}</td>
                  <td>{row.manifest}</td>
                  <td class="wrap">{row.installed.join(', ')}</td>
                  <Amount value={row.images} />
                  <GroupCells group={row} />
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

interface GroupHeadProps {
  readonly name: string;
  readonly images: string;
  readonly more?: readonly string[];
}

function GroupHead({ name, images, more = [] }: GroupHeadProps) {
  return (
    <thead>
      <tr>
        {[name, ...more].map((title) => (
          <th key={title} scope="col">
            {title}
          </th>
        ))}
        {[images, 'Critical', 'High', 'All', 'Fixable'].map((title) => (
          <th key={title} scope="col" class="number">
            {title}
          </th>
        ))}
      </tr>
    </thead>
  );
}

/** Counts of a group; one of which nothing was read has none. */
function GroupCells({ group: { counts, images, unread } }: { readonly group: ImageGroup }) {
  const none = images > 0 && unread === images;
  return (
    <>
      {(['critical', 'high', 'total', 'fixable'] as const).map((name) =>
        none ? (
          <td key={name} class="number none">
            n/a
          </td>
        ) : (
          <Amount key={name} value={counts[name]} />
        ),
      )}
    </>
  );
}

function Amount({ value }: { readonly value: number }) {
  return <td class={`number ${value === 0 ? 'none' : ''}`}>{count(value)}</td>;
}
