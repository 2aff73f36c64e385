// The tables as files for spreadsheets and scripts: `csv` is the table of images, `csv-findings` and its kin are the others.
import type { Format } from '../format.ts';
import { TABLES } from '../tables/index.ts';
import { csvText } from './write.ts';

/** A format a table; that of images is called `csv` alone. */
export const csvFormats: readonly Format[] = TABLES.map(({ name, title, make }) => ({
  id: name === 'images' ? 'csv' : `csv-${name}`,
  title: `comma-separated values: ${title}`,
  mediaType: 'text/csv; charset=utf-8; header=present',
  render: (assessment, statistics) => csvText(make(assessment, statistics)),
}));
