// The first view: figures on the chosen basis, what to look at first, and the images and vulnerabilities that weigh most.
import { FocusPanel } from './focus-panel.tsx';
import type { ViewProps } from './report.ts';
import { SeverityFigures } from './severity-figures.tsx';
import { TopImages, TopVulnerabilities } from './top-lists.tsx';

/** The four panels of the summary. */
export function SummaryView(props: ViewProps) {
  return (
    <div class="summary">
      <SeverityFigures {...props} />
      <FocusPanel {...props} />
      <TopImages {...props} />
      <TopVulnerabilities {...props} />
    </div>
  );
}
