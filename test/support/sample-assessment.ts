// A made-up release for tests of outputs: a dozen slots on three bases, gaps of several kinds, known exploited and unfixed
// vulnerabilities, and names chosen to break out of terminals, HTML and look-up tables. Nothing in it is a real product or advisory.
import { digestOf } from '../../src/platform/canonical.ts';
import { compareGaps, type Gap } from '../../src/platform/gap.ts';
import { compareText } from '../../src/platform/order.ts';
import type { FeedFacts, SeverityLevel } from '../../src/scan/advisory/advisory.ts';
import type { Assessment } from '../../src/scan/assess/assessment.ts';
import {
  assessedImage,
  compareFindings,
  findingsOf,
  inventoryOf,
  packageOf,
  type SampleImage,
  type SamplePackage,
  type SampleVulnerability,
} from './sample-rows.ts';

/** Markup that runs a script when it is pasted into a page unescaped. */
export const HOSTILE_PACKAGE = '</script><script>window.breach=1</script>';
/** A sequence that clears the screen and sets the window's title. */
export const HOSTILE_VERSION = '1.0\u001b[2J\u001b]0;owned\u0007';
/** An image whose name is a property of every object. */
export const HOSTILE_IMAGE = 'registry.example/tools/__proto__:1.0';

const APK_DATABASE = 'lib/apk/db/installed';
const DPKG_STATUS = 'var/lib/dpkg/status';

function vulnerability(
  id: string,
  severity: SeverityLevel,
  source: string,
  fixedIn: string | undefined,
  more: Partial<SampleVulnerability> = {},
): SampleVulnerability {
  const fix = fixedIn === undefined ? {} : { fixedIn };
  const fixState = fixedIn === undefined ? 'not-fixed' : 'fixed';
  return { id, severity, source, raw: severity === 'unknown' ? '' : severity, ...fix, fixState, ...more };
}

const DEFLATE = { kev: false, epss: 0.0123, raw: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H' };
const alpine: readonly SamplePackage[] = [
  {
    name: 'zlib',
    version: '1.2.11-r3',
    type: 'apk',
    path: APK_DATABASE,
    vulnerabilities: [vulnerability('CVE-2022-90001', 'high', 'nvd:nvd', '1.2.12-r0', DEFLATE)],
  },
  {
    name: 'libcrypto1.1',
    version: '1.1.1l-r7',
    type: 'apk',
    source: 'openssl',
    path: APK_DATABASE,
    vulnerabilities: [
      vulnerability('CVE-2022-90002', 'high', 'nvd:nvd', '1.1.1n-r0', { epss: 0.31 }),
      vulnerability('CVE-2022-90003', 'unknown', 'none', '1.1.1q-r0'),
    ],
  },
  {
    name: 'libssl1.1',
    version: '1.1.1l-r7',
    type: 'apk',
    source: 'openssl',
    path: APK_DATABASE,
    vulnerabilities: [
      vulnerability('CVE-2022-90002', 'high', 'nvd:nvd', '1.1.1n-r0', { epss: 0.31 }),
      vulnerability('CVE-2022-90003', 'unknown', 'none', '1.1.1q-r0'),
    ],
  },
  {
    name: 'busybox',
    version: '1.34.1-r3',
    type: 'apk',
    path: APK_DATABASE,
    vulnerabilities: [vulnerability('CVE-2022-90004', 'medium', 'nvd:nvd', '1.34.1-r5')],
  },
];

const debian: readonly SamplePackage[] = [
  {
    name: 'zlib1g',
    version: '1:1.2.11.dfsg-2',
    type: 'deb',
    source: 'zlib',
    path: DPKG_STATUS,
    vulnerabilities: [
      vulnerability('CVE-2022-90001', 'medium', 'debian-tracker:vendor', '1:1.2.11.dfsg-2+deb11u1', DEFLATE),
    ],
  },
  {
    name: 'libc6',
    version: '2.31-13+deb11u2',
    type: 'deb',
    source: 'glibc',
    path: DPKG_STATUS,
    vulnerabilities: [
      vulnerability('CVE-2022-90010', 'low', 'debian-tracker:vendor', undefined),
      vulnerability('CVE-2010-90011', 'negligible', 'debian-tracker:vendor', undefined, { raw: 'unimportant' }),
      vulnerability('CVE-2021-90012', 'medium', 'nvd:nvd', '2.31-13+deb11u3'),
    ],
  },
  {
    name: 'libexpat1',
    version: '2.2.10-2',
    type: 'deb',
    source: 'expat',
    path: DPKG_STATUS,
    vulnerabilities: [
      vulnerability('CVE-2022-90013', 'critical', 'nvd:nvd', '2.2.10-2+deb11u2', {
        kev: true,
        epss: 0.9417,
        fixes: { 'debian-tracker': '2.2.10-2+deb11u2', osv: '2.2.10-2+deb11u1' },
      }),
      vulnerability('CVE-2022-90014', 'low', 'debian-tracker:vendor', undefined, { fixState: 'will-not-fix' }),
    ],
  },
  {
    name: 'libssl1.1',
    version: '1.1.1k-1+deb11u1',
    type: 'deb',
    source: 'openssl',
    path: DPKG_STATUS,
    vulnerabilities: [
      vulnerability('CVE-2022-90002', 'high', 'debian-tracker:vendor', '1.1.1k-1+deb11u2', { epss: 0.31 }),
      vulnerability('CVE-2022-90015', 'medium', 'nvd:nvd', undefined, { fixState: 'deferred' }),
    ],
  },
  {
    name: 'perl-base',
    version: '5.32.1-4+deb11u2',
    type: 'deb',
    source: 'perl',
    path: DPKG_STATUS,
    vulnerabilities: [
      vulnerability('CVE-2011-90016', 'low', 'debian-tracker:vendor', undefined),
      vulnerability('CVE-2022-90017', 'medium', 'nvd:nvd', undefined, { fixState: 'subscription' }),
      vulnerability('CVE-2022-90018', 'low', 'nvd:nvd', undefined, { fixState: 'unknown' }),
    ],
  },
];

const old: readonly SamplePackage[] = [
  {
    name: 'apk-tools',
    version: '2.10.4-r3',
    type: 'apk',
    path: APK_DATABASE,
    vulnerabilities: [vulnerability('CVE-2021-90020', 'critical', 'nvd:nvd', '2.10.7-r0', { epss: 0.0051 })],
  },
  {
    name: 'musl',
    version: '1.1.24-r2',
    type: 'apk',
    path: APK_DATABASE,
    vulnerabilities: [vulnerability('CVE-2020-90021', 'medium', 'nvd:nvd', '1.1.24-r3')],
  },
];

const minimist: SamplePackage = {
  name: 'minimist',
  version: '1.2.5',
  type: 'npm',
  path: 'app/node_modules/minimist/package.json',
  vulnerabilities: [
    vulnerability('CVE-2021-90030', 'critical', 'osv:cvss', '1.2.6', {
      aliases: ['GHSA-aaaa-bbbb-cccc'],
      raw: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H',
      statement: 'not_affected:vulnerable_code_not_in_execute_path',
    }),
  ],
};

const hostile: SamplePackage = {
  name: HOSTILE_PACKAGE,
  version: HOSTILE_VERSION,
  type: 'npm',
  path: 'app/node_modules/\u202egpj.exe/package.json',
  vulnerabilities: [
    vulnerability('GHSA-<b>x</b>-0000', 'low', 'osv:cvss', '=1+1', { raw: '"><img src=x onerror=window.breach=1>' }),
  ],
};

const ALPINE = { id: 'alpine', version: '3.15' } as const;
const DEBIAN = { id: 'debian', version: '11' } as const;
const OLD_ALPINE = { id: 'alpine', version: '3.11', endOfLife: '2021-11-01' } as const;

const images: readonly SampleImage[] = [
  {
    logical: 'registry.example/harbour/api:1.4.0',
    os: ALPINE,
    charts: ['platform/harbour-api:1.4.0'],
    packages: [...alpine, minimist],
  },
  {
    logical: 'registry.example/harbour/auth:0.9.2',
    os: ALPINE,
    charts: ['platform/harbour-auth:0.9.2'],
    packages: alpine,
  },
  {
    logical: 'registry.example/harbour/console:2.1.0',
    os: ALPINE,
    charts: ['platform/harbour-console:2.1.0'],
    packages: [...alpine, minimist],
  },
  {
    logical: 'registry.example/harbour/ledger:1.4.0',
    tag: true,
    os: DEBIAN,
    charts: ['platform/harbour-ledger:1.4.0'],
    packages: debian,
  },
  {
    logical: 'registry.example/harbour/ledger:1.5.0',
    tag: true,
    os: DEBIAN,
    charts: ['storage/harbour-ledger:1.5.0'],
    packages: debian,
  },
  {
    logical: 'registry.example/harbour/metrics:3.0.0',
    os: DEBIAN,
    charts: ['sysmgmt/metrics:3.0.0'],
    packages: debian,
  },
  {
    logical: 'docker.io/library/boot-tools:3.11',
    origin: 'third-party',
    os: OLD_ALPINE,
    charts: ['platform/boot:0.3.1', 'sysmgmt/boot:0.3.1'],
    packages: old,
    gaps: [
      {
        kind: 'end-of-life',
        reason:
          'alpine 3.11 is past its end of life since 2021-11-01: new vulnerabilities are no longer recorded for it',
      },
      { kind: 'set-older-than-image', reason: 'the advisory set of 2022-04-05 is older than the image of 2022-04-07' },
    ],
  },
  {
    logical: 'docker.io/library/proxy:2.4.22',
    origin: 'third-party',
    os: DEBIAN,
    charts: ['platform/ingress:5.0.0'],
    packages: debian,
    gaps: [{ kind: 'file-unparsed', location: `${DPKG_STATUS}.d/broken`, reason: 'stanza without Package at line 3' }],
  },
  {
    logical: HOSTILE_IMAGE,
    origin: 'third-party',
    os: ALPINE,
    charts: ['platform/"><svg onload=window.breach=1>:1'],
    packages: [...alpine.slice(0, 1), hostile],
  },
  {
    logical: 'registry.example/harbour/scratch:1.0.0',
    charts: [],
    packages: [],
    gaps: [{ kind: 'undecidable', reason: 'no package database and no os-release: nothing could be matched' }],
  },
  {
    logical: 'registry.example/harbour/telemetry:0.1.0',
    charts: ['sysmgmt/telemetry:0.1.0'],
    packages: [],
    gaps: [{ kind: 'image-unreadable', reason: 'layer sha256:0f…: digest mismatch \u001b[31mred\u001b[0m' }],
    unread: true,
  },
  {
    logical: 'registry.example/harbour/worker:1.4.0',
    os: ALPINE,
    charts: ['platform/harbour-api:1.4.0'],
    packages: alpine,
  },
];

const feeds: readonly FeedFacts[] = [
  feed('alpine-secdb', '2022-04-05T06:00:00Z', 12_345, 2, ['alpine:3.11', 'alpine:3.15']),
  feed('debian-tracker', '2022-04-05T10:30:00Z', 48_211, 0, ['debian:11']),
  feed('epss', '2022-04-04T00:00:00Z', 170_233, 0, []),
  feed('kev', '2022-04-04T00:00:00Z', 616, 0, []),
  feed('nvd', '2022-04-05T00:00:00Z', 181_402, 14, []),
  { ...feed('osv', '2022-04-05T09:00:00Z', 3_120, 1, ['npm']), partial: true },
];

function feed(
  id: string,
  upstreamUpdatedAt: string,
  records: number,
  skipped: number,
  namespaces: readonly string[],
): FeedFacts {
  return { id, upstreamUpdatedAt, content: digestOf(id), licence: 'CC0-1.0', records, skipped, namespaces };
}

/** The sample. Every call gives an equal value. */
export function sampleAssessment(): Assessment {
  const assessed = images.map(assessedImage).sort((a, b) => compareText(a.image.slot, b.image.slot));
  const read = assessed.filter((entry) => entry.sample.unread !== true);
  const releaseGaps: readonly Gap[] = [
    { kind: 'not-scanned', target: 'rpm/index.yaml', reason: 'RPM packages of the nodes are not scanned' },
    { kind: 'partial-feed', target: 'osv', reason: 'the osv feed holds one ecosystem of those in use' },
  ];
  return {
    id: digestOf('sample assessment'),
    release: { name: 'harbour', version: '1.2.0-beta.7', target: 'csm:harbour-1.2.0-beta.7' },
    charts: [
      { manifest: 'platform', chart: 'harbour-api', version: '1.4.0', release: 'harbour-api', namespace: 'services' },
      { manifest: 'sysmgmt', chart: 'telemetry', version: '0.1.0', release: 'telemetry', namespace: 'operations' },
    ],
    lint: [
      {
        check: 'release-at-two-versions',
        subject: 'services/harbour-api',
        verdict: 'warn',
        evidence: [
          'manifests/platform.yaml:12 platform/harbour-api:1.3.0',
          'manifests/platform.yaml:15 platform/harbour-api:1.4.0',
        ],
        reason: 'one Helm release is declared at 2 versions: 1.3.0, 1.4.0',
        remediation: 'keep one entry, unless an upgrade needs both steps in order',
      },
    ],
    advisorySet: { id: digestOf('sample advisory set'), builtAt: '2022-04-05T10:30:00Z', starter: false, feeds },
    statements: digestOf('[]'),
    severityPolicy: 'vendor-cvss-nvd',
    asOf: '2022-04-06',
    images: assessed.map((entry) => entry.image),
    inventories: read.map(inventoryOf).sort((a, b) => compareText(a.digest, b.digest)),
    packages: read.flatMap((entry) => entry.sample.packages.map((item) => packageOf(item, entry.sample, entry.digest))),
    findings: read.flatMap((entry) => findingsOf(entry.sample, entry.image.slot, entry.digest)).sort(compareFindings),
    gaps: [...assessed.flatMap((entry) => entry.image.gaps), ...releaseGaps].sort(compareGaps),
  };
}
