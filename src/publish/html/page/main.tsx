// Entry of the report page: reads the embedded data and shows it.
import { render } from 'preact';
import { App } from './app.tsx';
import { openReport } from './report.ts';

const root = document.getElementById('app');
if (root !== null) render(<App report={openReport(blockText)} />, root);

/** The text of a data block. */
function blockText(id: 'data' | 'packages'): string {
  return document.getElementById(id)?.textContent ?? '';
}
