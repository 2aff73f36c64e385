// The four tables of an assessment, for the formats that are tables: csv/ gives each as a file, xlsx/ all as sheets of one workbook.
import type { Statistics } from '../../explain/statistics.ts';
import type { Assessment } from '../../scan/assess/assessment.ts';
import { findingsTable } from './findings.ts';
import { gapsTable } from './gaps.ts';
import { imagesTable } from './images.ts';
import { statisticsTable } from './statistics.ts';
import type { Table } from './table.ts';

/** A table by its name, and what is in it. */
export interface TableEntry {
  readonly name: 'images' | 'findings' | 'statistics' | 'gaps';
  readonly title: string;
  readonly make: (assessment: Assessment, statistics: Statistics) => Table;
}

/** The tables, the main one first. */
export const TABLES: readonly TableEntry[] = [
  { name: 'images', title: "a row an image, with the columns of CSM's published spreadsheets", make: imagesTable },
  { name: 'findings', title: 'a row a vulnerability in an installed package', make: findingsTable },
  { name: 'statistics', title: 'the figures, a row a basis and severity', make: statisticsTable },
  { name: 'gaps', title: 'what the other tables do not cover', make: gapsTable },
];
