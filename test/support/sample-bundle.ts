// Bundles for tests: the sample release with everything in it that must stay inside, marked by words that are searched for.

import { compareAssessments } from '../../src/explain/compare/compare.ts';
import { digestOf } from '../../src/platform/canonical.ts';
import type { BundleInput } from '../../src/publish/bundle/contents.ts';
import type { BundleFolder } from '../../src/publish/bundle/folder.ts';
import { comparisonDocument } from '../../src/publish/json/comparison.ts';
import type { Assessment } from '../../src/scan/assess/assessment.ts';
import type { Statement } from '../../src/statements/statement.ts';
import { statementText } from '../../src/statements/statement.ts';
import { sampleAssessment } from './sample-assessment.ts';

/** A page without the report's program: what is tested here does not run it. */
export function testPage() {
  return { script: '"use strict";', style: ':root{color:black}' };
}

/** Words of the inside: hosts, people, paths, evidence. None of them may be in a bundle that leaves the house. */
export const INSIDE_WORDS = [
  'mirror.inside-host.example',
  'inside-owner',
  'inside-author',
  'inside-approver',
  'inside-file',
  'inside-path',
  'inside-evidence',
  'inside-label',
  'inside-detail',
  'inside-next',
  'inside-secret',
  'inside-container',
  'CVE-2022-99999',
] as const;

const EXCEPTION: Statement = {
  id: 'expat-next-release',
  scope: {
    vulnerability: 'CVE-2022-90013',
    images: ['*', 'registry.example/inside-next/*'],
    packages: ['pkg:deb/debian/libexpat1', 'pkg:deb/debian/inside-next'],
    lines: ['1.2', 'inside-next'],
  },
  status: 'affected',
  action: 'Restart the proxy after the update.',
  exception: { reason: 'next-release', detail: 'inside-detail' },
  owner: 'inside-owner',
  author: 'inside-author',
  approver: 'inside-approver',
  date: '2022-04-01',
  expires: '2022-05-01',
  renewals: 0,
  origin: { kind: 'site', file: 'inside-file.yaml', trusted: true },
};

/** On a vulnerability that no image has, and that nobody else may know of. */
const UNUSED: Statement = { ...EXCEPTION, id: 'unused', scope: { vulnerability: 'CVE-2022-99999' } };

/** The sample, with the words of the inside wherever an assessment has a place for them. */
export function markedAssessment(): Assessment {
  const sample = sampleAssessment();
  return {
    ...sample,
    release: { ...sample.release, target: 'csm:/home/inside-path/harbour' },
    lint: [
      ...sample.lint.map((verdict) => ({ ...verdict, evidence: ['inside-evidence'], waiver: 'inside-owner' })),
      {
        check: 'reference-refused',
        subject: 'registry.example/tools/shell:1.0',
        verdict: 'fail',
        evidence: ['csm:/home/inside-path/harbour docker/index.yaml:107'],
        reason: 'mirror.inside-host.example/tools is no reference',
      },
    ],
    givenStatements: [EXCEPTION, UNUSED],
    images: sample.images.map((image, index) => ({
      ...image,
      physical:
        index === 0
          ? 'oci:/srv/build@inside-path/layout'
          : image.physical.replace('mirror.example', 'mirror.inside-host.example'),
      gaps: image.gaps.map((gap) => ({
        ...gap,
        reason: gap.kind === 'image-unreadable' ? 'mirror.inside-host.example answered 500' : gap.reason,
      })),
    })),
    inventories: sample.inventories.map((inventory) => ({
      ...inventory,
      labels: { 'org.opencontainers.image.authors': 'inside-label' },
      secrets: {
        files: [{ path: 'inside-secret/id_rsa', layer: 0, kind: 'private-key', fingerprint: '0123456789ab' }],
        config: [{ place: 'environment', name: 'inside-secret', kind: 'token' }],
        unread: [],
      },
    })),
    containers: [
      { chart: 'harbour:1', workload: 'Pod/inside-container', container: 'inside-container', image: 'a', needs: [] },
    ],
    findings: sample.findings.map((finding) =>
      finding.vulnerability === 'CVE-2022-90013' ? { ...finding, statement: statementText(EXCEPTION) } : finding,
    ),
    gaps: [
      ...sample.gaps,
      {
        kind: 'not-scanned',
        target: '/srv/inside-path/rpm',
        location: 'csm:/home/inside-path/harbour rpm/index.yaml:3',
        reason: 'inside-evidence: it lies on mirror.inside-host.example',
      },
    ],
  };
}

/** A comparison that leads to the assessment, from one with fewer vulnerabilities and images, with fields that no program of today knows. */
export function comparisonText(assessment: Assessment): string {
  const [first] = assessment.images;
  const earlier: Assessment = {
    ...assessment,
    id: digestOf('earlier'),
    asOf: '2022-04-01',
    advisorySet: { ...assessment.advisorySet, id: digestOf('earlier set'), builtAt: '2022-04-01T00:00:00Z' },
    images: assessment.images.filter(({ slot }) => slot !== first?.slot),
    findings: assessment.findings.filter(
      ({ slot, vulnerability }) => slot !== first?.slot && vulnerability !== 'CVE-2022-90001',
    ),
  };
  const document = comparisonDocument(compareAssessments({ assessment: earlier }, { assessment }));
  const someday = { someday: 'inside-evidence' };
  return JSON.stringify({
    ...document,
    from: { ...document.from, ...someday },
    changes: document.changes.map((change) => ({ ...change, ...someday })),
    ...someday,
  });
}

/** What most tests publish. */
export function bundleInput(parts: Partial<BundleInput> = {}): BundleInput {
  return {
    assessment: markedAssessment(),
    audience: 'public',
    publisher: { name: 'Harbour security group', namespace: 'https://harbour.example' },
    checks: [],
    ...parts,
  };
}

/** A bundle as it lies in its folder. */
export function folderOf(
  files: readonly { readonly path: string; readonly content: string | Uint8Array }[],
): BundleFolder {
  return { files: new Map(files.map(({ path, content }) => [path, Buffer.from(content)])), others: [] };
}
