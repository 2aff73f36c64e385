// Other scanners' reports up to the assessment that is made of them, and assessments up to everything that is printed of them.

import { statisticsOf } from '../../../src/explain/statistics.ts';
import { digestOf } from '../../../src/platform/canonical.ts';
import { readAssessmentJson } from '../../../src/publish/json/read.ts';
import { FORMATS } from '../../../src/publish/registry.ts';
import type { Assessment } from '../../../src/scan/assess/assessment.ts';
import { assessResults } from '../../../src/scan/import/import-assessment.ts';
import type { Importer } from '../../../src/scan/import/importer.ts';
import { IMPORTERS } from '../../../src/scan/import/registry.ts';
import { readSbom } from '../../../src/scan/release/sbom/read-sbom.ts';
import type { FuzzTarget } from '../target.ts';

const WORDS = [
  'CVE-2022-37434',
  'GHSA-jfh8-c2jp-5v3q',
  'high',
  'HIGH',
  'Critical',
  'pkg:deb/debian/zlib@1',
  'sha256:',
  'alpine:3.15',
  'fixed',
];
const TERMINAL = { columns: 100, color: false, unicode: true } as const;

/** One target an importer; bills of materials; our own assessments. */
export const IMPORT_TARGETS: readonly FuzzTarget[] = [
  ...IMPORTERS.map(
    (importer): FuzzTarget => ({
      id: `import-${importer.id}`,
      form: 'json',
      covers: [`importer ${importer.id}`],
      words: WORDS,
      run: (input) => imported(importer, input),
    }),
  ),
  { id: 'sbom', form: 'json', covers: ['release sbom'], words: WORDS, run: (input) => readSbom(input, 'a.json') },
  {
    id: 'assessment',
    form: 'json',
    words: WORDS,
    run: async (input) => {
      const { assessment } = await readAssessmentJson(input.toString());
      return rendered(assessment);
    },
  },
];

async function imported(importer: Importer, input: Buffer): Promise<unknown> {
  const file = { path: 'report.json', digest: digestOf(input) };
  importer.recognizes(input.toString('latin1', 0, 4096));
  const { images, gaps } = await importer.parse(input, file);
  const origin = { importer, target: `${importer.id}:a`, path: 'a' };
  const assessment = assessResults(
    origin,
    { images, missing: [], charts: new Map(), reports: [file.digest], gaps },
    { asOf: '2026-01-01' },
  );
  return [images, rendered(assessment)];
}

function rendered(assessment: Assessment): unknown {
  const statistics = statisticsOf(assessment);
  for (const format of FORMATS) format.render(assessment, statistics, TERMINAL);
  return statistics;
}
