import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ValidateFunction } from 'ajv';
import { needsShared } from '../../test/support/needs.ts';
import { sampleAssessment } from '../../test/support/sample-assessment.ts';
import {
  csafValidator,
  cyclonedxValidator,
  openvexValidator,
  STANDARD_SCHEMAS,
  sarifValidator,
  spdxValidator,
} from '../../test/support/standard-schemas.ts';
import { statisticsOf } from '../explain/statistics.ts';
import type { Assessment, Finding } from '../scan/assess/assessment.ts';
import { csafDocument } from './csaf/document.ts';
import { formatNamed } from './registry.ts';

const VALIDATORS: Readonly<Record<string, () => ValidateFunction>> = {
  sarif: sarifValidator,
  cyclonedx: cyclonedxValidator,
  spdx: spdxValidator,
  openvex: openvexValidator,
  csaf: csafValidator,
};

const FINAL = {
  publisher: { name: 'Harbour', namespace: 'https://harbour.example', contact: 'security@harbour.example' },
  tlp: 'WHITE',
  status: 'final',
  erratum: 'Takes the place of another one.',
} as const;

const STATEMENTS = [
  undefined,
  'not_affected:vulnerable_code_not_present',
  'not_affected',
  'affected:version-locked',
  'affected',
  'fixed',
  'under_investigation',
  'no word of ours',
];

/** The sample with every kind of statement, one of which two rows of one package disagree in, and every kind of score. */
function manySidedAssessment(): Assessment {
  const sample = sampleAssessment();
  const vectors = [
    'CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N',
    'AV:N/AC:L/Au:N/C:P/I:P/A:P',
    'CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N',
  ];
  const findings = sample.findings.flatMap((finding, index): readonly Finding[] => {
    const { statement: _, ...rest } = finding;
    const statement = STATEMENTS[index % STATEMENTS.length];
    const row = {
      ...rest,
      ...(statement === undefined ? {} : { statement }),
      ...(index % 4 === 0 ? { rawSeverity: vectors[(index / 4) % vectors.length] ?? '' } : {}),
    };
    return index % 7 === 0 ? [row, { ...row, location: `${row.location}.again`, statement: 'not_affected' }] : [row];
  });
  return { ...sample, findings };
}

function emptyAssessment(): Assessment {
  return { ...sampleAssessment(), images: [], packages: [], findings: [], inventories: [], gaps: [] };
}

for (const [id, validator] of Object.entries(VALIDATORS)) {
  test(`${id}: every document follows the official schema`, needsShared(STANDARD_SCHEMAS), () => {
    const validate = validator();
    for (const assessment of [sampleAssessment(), manySidedAssessment(), emptyAssessment()]) {
      const document = rendered(id, assessment);
      // OpenVEX has no document without a statement; where nothing was found there is none to make.
      if (id === 'openvex' && assessment.findings.length === 0) {
        assert.deepEqual(document.statements, []);
        continue;
      }
      assert.equal(validate(document), true, JSON.stringify(validate.errors?.slice(0, 5), undefined, 1));
    }
  });

  test(`${id}: the schema finds what is wrong`, needsShared(STANDARD_SCHEMAS), () => {
    const [member = ''] = Object.keys(rendered(id, sampleAssessment())).filter((name) => !name.startsWith('$'));
    assert.equal(validator()({ ...rendered(id, sampleAssessment()), [member]: 17 }), false);
  });

  test(`${id}: the same bytes again, and nothing that hides or steers`, () => {
    const once = text(id, manySidedAssessment());
    assert.equal(text(id, manySidedAssessment()), once);
    assert.doesNotMatch(once, /(?!\n)[\p{Cc}\p{Bidi_Control}]/u);
  });
}

/**
 * The tests that OASIS CSAF 2.0 calls mandatory (section 6.1), by the library of a CSAF editor. It is large, and needed by nothing else:
 * PLIMSOLL_CSAF_VALIDATOR names a folder whose node_modules has it.
 */
const CSAF_LIBRARY = process.env['PLIMSOLL_CSAF_VALIDATOR'];
test('csaf: passes the mandatory tests', {
  skip: CSAF_LIBRARY === undefined ? 'needs @secvisogram/csaf-validator-lib, named by PLIMSOLL_CSAF_VALIDATOR' : false,
}, async () => {
  const library = `${CSAF_LIBRARY}/node_modules/@secvisogram/csaf-validator-lib`;
  const { default: validate } = await import(`${library}/validate.js`);
  const mandatory = Object.values(await import(`${library}/mandatoryTests.js`));
  const schemas = Object.values(await import(`${library}/schemaTests.js`));
  assert.ok(mandatory.length > 30);
  for (const assessment of [sampleAssessment(), manySidedAssessment(), emptyAssessment()]) {
    for (const document of [rendered('csaf', assessment), csafDocument(assessment, FINAL)]) {
      const result = await validate([...schemas, ...mandatory], document);
      const failed = result.tests.filter(({ isValid }: { isValid: boolean }) => !isValid);
      assert.deepEqual(failed, []);
    }
  }
  const broken = { ...rendered('csaf', sampleAssessment()), product_tree: {} };
  assert.equal((await validate(mandatory, broken)).isValid, false);
});

function text(id: string, assessment: Assessment): string {
  const format = formatNamed(id);
  assert.ok(format !== undefined);
  return String(format.render(assessment, statisticsOf(assessment), { color: false, columns: 100 }));
}

function rendered(id: string, assessment: Assessment): Record<string, unknown> {
  return JSON.parse(text(id, assessment));
}
