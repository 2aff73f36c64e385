// Whether the files of a bundle say the same: each is read by itself and counted anew, and held against the assessment.
import type { Statistics } from '../../explain/statistics.ts';
import type { Verdict } from '../../platform/verdict.ts';
import { SEVERITY_LEVELS } from '../../scan/advisory/advisory.ts';
import { fieldsOf } from '../../scan/advisory/fields.ts';
import type { Assessment } from '../../scan/assess/assessment.ts';
import { vexRows } from '../vex.ts';
import { check, fileOf } from './check.ts';
import { CSAF_FOLDER, CYCLONEDX_FILE, FORMAT_FILES } from './contents.ts';
import type { BundleFolder } from './folder.ts';
import {
  csafPairs,
  cyclonedxContent,
  openvexPairs,
  readDocument,
  sarifRows,
  spdxPackages,
} from './readers/documents.ts';
import { type CountedRow, countFigures, differences, type Figures, statedFigures } from './readers/figures.ts';
import { overviewFigures, reportContent } from './readers/pages.ts';
import { csvFigures, csvRows, csvSum, workbookContent } from './readers/tables.ts';

/** A check for every file that tells figures, packages or statuses. */
export function agreementChecks(
  folder: BundleFolder,
  assessment: Assessment,
  statistics: Statistics,
): readonly Verdict[] {
  const expected = statedFigures({ ...statistics });
  const text = (path: string): string => fileOf(folder, path).toString('utf8');
  const figures = (id: string, path: string, found: () => Figures): Verdict =>
    check(id, path, () => differences(found(), expected));
  const { json, csv, xlsx, sarif, 'csv-findings': findings, 'csv-statistics': stated } = FORMAT_FILES;
  return [
    figures('figures-json', json, () => statedInJson(text(json))),
    figures('figures-csv', findings, () => countFigures(csvRows(text(findings)))),
    figures('figures-csv-statistics', stated, () => csvFigures(text(stated))),
    check('figures-csv-images', csv, () => {
      const sums = sumsOfImages(text(csv));
      return differences(sums, new Map([...expected].filter(([name]) => sums.has(name))));
    }),
    check('figures-xlsx', xlsx, () => both(workbookContent(fileOf(folder, xlsx)), expected)),
    check('figures-html', 'report.html', () => both(reportContent(text('report.html')), expected)),
    figures('figures-site', 'index.html', () => overviewFigures(text('index.html'))),
    figures('figures-sarif', sarif, () => countFigures(sarifRows(readDocument(text(sarif))))),
    figures('figures-cyclonedx', CYCLONEDX_FILE, () =>
      countFigures(cyclonedxContent(readDocument(text(CYCLONEDX_FILE))).rows),
    ),
    check('packages-cyclonedx', CYCLONEDX_FILE, () =>
      differences(cyclonedxContent(readDocument(text(CYCLONEDX_FILE))).packages, packagesBySlot(assessment)),
    ),
    check('packages-spdx', 'bom.spdx.json', () =>
      differences(
        new Map([['packages', spdxPackages(readDocument(text('bom.spdx.json')))]]),
        new Map([['packages', assessment.packages.length]]),
      ),
    ),
    ...vexChecks(folder, assessment),
  ];
}

/** What a file prints, and what its findings come to. */
function both(
  { rows, figures }: { readonly rows: readonly CountedRow[]; readonly figures: Figures },
  expected: Figures,
): readonly string[] {
  return [...differences(figures, expected), ...differences(countFigures(rows), expected)];
}

/** What the JSON states itself must be what its findings come to. */
function statedInJson(text: string): Figures {
  return statedFigures(fieldsOf(readDocument(text)['statistics']));
}

function sumsOfImages(text: string): Figures {
  return new Map([
    ['instances.total', csvSum(text, 'uniqueCount')],
    ...SEVERITY_LEVELS.map((level) => [`instances.${level}`, csvSum(text, `severity.${level}`)] as const),
    ['instances.fixable', csvSum(text, 'fixableCount')],
  ]);
}

/** Different packages of each slot: CycloneDX lists one that lies in several places once. */
function packagesBySlot({ images, packages }: Assessment): Figures {
  const purls = new Map(
    [...Map.groupBy(packages, ({ image }) => image)].map(([image, found]) => [
      image,
      new Set(found.map(({ purl }) => purl)).size,
    ]),
  );
  return new Map(images.map(({ slot, digest }) => [slot, digest === undefined ? 0 : (purls.get(digest) ?? 0)]));
}

/** Vulnerabilities and their statuses. Where nothing was found, there is no OpenVEX document. */
function vexChecks(folder: BundleFolder, assessment: Assessment): readonly Verdict[] {
  const expected = new Set(vexRows(assessment).map(({ vulnerability, word }) => `${vulnerability} ${word.status}`));
  const pairs = (id: string, path: string, read: (text: string) => ReadonlySet<string>): Verdict =>
    check(id, path, () => pairDifferences(read(fileOf(folder, path).toString('utf8')), expected));
  const csaf = [...folder.files.keys()].filter((path) =>
    new RegExp(`^${CSAF_FOLDER}/[a-z]+/\\d{4}/[^/]+\\.json$`).test(path),
  );
  return [
    ...(expected.size === 0
      ? []
      : [pairs('statuses-openvex', 'vex.openvex.json', (text) => openvexPairs(readDocument(text)))]),
    ...(csaf.length === 0 ? [check('statuses-csaf', CSAF_FOLDER, () => ['there is no CSAF document'])] : []),
    ...csaf.map((path) => pairs('statuses-csaf', path, (text) => csafPairs(readDocument(text)))),
  ];
}

function pairDifferences(found: ReadonlySet<string>, expected: ReadonlySet<string>): readonly string[] {
  return [
    ...[...expected].filter((pair) => !found.has(pair)).map((pair) => `${pair} is missing`),
    ...[...found].filter((pair) => !expected.has(pair)).map((pair) => `${pair} is too many`),
  ];
}
