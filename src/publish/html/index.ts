// The format for readers of a browser: one file that opens from disk.
import type { Format } from '../format.ts';
import { reportHtml } from './report.ts';

/** The HTML report. */
export const htmlFormat: Format = {
  id: 'html',
  title: 'a report in one file with filters and sorting, that opens from disk and loads nothing',
  mediaType: 'text/html; charset=utf-8',
  render: (assessment, statistics) => reportHtml(assessment, statistics),
};
