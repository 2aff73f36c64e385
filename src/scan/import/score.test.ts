// What reports state as CVSS scores, in the forms of docs.snyk.io, trivy.dev/docs "Reporting", Grype's JSON schemas and ECMA-424 "rating".
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digestOf } from '../../platform/canonical.ts';
import { parseCycloneDx } from './cyclonedx/parse.ts';
import { parseGrype } from './grype/parse.ts';
import type { ParsedReport, ReportFile } from './imported.ts';
import { scoreFrom } from './score.ts';
import { parseSnyk } from './snyk/parse.ts';
import { parseTrivy } from './trivy/parse.ts';

const FILE: ReportFile = { path: 'report.json', digest: digestOf('report') };
const V2 = 'AV:N/AC:L/Au:N/C:P/I:P/A:P';
const V3 = 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H';
const V4 = 'CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N';

function scoreIn(parse: (bytes: Uint8Array, file: ReportFile) => ParsedReport, report: unknown): unknown {
  return parse(Buffer.from(JSON.stringify(report)), FILE).images[0]?.findings[0]?.cvss;
}

function trivy(row: object): unknown {
  const vulnerability = { VulnerabilityID: 'CVE-2018-25032', PkgName: 'zlib', InstalledVersion: '1.2.11-r3', ...row };
  const result = { Target: 'alpine', Class: 'os-pkgs', Type: 'alpine', Vulnerabilities: [vulnerability] };
  const report = { SchemaVersion: 2, ArtifactName: 'alpine:3.15', ArtifactType: 'container_image', Results: [result] };
  return scoreIn(parseTrivy, report);
}

function grype(vulnerability: object, related: readonly object[] = []): unknown {
  const match = {
    vulnerability: { id: 'CVE-2018-25032', severity: 'High', ...vulnerability },
    relatedVulnerabilities: related,
    artifact: { name: 'zlib', version: '1.2.11-r3', purl: 'pkg:apk/alpine/zlib@1.2.11-r3' },
  };
  return scoreIn(parseGrype, { matches: [match], descriptor: { name: 'grype' } });
}

function snyk(row: object): unknown {
  const base = {
    id: 'SNYK-1',
    name: 'zlib/zlib',
    version: '1.2.11-r3',
    packageManager: 'alpine:3.15',
    severity: 'high',
  };
  return scoreIn(parseSnyk, { vulnerabilities: [{ ...base, ...row }], path: 'alpine:3.15' });
}

function cyclonedx(ratings: readonly object[]): unknown {
  return scoreIn(parseCycloneDx, {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    components: [{ type: 'library', 'bom-ref': 'z', name: 'zlib', version: '1', purl: 'pkg:npm/zlib@1' }],
    vulnerabilities: [{ id: 'CVE-2018-25032', source: { name: 'NVD' }, ratings, affects: [{ ref: 'z' }] }],
  });
}

test('Trivy: of the source of the severity, else of NVD, else of the first; version 3 before 4 before 2', () => {
  const nvd = { V2Vector: V2, V2Score: 7.5, V3Vector: V3, V3Score: 7.5 };
  const redhat = { V3Vector: V3, V3Score: 8.2 };
  assert.deepEqual(trivy({ CVSS: { redhat, nvd } }), { score: 7.5, vector: V3, source: 'nvd' });
  assert.deepEqual(trivy({ CVSS: { redhat, nvd }, SeveritySource: 'redhat' }), {
    score: 8.2,
    vector: V3,
    source: 'redhat',
  });
  assert.deepEqual(trivy({ CVSS: { ghsa: { V40Vector: V4, V40Score: 9.3 } } }), {
    score: 9.3,
    vector: V4,
    source: 'ghsa',
  });
  assert.deepEqual(trivy({ CVSS: { nvd: { V2Vector: V2 } } }), { score: 7.5, vector: V2, source: 'nvd' });
  assert.equal(trivy({}), undefined);
  assert.equal(trivy({ CVSS: { nvd: {} } }), undefined);
});

test('Grype: its own, else that of a related record', () => {
  const own = { source: 'nvd@nist.gov', type: 'Primary', version: '3.1', vector: V3, metrics: { baseScore: 7.5 } };
  const old = { source: 'nvd@nist.gov', version: '2.0', vector: V2, metrics: { baseScore: 5 } };
  const expected = { score: 7.5, vector: V3, source: 'nvd@nist.gov' };
  assert.deepEqual(grype({ cvss: [old, own] }), expected);
  assert.deepEqual(grype({ cvss: [] }, [{ id: 'CVE-2018-25032', cvss: [own] }]), expected);
  assert.equal(grype({}), undefined);
});

test('Snyk and CycloneDX', () => {
  assert.deepEqual(snyk({ cvssScore: 7.5, CVSSv3: V3 }), { score: 7.5, vector: V3, source: 'snyk' });
  assert.deepEqual(snyk({ cvssScore: 5.9 }), { score: 5.9, source: 'snyk' });
  assert.equal(snyk({ cvssScore: null }), undefined);
  const rating = { source: { name: 'NVD' }, severity: 'high', score: 7.5, method: 'CVSSv31', vector: V3 };
  const word = { source: { name: 'NVD' }, severity: 'high' };
  assert.deepEqual(cyclonedx([rating]), { score: 7.5, vector: V3, source: 'NVD' });
  assert.deepEqual(cyclonedx([word, { ...rating, source: { name: 'ghsa' } }]), {
    score: 7.5,
    vector: V3,
    source: 'ghsa',
  });
  assert.equal(cyclonedx([{ ...rating, method: 'OWASP', vector: 'x', score: 40 }]), undefined);
});

test('a score is 0 to 10; what is no vector is left out', () => {
  assert.deepEqual(scoreFrom({ score: 9.8, vector: 'no vector', source: null }), { score: 9.8 });
  assert.deepEqual(scoreFrom({ vector: V3 }), { score: 7.5, vector: V3 });
  for (const score of [-1, 10.1, Number.NaN, Number.POSITIVE_INFINITY]) assert.equal(scoreFrom({ score }), undefined);
});
