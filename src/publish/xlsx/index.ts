// The tables as one workbook for spreadsheet programs. The first sheet, that of the images, is named after the release, as CSM's is.
import type { Format } from '../format.ts';
import { TABLES } from '../tables/index.ts';
import { safeText } from '../tables/table.ts';
import { workbookBytes } from './workbook.ts';

/** The workbook. */
export const xlsxFormat: Format = {
  id: 'xlsx',
  title: 'a workbook for spreadsheet programs: images, findings, statistics and gaps as sheets',
  mediaType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  binary: true,
  render: (assessment, statistics) => {
    const { name, version } = assessment.release;
    const release = safeText([name, version].filter((part) => part !== '').join('-'));
    // Readers find the other sheets by their names, in which case does not count and which a number may follow.
    const word = release.toLowerCase().replace(/ \d+$/, '');
    const first = release === '' || TABLES.some((entry) => entry.name === word) ? 'images' : release;
    return workbookBytes(
      TABLES.map((entry) => ({
        name: entry.name === 'images' ? first : entry.name,
        table: entry.make(assessment, statistics),
      })),
    );
  },
};
