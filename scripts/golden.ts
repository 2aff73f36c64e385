// Golden files: the sample assessment in every form. `npm run golden` writes them anew; golden.test.ts holds the code to them, and a
// reviewer reads their difference.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { statisticsOf } from '../src/explain/statistics.ts';
import { csvText } from '../src/publish/csv/write.ts';
import { packageColumns } from '../src/publish/html/package-columns.ts';
import { reportData } from '../src/publish/html/report-data.ts';
import { assessmentJson } from '../src/publish/json/write.ts';
import { formatNamed } from '../src/publish/registry.ts';
import { TABLES } from '../src/publish/tables/index.ts';
import { assessmentTable } from '../src/publish/terminal/assessment.ts';
import { TOOL } from '../src/publish/tool.ts';
import { sampleAssessment } from '../test/support/sample-assessment.ts';

/** Where the files lie. */
export const GOLDEN_FOLDER = resolve(import.meta.dirname, '../test/golden');

/** A golden file: its path below the folder and what it must hold. */
export interface GoldenFile {
  readonly path: string;
  readonly text: string;
}

/** Forms that name the program by themselves. */
const STANDARD_FORMATS = ['markdown', 'sarif', 'cyclonedx', 'spdx', 'openvex', 'csaf'];

function withoutVersion(text: string): string {
  return text
    .replaceAll(`ersion": "${TOOL.version}"`, 'ersion": "0.0.0"')
    .replaceAll(`${TOOL.name} ${TOOL.version}`, `${TOOL.name} 0.0.0`)
    .replaceAll(`${TOOL.name}-${TOOL.version}`, `${TOOL.name}-0.0.0`);
}

/** All golden files as today's code makes them. The program's version is left out, so that a new version changes none. */
export function goldenFiles(): readonly GoldenFile[] {
  const assessment = sampleAssessment();
  const statistics = statisticsOf(assessment);
  const tool = { name: 'plimsoll', version: '0.0.0' };
  const packages = packageColumns(assessment);
  const data = reportData(assessment, statistics, packages, tool);
  return [
    { path: 'sample/table.txt', text: assessmentTable(assessment, statistics, { color: false, columns: 100 }) },
    {
      path: 'sample/table-narrow.txt',
      text: assessmentTable(assessment, statistics, { color: false, columns: 60, unicode: false }),
    },
    {
      path: 'sample/table-wide-color.txt',
      text: assessmentTable(assessment, statistics, { color: true, columns: 150 }),
    },
    { path: 'sample/assessment.json', text: assessmentJson(assessment, statistics, tool) },
    { path: 'sample/report-data.json', text: `${JSON.stringify(data, undefined, 1)}\n` },
    { path: 'sample/report-packages.json', text: `${JSON.stringify(packages, undefined, 1)}\n` },
    ...STANDARD_FORMATS.map((id) => ({
      path: `sample/${id}.${id === 'markdown' ? 'md' : 'json'}`,
      text: withoutVersion(String(formatNamed(id)?.render(assessment, statistics, { color: false, columns: 100 }))),
    })),
    ...TABLES.map(({ name, make }) => ({ path: `sample/${name}.csv`, text: csvText(make(assessment, statistics)) })),
  ];
}

if (import.meta.main) {
  rmSync(GOLDEN_FOLDER, { recursive: true, force: true });
  for (const { path, text } of goldenFiles()) {
    const file = join(GOLDEN_FOLDER, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}
