// What the report is about: the release, the advisory set, the date it is judged at, and whether its figures may stand as a headline.

import { count, day, plural, shortDigest } from '../../words.ts';
import type { ReportData } from '../report-data.ts';
import { PlimsollMark } from './marks.tsx';
import { ThemeButton } from './theme-button.tsx';

/** The head of the page. */
export function Header({ data }: { readonly data: ReportData }) {
  const read = data.images.filter((image) => image.digest !== undefined).length;
  const unread = data.images.length - read;
  return (
    <header class="page-header">
      <div class="title">
        <PlimsollMark />
        <div>
          <p class="kicker">Release security report</p>
          <h1>
            {data.release.name} <span class="release-version">{data.release.version}</span>
          </h1>
        </div>
        <ThemeButton />
      </div>
      <dl class="facts">
        <Fact name="Images">
          {count(data.images.length)} slots{unread > 0 && <span class="warn-text">, {count(unread)} not read</span>}
        </Fact>
        <Fact name="Advisories" title={data.advisorySet.id}>
          {day(data.advisorySet.builtAt)}, {plural(data.feeds.length, 'feed')},{' '}
          <code>{shortDigest(data.advisorySet.id)}</code>
          {data.advisorySet.starter && <span class="warn-text"> starter set</span>}
        </Fact>
        <Fact name="As of">{data.asOf}</Fact>
        <Fact name="Severity policy">{data.severityPolicy}</Fact>
        <Fact name="Assessment" title={data.id}>
          <code>{shortDigest(data.id)}</code>
        </Fact>
      </dl>
      <Headline data={data} />
    </header>
  );
}

function Fact(props: { readonly name: string; readonly title?: string; readonly children: preact.ComponentChildren }) {
  return (
    <div title={props.title}>
      <dt>{props.name}</dt>
      <dd>{props.children}</dd>
    </div>
  );
}

function Headline({ data }: { readonly data: ReportData }) {
  if (data.statistics.headline) return null;
  return (
    <p class="banner" role="note">
      <strong>Figures are incomplete:</strong> {data.statistics.headlineReason}. Do not publish them as the state of the
      release; see <a href="#/gaps">what was not covered</a>.
    </p>
  );
}
