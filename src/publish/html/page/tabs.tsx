// The views as tabs that are also links: they can be opened in a new window and sent to a colleague.

import { useEffect, useRef } from 'preact/hooks';
import { count } from '../../words.ts';
import { formatHash } from './address.ts';
import { follow } from './jump.tsx';
import type { Report, ViewProps } from './report.ts';
import { VIEWS, type View } from './view-state.ts';

const TITLES: Readonly<Record<View, string>> = {
  summary: 'Summary',
  release: 'Release',
  images: 'Images',
  packages: 'Packages',
  cves: 'Vulnerabilities',
  findings: 'Findings',
  gaps: 'Gaps',
  sources: 'Sources',
};

/** The bar of tabs, which stays in view. */
export function Tabs({ report, state, go }: ViewProps) {
  const bar = useRef<HTMLElement>(null);
  useEffect(() => showSelected(bar.current), [state.view]);
  return (
    <nav class="tabs" aria-label="Views" ref={bar}>
      <div role="tablist" onKeyDown={moveTab}>
        {VIEWS.map((view) => (
          <a
            key={view}
            id={`tab-${view}`}
            role="tab"
            href={formatHash({ ...state, view })}
            aria-selected={view === state.view}
            aria-controls="view"
            tabIndex={view === state.view ? 0 : -1}
            onClick={(event) => follow(event, () => go({ view }))}
          >
            {TITLES[view]} <Amount report={report} view={view} />
          </a>
        ))}
      </div>
    </nav>
  );
}

/** On narrow screens the bar is wider than the window. */
function showSelected(bar: HTMLElement | null): void {
  const tab = bar?.querySelector<HTMLElement>('[aria-selected=true]');
  if (bar === null || tab === null || tab === undefined) return;
  const [start, end] = [tab.offsetLeft, tab.offsetLeft + tab.offsetWidth];
  if (start < bar.scrollLeft || end > bar.scrollLeft + bar.clientWidth)
    bar.scrollLeft = (start + end - bar.clientWidth) / 2;
}

function Amount({ report, view }: { readonly report: Report; readonly view: View }) {
  const amounts: Partial<Record<View, number>> = {
    images: report.data.images.length,
    packages: report.data.packages,
    cves: report.data.statistics.distinct.total,
    findings: report.findings.count,
    gaps: report.data.gaps.length,
  };
  const amount = amounts[view];
  return amount === undefined ? null : <span class="amount">{count(amount)}</span>;
}

/** Left and right, Home and End, as the tabs pattern of the ARIA practices has it. */
function moveTab(event: KeyboardEvent): void {
  if (!(event.currentTarget instanceof HTMLElement)) return;
  const tabs = [...event.currentTarget.querySelectorAll<HTMLElement>('[role=tab]')];
  const at = tabs.findIndex((tab) => tab.contains(document.activeElement));
  const steps: Readonly<Record<string, number>> = {
    ArrowLeft: at - 1,
    ArrowRight: at + 1,
    Home: 0,
    End: tabs.length - 1,
  };
  const to = steps[event.key];
  const target = to === undefined ? undefined : tabs.at(to % tabs.length);
  if (target === undefined) return;
  event.preventDefault();
  target.focus();
  target.click();
}
