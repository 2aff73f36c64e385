// Bundles for tests: the sample release with everything in it that must stay inside, marked by words that are searched for.

import type { BundleInput } from '../../src/publish/bundle/contents.ts';
import type { BundleFolder } from '../../src/publish/bundle/folder.ts';
import type { Assessment } from '../../src/scan/assess/assessment.ts';
import type { Statement } from '../../src/statements/statement.ts';
import { statementText } from '../../src/statements/statement.ts';
import { sampleAssessment } from './sample-assessment.ts';

/** A page without the report's program: what is tested here does not run it. */
export const TEST_PAGE = { script: '"use strict";', style: ':root{color:black}' };

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
    })),
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

/** A comparison that leads to the assessment. */
export function comparisonText({ id }: Assessment): string {
  const tally = { total: 1, critical: 0, high: 1, medium: 0, low: 0, negligible: 0, unknown: 0, fixable: 1 };
  const side = (version: string, of: string) => ({
    id: of,
    release: { name: 'harbour', version, target: 'csm:/home/inside-path/harbour' },
    asOf: '2022-04-06',
    someday: 'inside-evidence',
  });
  return JSON.stringify({
    schemaVersion: 1,
    from: side('1.1.0', `sha256:${'0'.repeat(64)}`),
    to: side('1.2.0', id),
    causes: [{ cause: 'advisories', label: 'published', difference: { instances: tally } }],
    narrative: ['harbour 1.2.0 has one instance more.'],
    changes: [],
    someday: 'inside-evidence',
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
