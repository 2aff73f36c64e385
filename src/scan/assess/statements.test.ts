// Laws of decisions in assessments: they outlive rebuilds and end on their day; and an assessment carries all that is needed to judge them again.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { resultValidator } from '../../../test/support/schemas.ts';
import { statement } from '../../../test/support/statements.ts';
import { advisory, advisorySetOf } from '../../../test/support/synthetic-set.ts';
import { compareAssessments } from '../../explain/compare/compare.ts';
import { statementUse } from '../../explain/statement-use.ts';
import { statisticsOf } from '../../explain/statistics.ts';
import { canonicalJson, digestOf } from '../../platform/canonical.ts';
import { readAssessmentJson } from '../../publish/json/read.ts';
import { assessmentJson } from '../../publish/json/write.ts';
import { assessmentTable } from '../../publish/terminal/assessment.ts';
import type { Statement } from '../../statements/statement.ts';
import { assess, NO_STATEMENTS } from './assess.ts';
import type { Assessment } from './assessment.ts';
import { reassess } from './reassess.ts';

const SET = advisorySetOf([
  advisory({
    feed: 'alpine-secdb',
    id: 'CVE-2018-25032',
    aliases: ['GHSA-jc36-42cf-vqwj'],
    namespace: 'alpine:3.15',
    package: 'zlib',
    ranges: [{ fixed: '1.2.12-r0' }],
  }),
]);
const ACCEPTED = statement({
  scope: {
    vulnerability: 'GHSA-jc36-42cf-vqwj',
    images: ['quay.io/api'],
    packages: ['pkg:apk/alpine/zlib'],
    lines: ['1.2'],
  },
});
const { justification: _, ...PLAIN } = ACCEPTED;
const JUDGEMENT = { set: SET, severityPolicy: 'vendor-then-cvss-then-nvd' } as const;

interface World {
  readonly build?: string;
  readonly tag?: string;
  readonly version?: string;
  readonly asOf?: string;
  readonly statements?: readonly Statement[];
}

/** An assessment of one image with an old zlib. */
function assessed({
  build = 'one',
  tag = '1',
  version = '1.2.0',
  asOf = '2022-04-06',
  statements = [ACCEPTED],
}: World = {}): Assessment {
  const image = digestOf(build);
  return assess({
    ...JUDGEMENT,
    asOf,
    statements,
    release: { name: 'harbour', version, target: 'images:list', charts: [], lint: [], gaps: [] },
    images: [
      {
        logical: `quay.io/api:${tag}`,
        physical: `quay.io/api@${image}`,
        digest: image,
        platform: 'linux/amd64',
        origin: 'own',
        charts: [],
        gaps: [],
      },
    ],
    inventories: [
      {
        image,
        platform: 'linux/amd64',
        os: { id: 'alpine', version: '3.15.4' },
        packages: [
          {
            purl: `pkg:apk/alpine/zlib@1.2.11-r3?arch=x86_64`,
            type: 'apk',
            name: 'zlib',
            version: '1.2.11-r3',
            scheme: 'apk',
            source: { name: 'zlib', version: '1.2.11-r3' },
            namespace: 'alpine:3.15',
            location: { layer: digestOf(`layer ${build}`), path: 'lib/apk/db/installed' },
          },
        ],
        gaps: [],
        cataloguers: ['apk@1'],
        config: {},
      },
    ],
  });
}

function stated(assessment: Assessment): readonly (string | undefined)[] {
  return assessment.findings.map((finding) => finding.statement);
}

/** Causes and labels of the changed instances from one to the other. */
function changes(a: Assessment, b: Assessment, withSets = true): readonly string[] {
  const input = (assessment: Assessment) => ({ assessment, ...(withSets ? { set: SET } : {}) });
  return compareAssessments(input(a), input(b)).changes.flatMap(({ basis, cause, label, also }) =>
    basis === 'instances' ? [[cause, label, ...also].join(' ')] : [],
  );
}

describe('decisions in assessments', () => {
  const text = 'not_affected:vulnerable_code_not_in_execute_path';

  it('an accepted finding stays accepted after a re-scan with a rebuilt image, and under another tag', () => {
    for (const world of [{}, { build: 'two' }, { build: 'three', tag: '2' }])
      assert.deepEqual(stated(assessed(world)), [text]);
  });

  it('it counts again on the day after the last, and everywhere outside its scope', () => {
    assert.deepEqual(stated(assessed({ asOf: '2022-04-30' })), [text]);
    assert.deepEqual(stated(assessed({ asOf: '2022-05-01' })), [undefined]);
    assert.deepEqual(stated(assessed({ version: '1.3.0' })), [undefined]);
  });

  it('net figures follow; gross ones and those under an exception stay', () => {
    const totals = (given: Assessment) => [
      statisticsOf(given).instances.total,
      statisticsOf(given).net.instances.total,
    ];
    assert.deepEqual(totals(assessed()), [1, 0]);
    assert.deepEqual(totals(assessed({ asOf: '2022-05-01' })), [1, 1]);
    const excepted: Statement = { ...PLAIN, status: 'affected', exception: { reason: 'next-release' } };
    assert.deepEqual(stated(assessed({ statements: [excepted] })), ['affected:next-release']);
    assert.deepEqual(totals(assessed({ statements: [excepted] })), [1, 1]);
  });

  it('what was fixed and is seen again counts; a fix in the very version does not', () => {
    const fixed = (purl: string): Statement => ({
      ...PLAIN,
      status: 'fixed',
      scope: { ...PLAIN.scope, packages: [purl] },
    });
    const net = (purl: string) => statisticsOf(assessed({ statements: [fixed(purl)] })).net.instances.total;
    assert.equal(net('pkg:apk/alpine/zlib'), 1);
    assert.equal(net('pkg:apk/alpine/zlib@1.2.12-r0'), 1);
    assert.equal(net('pkg:apk/alpine/zlib@1.2.11-r3'), 0);
  });

  it('the id follows the decisions and not their order or their lines', () => {
    const other = statement({ id: 'other' });
    const id = (...statements: Statement[]) => assessed({ statements }).id;
    assert.equal(id(ACCEPTED, other), id(other, ACCEPTED));
    assert.equal(id({ ...ACCEPTED, origin: { ...ACCEPTED.origin, line: 7 } }), id(ACCEPTED));
    assert.equal(
      new Set([id(), id(ACCEPTED), id(ACCEPTED, other), id({ ...ACCEPTED, expires: '2022-05-30' })]).size,
      4,
    );
    assert.equal(assessed({ statements: [] }).statements, NO_STATEMENTS);
  });

  it('JSON carries them: nothing is lost, its schema accepts it, and it can be judged again at another date', async () => {
    const before = assessed();
    const json = assessmentJson(before, statisticsOf(before));
    const validate = resultValidator('assessment-1');
    assert.ok(validate(JSON.parse(json)), JSON.stringify(validate.errors));
    const { assessment: read } = await readAssessmentJson(json);
    assert.equal(canonicalJson(read), canonicalJson(before));
    assert.equal(canonicalJson(reassess(read, { ...JUDGEMENT, asOf: before.asOf })), canonicalJson(before));
    const later = reassess(read, { ...JUDGEMENT, asOf: '2022-05-01' });
    assert.deepEqual(stated(later), [undefined]);
    assert.deepEqual(later.givenStatements, before.givenStatements);
    const without = reassess(read, { ...JUDGEMENT, asOf: before.asOf, statements: [] });
    assert.deepEqual(
      [stated(without), without.givenStatements, without.statements],
      [[undefined], undefined, NO_STATEMENTS],
    );
  });

  it('what ended is told with what counts again', () => {
    const later = assessed({ asOf: '2022-05-01' });
    const use = statementUse(later);
    assert.deepEqual([use?.applied, use?.states.expired, use?.ended.map(({ findings }) => findings)], [0, 1, [1]]);
    const table = assessmentTable(later, statisticsOf(later), { color: false, columns: 200 });
    assert.match(table, /Statements: 0 of 1 apply, to 0 findings; 1 expired\n/);
    assert.match(table, /Expired, so that what they covered counts again: zlib-not-reached \(2022-04-30, 1 finding\)/);
    assert.equal(statementUse(assessed({ statements: [] })), undefined);
  });
});

describe('the cause of a changed decision', () => {
  const cases: readonly (readonly [name: string, a: World, b: World, expected: readonly string[]])[] = [
    ['nothing but the date, before it ends', {}, { asOf: '2022-04-20' }, []],
    ['it ends', {}, { asOf: '2022-05-01' }, ['clock expired']],
    ['it ends, and the image was rebuilt', {}, { asOf: '2022-05-01', build: 'two' }, ['clock expired']],
    [
      'it is renewed in time',
      {},
      { asOf: '2022-05-01', statements: [{ ...ACCEPTED, expires: '2022-06-30', renewals: 1 }] },
      [],
    ],
    ['it is made', { statements: [] }, {}, ['statements statement-added']],
    ['it is taken back', {}, { statements: [] }, ['statements statement-removed']],
    [
      'another takes its place',
      {},
      { statements: [{ ...PLAIN, status: 'affected', action: 'update' }] },
      ['statements statement-changed'],
    ],
    ['it is made too late', { statements: [] }, { asOf: '2022-05-01' }, []],
    ['it is of another line than the next release', {}, { version: '1.3.0' }, ['statements statement-removed']],
    [
      'it ended, and is renewed afterwards',
      { asOf: '2022-05-01' },
      { asOf: '2022-05-02', statements: [{ ...ACCEPTED, expires: '2022-06-30', renewals: 1 }] },
      ['statements statement-added'],
    ],
  ];
  for (const [name, a, b, expected] of cases) {
    it(name, () => {
      assert.deepEqual(changes(assessed(a), assessed(b)), expected);
      assert.deepEqual(changes(assessed(a), assessed(b), false), expected, 'without sets');
    });
  }
});
