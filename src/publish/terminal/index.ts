// The format for people at a terminal.
import type { Format } from '../format.ts';
import { assessmentTable } from './assessment.ts';

/** The table, as wide and as coloured as the terminal allows. */
export const tableFormat: Format = {
  id: 'table',
  title: 'figures with severity bars, what weighs most and what is not covered, for a terminal',
  mediaType: 'text/plain; charset=utf-8',
  render: assessmentTable,
};
