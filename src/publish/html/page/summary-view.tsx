// The first view: figures on the chosen basis, what to look at first, and the images and vulnerabilities that weigh most.
import { FocusPanel } from './focus-panel.tsx';
import type { ViewProps } from './report.ts';
import { SeverityFigures } from './severity-figures.tsx';
import { TopImages, TopVulnerabilities } from './top-lists.tsx';

/** The four panels of the summary; one that says so where nothing was read, for zeros would look like a result. */
export function SummaryView(props: ViewProps) {
  if (props.report.data.statistics.scannedImages === 0) return <NothingRead />;
  return (
    <div class="summary">
      <SeverityFigures {...props} />
      <FocusPanel {...props} />
      <TopImages {...props} />
      <TopVulnerabilities {...props} />
    </div>
  );
}

function NothingRead() {
  return (
    <section class="panel" aria-labelledby="nothing-read">
      <h2 id="nothing-read">No image was read</h2>
      <p>
        There are no figures. See <a href="#/gaps">what was not covered</a>.
      </p>
    </section>
  );
}
