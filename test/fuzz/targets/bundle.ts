// What a bundle is made of and what is read back from one: other commands' results, checksums, signatures, and every file that tells figures.
import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readAssessmentInput } from '../../../src/cli/assessment-input.ts';
import { canonicalJson } from '../../../src/platform/canonical.ts';
import { isSignedBy, keyId, readEnvelope, readVerificationKey, signEnvelope } from '../../../src/platform/dsse.ts';
import { openStore } from '../../../src/platform/store.ts';
import { readChecksums } from '../../../src/publish/bundle/checksums.ts';
import { publishedComparison } from '../../../src/publish/bundle/comparison-input.ts';
import { BUNDLE_FILES, FORMAT_FILES } from '../../../src/publish/bundle/contents.ts';
import {
  csafPairs,
  cyclonedxContent,
  openvexPairs,
  readDocument,
  sarifRows,
  spdxPackages,
} from '../../../src/publish/bundle/readers/documents.ts';
import { countFigures, differences } from '../../../src/publish/bundle/readers/figures.ts';
import { overviewFigures, reportContent } from '../../../src/publish/bundle/readers/pages.ts';
import { csvFigures, csvRows, csvSum, workbookContent } from '../../../src/publish/bundle/readers/tables.ts';
import { statementFiles, statementText } from '../../../src/publish/bundle/statement.ts';
import { verifyBundle } from '../../../src/publish/bundle/verify.ts';
import { checkSection } from '../../../src/publish/site/checks.ts';
import { publishedLines } from '../../../src/publish/site/lines.ts';
import { sampleAssessment } from '../../support/sample-assessment.ts';
import { expect, expectRead } from '../expect.ts';
import { mendZip } from '../mend.ts';
import type { FuzzTarget } from '../target.ts';

const SAMPLE = sampleAssessment();
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const CSV_WORDS = ['"', '""', ',', '\r\n', '\r', 'critical', 'fixed', 'gross', 'total', 'NaN', '1e99'];
const JSON_WORDS = ['critical', 'fixed', 'plimsoll:slot', 'known_affected', 'CVE-2022-90001', 'pass', 'fail'];
const PREDICATE = {
  release: { name: 'a', version: '1' },
  asOf: '2022-04-06',
  audience: 'public',
  assessment: 'sha256:',
};

/** Everything of bundles. */
export const BUNDLE_TARGETS: readonly FuzzTarget[] = [
  {
    id: 'bundle',
    form: 'json',
    words: JSON_WORDS,
    // The same bytes under every name: no check may break off, whatever the file.
    run: (input) => {
      const names = [...Object.values(BUNDLE_FILES), ...Object.values(FORMAT_FILES), ...OTHER_FILES];
      return verifyBundle({ files: new Map(names.map((name) => [name, input])), others: [] }, privateKey);
    },
  },
  {
    id: 'bundle-checksums',
    form: 'text',
    words: ['0'.repeat(64), '  ', '../', '\n'],
    run: (input) => readChecksums(input.toString()),
  },
  {
    id: 'bundle-envelope',
    form: 'json',
    words: ['application/vnd.in-toto+json', 'MEUCIQ==', '=', '\ud800'],
    run: (input) => {
      const read = readEnvelope(input.toString());
      const keyid = keyId(privateKey);
      const forged = { ...read, signatures: read.signatures.map(({ sig }) => ({ keyid, sig })) };
      expect(!isSignedBy(forged, privateKey), 'somebody else’s signature is taken for the key’s');
      const signed = expectRead(() => readEnvelope(signEnvelope(read, privateKey)), 'an envelope');
      expect(signed.payload === read.payload && isSignedBy(signed, privateKey), 'an envelope changed by signing');
      return read;
    },
  },
  {
    id: 'bundle-statement',
    form: 'json',
    words: ['https://in-toto.io/Statement/v1', 'urn:plimsoll:predicate:security-bundle:1', 'sha256'],
    run: (input) => {
      const files = statementFiles(input.toString());
      const again = expectRead(() => statementFiles(statementText(files, PREDICATE)), 'a statement');
      expect(again.length === files.length, 'a file of the statement is lost');
      return files;
    },
  },
  {
    id: 'verification-key',
    form: 'text',
    codes: ['usage'],
    words: ['-----BEGIN PUBLIC KEY-----\n', '-----END PUBLIC KEY-----\n', '-----BEGIN PRIVATE KEY-----', 'ENCRYPTED'],
    run: (input) => keyId(readVerificationKey(input.toString(), 'a.pem')),
  },
  {
    id: 'bundle-comparison',
    form: 'json',
    words: JSON_WORDS,
    run: async (input) => {
      const text = input.toString();
      const shown = await publishedComparison(text, SAMPLE, 'public');
      const again = await publishedComparison(shown.text, SAMPLE, 'public').catch((cause: unknown) => {
        throw new Error('a comparison is not read again', { cause });
      });
      expect(canonicalJson(again) === canonicalJson(shown), 'a comparison changed by being published');
      return shown;
    },
    codes: ['usage'],
  },
  {
    id: 'site-checks',
    form: 'json',
    codes: ['usage'],
    words: JSON_WORDS,
    run: (input) => {
      const text = input.toString();
      const plain = checkSection('Gate', text, { assessment: SAMPLE.id, withReasons: false });
      expect(
        plain.rows.every(({ reason }) => reason === undefined),
        'a reason that may not be told',
      );
      return checkSection('Gate', text, { assessment: SAMPLE.id, withReasons: true });
    },
  },
  { id: 'site-lines', form: 'json', words: JSON_WORDS, run: (input) => publishedLines(input.toString()) },
  {
    id: 'bundle-csv',
    form: 'text',
    words: CSV_WORDS,
    run: (input) => figuresOf(csvRows(input.toString())),
  },
  {
    id: 'bundle-csv-statistics',
    form: 'text',
    words: CSV_WORDS,
    run: (input) => compared(csvFigures(input.toString())),
  },
  {
    id: 'bundle-csv-images',
    form: 'text',
    words: CSV_WORDS,
    run: (input) => csvSum(input.toString(), 'uniqueCount'),
  },
  {
    id: 'bundle-workbook',
    form: 'binary',
    words: [
      '<row>',
      '</row>',
      '<c r="A1" t="s">',
      '<v>0</v>',
      '</c>',
      'r="CV9"',
      'r="ZZZ1"',
      '<si><t>',
      '&amp;',
      'findings',
    ],
    mend: mendZip,
    run: (input) => {
      const { rows, figures } = workbookContent(input);
      compared(figures);
      return figuresOf(rows);
    },
  },
  {
    id: 'bundle-report',
    form: 'text',
    words: ['<script type="application/json" id="data">', '</script>', '"rows":[', '"values":[', 'null', '-1', '1e9'],
    run: (input) => {
      const { rows, figures } = reportContent(input.toString());
      compared(figures);
      return figuresOf(rows);
    },
  },
  {
    id: 'bundle-overview',
    form: 'text',
    words: ['<tr id="figures-critical">', '</tr>', '<td', '>', '</td>', '<td class="number">1</td>'],
    run: (input) => compared(overviewFigures(input.toString())),
  },
  document('sarif', (text) => figuresOf(sarifRows(readDocument(text)))),
  document('cyclonedx', (text) => {
    const { rows, packages } = cyclonedxContent(readDocument(text));
    return [figuresOf(rows), packages];
  }),
  document('spdx', (text) => spdxPackages(readDocument(text))),
  document('openvex', (text) => openvexPairs(readDocument(text))),
  document('csaf', (text) => csafPairs(readDocument(text))),
  {
    id: 'assessment-file',
    form: 'json',
    codes: ['input-missing', 'input-unreadable'],
    words: JSON_WORDS,
    run: async (input, folder) => {
      writeFileSync(join(folder, 'a.json'), input);
      const store = await openStore(':memory:', []);
      try {
        return await readAssessmentInput('a.json', folder, store);
      } finally {
        await store.close();
      }
    },
  },
];

const OTHER_FILES = [
  'report.html',
  'index.html',
  'bom.cdx.json',
  'bom.spdx.json',
  'vex.openvex.json',
  'csaf/white/2022/a.json',
] as const;

function document(form: string, read: (text: string) => unknown): FuzzTarget {
  return { id: `bundle-${form}`, form: 'json', words: JSON_WORDS, run: (input) => read(input.toString()) };
}

/** Figures equal themselves, unless one of them is no number. */
function compared(figures: ReturnType<typeof countFigures>): ReturnType<typeof countFigures> {
  const numbers = new Map([...figures].filter(([, value]) => !Number.isNaN(value)));
  expect(differences(numbers, numbers).length === 0, 'figures differ from themselves');
  return figures;
}

/** Counted, and counted again the other way around: the order of rows means nothing. */
function figuresOf(rows: ReturnType<typeof csvRows>): ReturnType<typeof countFigures> {
  const figures = countFigures(rows);
  expect(differences(figures, countFigures(rows.toReversed())).length === 0, 'figures depend on the order of rows');
  return figures;
}
