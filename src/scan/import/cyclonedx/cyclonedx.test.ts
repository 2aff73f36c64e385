// Documents written here after CycloneDX 1.6, checked against its schema; those of a real scanner are in ../trivy/trivy.test.ts.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cycloneDxValidator, FORMAT_SCHEMAS } from '../../../../test/support/format-schema.ts';
import { needsShared } from '../../../../test/support/needs.ts';
import { digestOf } from '../../../platform/canonical.ts';
import { ParseError } from '../../../platform/errors.ts';
import type { ImportedImage } from '../imported.ts';
import { statementOf } from './analysis.ts';
import { parseCycloneDx } from './parse.ts';

const FILE = { path: 'bom.json', digest: digestOf('report') };
const SERIAL = '3e671687-395b-41f5-a30f-a58921a69b79';

function report(vulnerabilities: readonly object[] | undefined, more: Readonly<Record<string, unknown>> = {}): object {
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${SERIAL}`,
    version: 1,
    metadata: {
      timestamp: '2024-01-31T10:00:00Z',
      tools: { components: [{ type: 'application', name: 'scanner', version: '2.0' }] },
      component: { 'bom-ref': 'image', type: 'container', name: 'registry.example/app:1.0' },
    },
    components: [
      { type: 'library', 'bom-ref': 'npm', name: 'minimist', version: '1.2.5', purl: 'pkg:npm/minimist@1.2.5' },
      { type: 'library', 'bom-ref': 'generic', name: 'busybox', version: '1.36', purl: 'pkg:generic/busybox@1.36' },
    ],
    ...(vulnerabilities === undefined ? {} : { vulnerabilities }),
    ...more,
  };
}

function parse(value: unknown): ImportedImage {
  const [image] = parseCycloneDx(Buffer.from(JSON.stringify(value)), FILE).images;
  assert.ok(image !== undefined);
  return image;
}

const MINIMIST = {
  id: 'GHSA-xvch-5gv4-984h',
  source: { name: 'GitHub' },
  references: [{ id: 'CVE-2021-44906', source: { name: 'NVD' } }],
  ratings: [
    { source: { name: 'Other' }, severity: 'low' },
    { source: { name: 'NVD' }, severity: 'critical', method: 'CVSSv31' },
    { source: { name: 'github' }, severity: 'high' },
  ],
  recommendation: 'Upgrade minimist to version 0.2.4, 1.2.6; Upgrade other to version 9',
  affects: [{ ref: 'npm', versions: [{ version: '1.2.5', status: 'affected' }] }],
};

test('a vulnerability in a component, with its aliases, own rating and recommended fix', () => {
  const { findings, packages, run, platform, logical, listsAllPackages } = parse(report([MINIMIST]));
  assert.deepEqual(findings, [
    {
      id: 'GHSA-xvch-5gv4-984h',
      aliases: ['CVE-2021-44906'],
      severity: 'high',
      severitySource: 'github',
      package: { name: 'minimist', version: '1.2.5', purl: 'pkg:npm/minimist@1.2.5' },
      fixState: 'fixed',
      fixedIn: '1.2.6',
      layer: FILE.digest,
      path: 'bom.json',
    },
  ]);
  assert.deepEqual(
    [logical, platform, packages.length, listsAllPackages],
    ['registry.example/app:1.0', 'linux/amd64', 1, true],
  );
  assert.deepEqual(run, { version: 'scanner 2.0', ranAt: '2024-01-31T10:00:00Z' });
});

test('the documents of these tests follow the published schema', needsShared(FORMAT_SCHEMAS), () => {
  const validate = cycloneDxValidator('1.6');
  assert.ok(validate(report([MINIMIST])), JSON.stringify(validate.errors));
});

test('ratings: the source’s own, else NVD’s, else the first, else none', () => {
  const severity = (ratings: readonly object[] | undefined): readonly string[] => {
    const [found] = parse(report([{ ...MINIMIST, ratings }])).findings;
    return [found?.severity ?? '', found?.severitySource ?? ''];
  };
  assert.deepEqual(severity(MINIMIST.ratings.slice(0, 2)), ['critical', 'NVD']);
  assert.deepEqual(severity(MINIMIST.ratings.slice(0, 1)), ['low', 'Other']);
  assert.deepEqual(severity([{ severity: 'high' }]), ['high', 'GitHub']);
  assert.deepEqual(severity([{ score: 9.8 }]), ['unknown', '']);
  assert.deepEqual(severity(undefined), ['unknown', '']);
});

test('components are found through BOM-Links, too; unaffected versions are none, a later one is a fix', () => {
  const linked = parse(report([{ ...MINIMIST, affects: [{ ref: `urn:cdx:${SERIAL}/1#generic` }] }]));
  assert.deepEqual(
    linked.findings.map((found) => found.package.purl),
    ['pkg:generic/busybox@1.36'],
  );
  const unaffected = parse(
    report([{ ...MINIMIST, affects: [{ ref: 'npm', versions: [{ version: '1.2.5', status: 'unaffected' }] }] }]),
  );
  assert.equal(unaffected.findings.length, 0);
  const versions = [
    { range: 'vers:npm/<1.2.6', status: 'affected' },
    { version: '1.2.6', status: 'unaffected' },
  ];
  const fixed = parse(report([{ ...MINIMIST, recommendation: 'Be careful', affects: [{ ref: 'npm', versions }] }]));
  assert.deepEqual(
    fixed.findings.map(({ fixState, fixedIn }) => [fixState, fixedIn]),
    [['fixed', '1.2.6']],
  );
  const older = [
    { version: '1.0.0', status: 'unaffected' },
    { version: '1.2.5', status: 'affected' },
  ];
  const unfixed = parse(report([{ ...MINIMIST, recommendation: null, affects: [{ ref: 'npm', versions: older }] }]));
  assert.equal(unfixed.findings[0]?.fixedIn, undefined);
  const open = parse(report([{ ...MINIMIST, recommendation: null }]));
  assert.deepEqual(
    open.findings.map(({ fixState, fixedIn }) => [fixState, fixedIn]),
    [['unknown', undefined]],
  );
});

test('what names no component is a gap', () => {
  const { findings, gaps } = parse(
    report([{ ...MINIMIST, affects: [{ ref: 'gone' }] }, { id: 'CVE-2020-1' }, { affects: [] }]),
  );
  assert.equal(findings.length, 0);
  assert.deepEqual(
    gaps.map(({ kind, location, reason }) => [kind, location, reason.split(' ', 1)[0]]),
    [
      ['undecidable', 'digest', 'the'],
      ['not-scanned', 'components', '1'],
      ['file-unparsed', 'vulnerabilities', '1'],
      ['undecidable', 'vulnerabilities', '2'],
    ],
  );
});

test('tools in an odd form are no reason to refuse a document', () => {
  const { run, findings } = parse(report([MINIMIST], { metadata: { tools: 'scanner 2.0' } }));
  assert.deepEqual([run, findings.length], [{}, 1]);
});

test('a document without vulnerabilities is for sbom:', () => {
  assert.throws(() => parse(report(undefined)), { name: 'ParseError', message: /sbom:FILE/ });
  assert.throws(() => parse({}), ParseError);
  assert.equal(parse(report([])).findings.length, 0);
});

test('decisions in OpenVEX words', () => {
  const cases: readonly (readonly [
    state: string | undefined,
    justification: string | undefined,
    statement: string | undefined,
  ])[] = [
    ['not_affected', 'code_not_reachable', 'not_affected:vulnerable_code_not_in_execute_path'],
    ['not_affected', 'code_not_present', 'not_affected:vulnerable_code_not_present'],
    ['not_affected', 'requires_dependency', 'not_affected'],
    ['false_positive', undefined, 'not_affected:component_not_present'],
    ['resolved', undefined, 'fixed'],
    ['exploitable', undefined, 'affected'],
    ['in_triage', 'code_not_present', 'under_investigation'],
    ['other', undefined, undefined],
    [undefined, undefined, undefined],
  ];
  for (const [state, justification, statement] of cases) {
    assert.equal(statementOf({ state, justification }), statement, `${state} ${justification}`);
  }
  const analysis = { state: 'not_affected', justification: 'code_not_present' };
  assert.equal(
    parse(report([{ ...MINIMIST, analysis }])).findings[0]?.statement,
    'not_affected:vulnerable_code_not_present',
  );
});
