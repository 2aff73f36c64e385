// The page: header, tabs, the view chosen, and the keys that work everywhere.
import { useEffect } from 'preact/hooks';
import { formatHash, parseHash } from './address.ts';
import { CvesView } from './cves-view.tsx';
import { useFilterKey } from './filters.tsx';
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
import { useAddress } from './use-address.ts';
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

/** Another view is a step of the history, a change inside a view is not. */
const ADDRESS = {
  parse: parseHash,
  format: formatHash,
  isStep: (before: ViewState, after: ViewState) => before.view !== after.view,
  onStep: () => scrollTo(0, 0),
};

/** The whole page. */
export function App({ report }: { readonly report: Report }) {
  const [state, go] = useAddress(ADDRESS);
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

/** Builds the tables of the search while the reader looks at the first view, so that the first key stroke is as fast as the next. */
function warmUp(report: Report): void {
  globalThis.setTimeout(() => {
    const all = { levels: new Set<never>(), fixable: false, kev: false, slot: '' };
    for (const query of ['cve', 'lib', 'no such word']) report.findings.filter({ ...all, query }, 'severity', false);
    report.packages();
    report.vulnerability('');
  }, 300);
}
