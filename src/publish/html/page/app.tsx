// The page: header, tabs, the view chosen, and the keys that work everywhere.
import { useEffect, useRef, useState } from 'preact/hooks';
import { formatHash, parseHash } from './address.ts';
import { CvesView } from './cves-view.tsx';
import { FindingsView } from './findings-view.tsx';
import { GapsView } from './gaps-view.tsx';
import { Header } from './header.tsx';
import { ImagesView } from './images-view.tsx';
import { PackagesView } from './packages-view.tsx';
import { ReleaseView } from './release-view.tsx';
import type { Report, ViewProps } from './report.ts';
import { SourcesView } from './sources-view.tsx';
import { SummaryView } from './summary-view.tsx';
import { Tabs } from './tabs.tsx';
import type { View, ViewState } from './view-state.ts';

const CONTENT: Readonly<Record<View, (props: ViewProps) => preact.JSX.Element>> = {
  summary: SummaryView,
  release: ReleaseView,
  images: ImagesView,
  packages: PackagesView,
  cves: CvesView,
  findings: FindingsView,
  gaps: GapsView,
  sources: SourcesView,
};

/** The whole page. */
export function App({ report }: { readonly report: Report }) {
  const [state, go] = useViewState();
  useFilterKey();
  useEffect(() => warmUp(report), [report]);
  const Content = CONTENT[state.view];
  return (
    <>
      <Header data={report.data} />
      <Tabs report={report} state={state} go={go} />
      <main>
        <div id="view" role="tabpanel" aria-labelledby={`tab-${state.view}`}>
          <Content report={report} state={state} go={go} />
        </div>
      </main>
    </>
  );
}

/** The state follows the address, and the address the state: another view is a step of the history, a change inside a view is not. */
function useViewState(): readonly [ViewState, (change: Partial<ViewState>) => void] {
  const [state, setState] = useState(() => parseHash(location.hash));
  const current = useRef(state);
  useEffect(() => {
    const follow = (): void => {
      current.current = parseHash(location.hash, current.current);
      setState(current.current);
    };
    addEventListener('hashchange', follow);
    addEventListener('popstate', follow);
    return () => {
      removeEventListener('hashchange', follow);
      removeEventListener('popstate', follow);
    };
  }, []);
  const go = (change: Partial<ViewState>): void => {
    const before = current.current;
    const after = { ...before, ...change };
    current.current = after;
    setState(after);
    if (before.view === after.view) scheduleAddress(() => history.replaceState(null, '', formatHash(current.current)));
    else {
      globalThis.clearTimeout(pending);
      history.replaceState(null, '', formatHash(before));
      history.pushState(null, '', formatHash(after));
      scrollTo(0, 0);
    }
  };
  return [state, go];
}

/** Builds the tables of the search while the reader looks at the first view, so that the first key stroke is as fast as the next. */
function warmUp(report: Report): void {
  globalThis.setTimeout(() => {
    const all = { levels: new Set<never>(), fixable: false, kev: false, slot: '' };
    for (const query of ['cve', 'lib', 'no such word']) report.findings.filter({ ...all, query }, 'severity', false);
    report.packages();
    report.vulnerability('');
  }, 300);
}

let pending: ReturnType<typeof setTimeout> | undefined;

/** Browsers refuse an address that changes with every key stroke. */
function scheduleAddress(write: () => void): void {
  globalThis.clearTimeout(pending);
  pending = globalThis.setTimeout(write, 250);
}

/** `/` goes to the filter of the view. */
function useFilterKey(): void {
  useEffect(() => {
    const listen = (event: KeyboardEvent): void => {
      const field = document.querySelector<HTMLInputElement>('input[type=search]');
      if (event.key !== '/' || event.ctrlKey || event.metaKey || field === null || field === event.target) return;
      event.preventDefault();
      field.focus();
      field.select();
    };
    addEventListener('keydown', listen);
    return () => removeEventListener('keydown', listen);
  }, []);
}
