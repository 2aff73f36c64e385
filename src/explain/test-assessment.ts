// Small assessments for the tests of this folder: findings and gaps as given, everything else covered and quiet.
import { type Digest, digestOf } from '../platform/canonical.ts';
import type { AssessedImage, Assessment, Finding } from '../scan/assess/assessment.ts';
import type { Package } from '../scan/inventory/package.ts';

const LAYER = digestOf('layer');

/** A finding in an Alpine package; unfixed unless a fixed version is given. */
export function finding(fields: Pick<Finding, 'slot' | 'vulnerability'> & Partial<Finding>): Finding {
  return {
    aliases: [],
    severity: 'unknown',
    severitySource: 'none',
    rawSeverity: '',
    package: 'zlib',
    purl: 'pkg:apk/alpine/zlib@1',
    version: '1',
    fixState: fields.fixedIn === undefined ? 'not-fixed' : 'fixed',
    image: imageDigest(fields.slot),
    layer: LAYER,
    location: 'lib/apk/db/installed',
    kev: false,
    advisories: [`alpine-secdb/${fields.vulnerability}`],
    ...fields,
  };
}

/** An assessment whose images are those of the findings, and those named, each with one package that the set covers. */
export function assessmentOf(
  parts: Partial<Pick<Assessment, 'findings' | 'gaps'>> & { readonly slots?: readonly string[] },
): Assessment {
  const { findings = [], gaps = [], slots = ['quay.io/quiet|linux/amd64'] } = parts;
  const all = [...new Set([...slots, ...findings.map(({ slot }) => slot)])].sort();
  return {
    id: digestOf(JSON.stringify(parts)),
    release: { name: 'harbour', version: '1.2.0', target: 'images:list' },
    charts: [],
    lint: [],
    advisorySet: {
      id: digestOf('set'),
      builtAt: '2022-04-06T00:00:00Z',
      starter: false,
      feeds: [
        {
          id: 'alpine-secdb',
          licence: 'CC0-1.0',
          records: 1,
          skipped: 0,
          namespaces: ['alpine:3.15'],
        },
      ],
    },
    statements: digestOf('[]'),
    severityPolicy: 'vendor-then-cvss-then-nvd',
    asOf: '2022-04-06',
    images: all.map(imageOf),
    inventories: [],
    packages: all.map((slot) => packageOf(imageDigest(slot))),
    findings,
    gaps,
  };
}

/** An image that was read. */
export function imageOf(slot: string): AssessedImage {
  return {
    slot,
    logical: slot,
    physical: slot,
    digest: imageDigest(slot),
    platform: 'linux/amd64',
    origin: 'own',
    charts: [],
    packages: 1,
    gaps: [],
  };
}

/** A package of an image. */
export function packageOf(image: Digest, namespace = 'alpine:3.15'): Package & { readonly image: Digest } {
  return {
    purl: 'pkg:apk/alpine/zlib@1',
    type: 'apk',
    name: 'zlib',
    version: '1',
    scheme: 'apk',
    namespace,
    location: { layer: LAYER, path: 'lib/apk/db/installed' },
    image,
  };
}

/** The digest that the image of a slot has. */
export function imageDigest(slot: string): Digest {
  return digestOf(slot);
}
