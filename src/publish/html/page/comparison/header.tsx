// What is compared: the two releases, their dates and their advisory sets.
import { day, shortDigest } from '../../../words.ts';
import type { ComparedSide, ComparisonData } from '../../comparison-data.ts';
import { PlimsollMark } from '../marks.tsx';
import { ThemeButton } from '../theme-button.tsx';
import { sideName } from './comparison.ts';

/** The head of the page. */
export function ComparisonHeader({ data }: { readonly data: ComparisonData }) {
  return (
    <header class="page-header">
      <div class="title">
        <PlimsollMark />
        <div>
          <p class="kicker">What changed, and why</p>
          <h1>
            {data.from.release.name}{' '}
            <span class="release-version">
              {data.from.release.version} <span aria-hidden="true">→</span>
              <span class="unseen">to</span>{' '}
              {data.from.release.name === data.to.release.name ? data.to.release.version : sideName(data.to)}
            </span>
          </h1>
        </div>
        <ThemeButton />
      </div>
      <dl class="facts">
        <Side name="From" side={data.from} />
        <Side name="To" side={data.to} />
      </dl>
    </header>
  );
}

function Side({ name, side }: { readonly name: string; readonly side: ComparedSide }) {
  return (
    <div title={`assessment ${side.id}, advisory set ${side.advisorySet.id}`}>
      <dt>{name}</dt>
      <dd>
        {sideName(side)} as of {side.asOf}, advisories of {day(side.advisorySet.builtAt)}{' '}
        <code>{shortDigest(side.advisorySet.id)}</code>
      </dd>
    </div>
  );
}
