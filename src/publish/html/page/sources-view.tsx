// Where the figures come from: the feeds of the advisory set, who rated the severities, and the program that did the work.
import { formatPercent } from '../../../explain/shares.ts';
import { count, day, shortDigest, sourceName } from '../../words.ts';
import type { ReportData } from '../report-data.ts';
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

type Feed = ReportData['feeds'][number];
type FeedShare = ReportData['statistics']['feeds'][number];

interface FeedColumn {
  readonly title: string;
  readonly kind?: 'number' | 'wrap';
  readonly text: (feed: Feed, share: FeedShare | undefined) => string;
}

/** What is said of a feed behind its name; on narrow screens each with its title before it. */
const FEED_COLUMNS: readonly FeedColumn[] = [
  { title: 'Upstream date', text: (feed) => day(feed.upstreamUpdatedAt) },
  { title: 'Records', kind: 'number', text: (feed) => count(feed.records) },
  { title: 'Skipped', kind: 'number', text: (feed) => count(feed.skipped) },
  { title: 'Instances', kind: 'number', text: (_, share) => (share === undefined ? '' : count(share.count)) },
  { title: 'With a fix', kind: 'number', text: (_, share) => fixableShare(share) },
  { title: 'Covers', kind: 'wrap', text: (feed) => feed.namespaces.join(', ') },
  { title: 'Licence', kind: 'wrap', text: (feed) => feed.licence },
];

function fixableShare(share: FeedShare | undefined): string {
  if (share === undefined) return '';
  return `${formatPercent({ count: share.fixable, percent: share.fixablePercent })} %`;
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
        <table class="plain-table feeds">
          <thead>
            <tr>
              <th scope="col">Feed</th>
              {FEED_COLUMNS.map(({ title, kind }) => (
                <th key={title} scope="col" class={kind === 'number' ? kind : undefined}>
                  {title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {feeds.map((feed) => (
              <tr key={feed.id}>
                <th scope="row">
                  {feed.id}
                  {feed.partial === true && <span class="warn-text"> partial</span>}
                </th>
                {FEED_COLUMNS.map(({ title, kind, text }) => (
                  <td key={title} class={kind} data-title={title}>
                    {text(feed, shares.get(feed.id))}
                  </td>
                ))}
              </tr>
            ))}
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
    ['Newest content', day(data.advisorySet.builtAt)],
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
