// Entry of the comparison page: reads the embedded data and shows it.
import { render } from 'preact';
import { App } from './app.tsx';
import { openComparison } from './comparison.ts';

const root = document.getElementById('app');
const data = document.getElementById('data')?.textContent ?? '';
if (root !== null) render(<App comparison={openComparison(data)} />, root);
