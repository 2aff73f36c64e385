// Where the figures come from: the feeds of the advisory set, who rated the severities, and the program that did the work.
import { formatPercent } from '../../../explain/shares.ts';
import { count, day, shortDigest, sourceName } from '../../words.ts';
import type { ViewProps } from './report.ts';

/** Feeds, severity sources and the identity of the assessment. */
export function SourcesView(props: ViewProps) {
  return (
    <div class="sources">
      <Feeds {...props} />
      <SeveritySources {...props} />
      <Identity {...props} />
    </div>
  );
}

function Feeds({ report }: ViewProps) {
  const { feeds, statistics } = report.data;
  const shares = new Map(statistics.feeds.map((share) => [share.feed, share]));
  return (
    <section class="panel wide" aria-labelledby="feeds-title">
      <h2 id="feeds-title">Advisory feeds</h2>
      <p class="hint">
        Instances are those that a feed speaks of. Feeds that list only fixed issues have a fix for all of theirs by
        construction.
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard (WCAG 2.1.1) */}
      <section class="scroll" tabIndex={0} aria-label="Advisory feeds, table">
        <table class="plain-table">
          <thead>
            <tr>
              <th scope="col">Feed</th>
              <th scope="col">Upstream date</th>
              <th scope="col" class="number">
                Records
              </th>
              <th scope="col" class="number">
                Skipped
              </th>
              <th scope="col" class="number">
                Instances
              </th>
              <th scope="col" class="number">
                With a fix
              </th>
              <th scope="col">Covers</th>
              <th scope="col">Licence</th>
            </tr>
          </thead>
          <tbody>
            {feeds.map((feed) => {
              const share = shares.get(feed.id);
              return (
                <tr key={feed.id}>
                  <th scope="row">
                    {feed.id}
                    {feed.partial === true && <span class="warn-text"> partial</span>}
                    <small>{feed.source}</small>
                  </th>
                  <td>{feed.upstreamUpdatedAt === undefined ? 'not given' : day(feed.upstreamUpdatedAt)}</td>
                  <td class="number">{count(feed.records)}</td>
                  <td
                    class="number"
                    title={feed.skippedReasons.map((skip) => `${count(skip.count)} ${skip.reason}`).join('; ')}
                  >
                    {count(feed.skipped)}
                  </td>
                  <td class="number">{share === undefined ? '' : count(share.count)}</td>
                  <td class="number">
                    {share === undefined
                      ? ''
                      : `${formatPercent({ count: share.fixable, percent: share.fixablePercent })} %`}
                  </td>
                  <td class="wrap">{feed.namespaces.join(', ')}</td>
                  <td>{feed.licence}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </section>
    </section>
  );
}

function SeveritySources({ report }: ViewProps) {
  return (
    <section class="panel" aria-labelledby="severity-sources">
      <h2 id="severity-sources">Who rated the severities</h2>
      <p class="hint">Policy {report.data.severityPolicy}. Share of instances.</p>
      <table class="plain-table">
        <thead>
          <tr>
            <th scope="col">Source</th>
            <th scope="col" class="number">
              Instances
            </th>
            <th scope="col" class="number">
              Share
            </th>
          </tr>
        </thead>
        <tbody>
          {report.data.statistics.severitySources.map((source) => (
            <tr key={source.source}>
              <th scope="row">{sourceName(source.source)}</th>
              <td class="number">{count(source.count)}</td>
              <td class="number">{formatPercent(source)} %</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Identity({ report }: ViewProps) {
  const { data } = report;
  const entries: readonly (readonly [string, string])[] = [
    ['Program', `${data.tool.name} ${data.tool.version}`],
    ['Cataloguers', data.cataloguers.join(', ')],
    ['Target', data.release.target],
    ['Assessment', data.id],
    ['Advisory set', data.advisorySet.id],
    ['Set built', data.advisorySet.builtAt],
    ['Statements', shortDigest(data.statements)],
    ['Judged as of', data.asOf],
  ];
  return (
    <section class="panel" aria-labelledby="identity-title">
      <h2 id="identity-title">This assessment</h2>
      <p class="hint">The same inputs give the same identity and the same bytes.</p>
      <dl class="entries">
        {entries.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd class="wrap">{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
