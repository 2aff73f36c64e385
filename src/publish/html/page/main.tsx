// Entry of the report page: reads the embedded data and shows it.
import { render } from 'preact';
import { App } from './app.tsx';
import { openReport } from './report.ts';

const root = document.getElementById('app');
const data = document.getElementById('data');
if (root !== null && data !== null) render(<App report={openReport(data.textContent ?? '')} />, root);
