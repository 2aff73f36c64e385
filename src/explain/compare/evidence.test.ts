// How honest a change is about what it is told from: asked or inferred, of one method of reading or of two, of our sets or another scanner's results.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { assessmentOfWorld, setOf, type World } from '../../../test/support/comparison-worlds.ts';
import { advisory, advisorySetOf } from '../../../test/support/synthetic-set.ts';
import { digestOf } from '../../platform/canonical.ts';
import type { AdvisorySet } from '../../scan/advisory/advisory.ts';
import { assess } from '../../scan/assess/assess.ts';
import type { Assessment } from '../../scan/assess/assessment.ts';
import { narrativeOf } from '../narrative/narrative.ts';
import { assessmentOf, finding } from '../test-assessment.ts';
import type { Change } from './change.ts';
import { compareAssessments } from './compare.ts';

const SLOT = 'quay.io/image0|linux/amd64';

/** A release of one image with three packages; `p0` has a vulnerability below version 2. */
function worldOf(versions: readonly number[], day: number, fields: Partial<World> = {}): World {
  return {
    images: [{ name: 0, tag: 1, versions, damaged: false }],
    records: [
      { vulnerability: 1, package: 0, fixed: 2, severity: 'high', ghsa: 'no', feed: 'debian-tracker' },
      { vulnerability: 2, package: 1, fixed: 2, severity: 'high', ghsa: 'no', feed: 'debian-tracker' },
    ],
    day,
    withOsv: false,
    asOf: 4,
    version: '1.2.0',
    statements: [],
    ...fields,
  };
}

function instances(a: Assessment, b: Assessment, sets: { a?: AdvisorySet; b?: AdvisorySet } = {}): readonly Change[] {
  const { changes } = compareAssessments(
    { assessment: a, ...(sets.a && { set: sets.a }) },
    { assessment: b, ...(sets.b && { set: sets.b }) },
  );
  return changes.filter(({ basis }) => basis === 'instances');
}

function kindsOf([a, b]: readonly [World, World], withSets: boolean): readonly string[] {
  const sets = { a: setOf(a), b: setOf(b) };
  const changes = instances(assessmentOfWorld(a, sets.a), assessmentOfWorld(b, sets.b), withSets ? sets : {});
  return changes.map(({ cause, label, evidence }) => `${cause}/${label} ${evidence.kind}`);
}

describe('evaluated or inferred', () => {
  it('a version that a set was not asked about is inferred, also where nothing is said of it', () => {
    const fixed = [worldOf([1, 0, 0], 1), worldOf([2, 0, 0], 2)] as const;
    assert.deepEqual(kindsOf(fixed, true), ['content/rebuilt evaluated']);
    assert.deepEqual(kindsOf(fixed, false), ['content/rebuilt inferred']);
  });

  it('so is a package that the other set never met', () => {
    const added = [worldOf([0, 0, 1], 1), worldOf([0, 1, 1], 2)] as const;
    assert.deepEqual(kindsOf(added, true), ['content/rebuilt evaluated']);
    assert.deepEqual(kindsOf(added, false), ['content/rebuilt inferred']);
  });

  it('what both sets had judged is evaluated without them', () => {
    const published = [worldOf([1, 0, 0], 1, { records: [] }), worldOf([1, 0, 0], 2)] as const;
    assert.deepEqual(kindsOf(published, false), ['advisories/published evaluated']);
  });
});

describe('not separable', () => {
  const a = assessmentOfWorld(worldOf([1, 0, 0], 1), setOf(worldOf([1, 0, 0], 1)));
  const b = assessmentOfWorld(worldOf([1, 1, 0], 1), setOf(worldOf([1, 1, 0], 1)));
  const reread: Assessment = {
    ...b,
    inventories: b.inventories.map((inventory) => ({ ...inventory, cataloguers: ['dpkg@2'] })),
  };

  it('a rebuilt image that newer cataloguers read may differ by them alone', () => {
    const [change] = instances(a, reread);
    assert.deepEqual([change?.cause, change?.evidence.notSeparable], ['content', true]);
    const told = narrativeOf(compareAssessments({ assessment: a }, { assessment: reread }));
    assert.ok(told.some((line) => line.includes('1 cell not separable: other cataloguers read the new content.')));
  });

  it('not so when the same cataloguers read both', () => {
    const [change] = instances(a, b);
    assert.deepEqual([change?.cause, change?.evidence.notSeparable], ['content', undefined]);
  });
});

it('a set that is asked about the other image knows its platform', () => {
  const record = advisory({ feed: 'osv', id: 'CVE-2022-0001', namespace: 'Go', package: 'example.org/m' });
  const options = { covers: { osv: ['Go'] } };
  const elsewhere = advisorySetOf([{ ...record, platforms: ['windows/*'] }], {
    ...options,
    updated: { osv: '2022-04-01' },
  });
  const everywhere = advisorySetOf([record], { ...options, updated: { osv: '2022-04-02' } });
  const [change] = instances(programWith('1', elsewhere), programWith('2', everywhere), {
    a: elsewhere,
    b: everywhere,
  });
  assert.deepEqual([change?.cause, change?.also], ['advisories', []]);

  function programWith(content: string, set: AdvisorySet): Assessment {
    const image = digestOf(content);
    const platform = 'linux/amd64';
    const named = { logical: 'quay.io/app:1', physical: 'quay.io/app:1', platform, origin: 'own' as const };
    const module = { purl: 'pkg:golang/example.org/m@v1.0.0', type: 'golang' as const, name: 'example.org/m' };
    const location = { layer: digestOf('layer'), path: 'usr/bin/m' };
    const packages = [{ ...module, version: 'v1.0.0', scheme: 'go' as const, namespace: 'Go', location }];
    return assess({
      release: { name: 'harbour', version: '1', target: 'images:list', charts: [], lint: [], gaps: [] },
      images: [{ ...named, digest: image, charts: [], gaps: [] }],
      inventories: [{ image, platform, packages, gaps: [], cataloguers: ['go@1'], config: {} }],
      set,
      severityPolicy: 'vendor-then-cvss-then-nvd',
      asOf: '2022-04-20',
    });
  }
});

it('of results of one scanner that differ in nothing but a statement, the statement is the cause', () => {
  const zlib = finding({ slot: SLOT, vulnerability: 'CVE-2018-25032', severity: 'high' });
  const imported = (statement?: string): Assessment => ({
    ...assessmentOf({ findings: [{ ...zlib, ...(statement === undefined ? {} : { statement }) }] }),
    severityPolicy: 'as-reported-by-snyk',
    ...(statement === undefined ? {} : { statements: digestOf(statement) }),
  });
  const [change] = instances(imported(), imported('not_affected:vulnerable_code_not_present'));
  assert.deepEqual(
    [change?.cause, change?.label, change?.evidence.kind],
    ['statements', 'statement-added', 'inferred'],
  );
});
