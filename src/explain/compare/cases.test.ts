// The worked cases of docs/guide/comparing.md: for each what changed, and the cause, label and further factors that the rules give.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { advisory, advisorySetOf } from '../../../test/support/synthetic-set.ts';
import { type Digest, digestOf } from '../../platform/canonical.ts';
import type { Gap } from '../../platform/gap.ts';
import type { Advisory, AdvisorySet, SeverityLevel } from '../../scan/advisory/advisory.ts';
import { assess } from '../../scan/assess/assess.ts';
import type { Assessment } from '../../scan/assess/assessment.ts';
import { compareAssessments } from './compare.ts';

const DEBIAN = 'debian:12';
const LAYER = digestOf('another layer');
const DAMAGED: Gap = {
  kind: 'file-unparsed',
  target: '',
  location: `${LAYER}:var/lib/dpkg/status`,
  reason: 'damaged',
};
const CVE = 'CVE-2018-25032';

interface Image {
  readonly logical: string;
  /** Versions by package; none: the image could not be read. */
  readonly packages?: Readonly<Record<string, string>>;
  readonly charts?: readonly string[];
  readonly gaps?: readonly Gap[];
}

interface Side {
  readonly images: readonly Image[];
  readonly set: AdvisorySet;
  readonly asOf?: string;
}

function zlib(fields: {
  fixed?: string;
  severity?: SeverityLevel;
  id?: string;
  aliases?: string[];
  package?: string;
}): Advisory {
  const { fixed, severity = 'high', id = CVE, aliases = [], package: name = 'zlib' } = fields;
  return advisory({
    feed: 'debian-tracker',
    id,
    aliases,
    namespace: DEBIAN,
    package: name,
    ranges: fixed === undefined ? [] : [{ fixed }],
    severities: [{ kind: 'vendor', source: 'debian-tracker', raw: severity, level: severity }],
  });
}

const UNRATED: Advisory = { ...zlib({}), severities: [] };
const OF_OSV = advisory({
  feed: 'osv',
  id: CVE,
  namespace: DEBIAN,
  package: 'zlib',
  severities: [{ kind: 'vendor', source: 'osv', raw: 'critical', level: 'critical' }],
});

/** A set of the tracker on a day of April 2022. */
function tracker(day: number, ...records: readonly Advisory[]): AdvisorySet {
  return advisorySetOf(records, {
    updated: { 'debian-tracker': `2022-04-${String(day).padStart(2, '0')}` },
    covers: { 'debian-tracker': [DEBIAN] },
  });
}

function digestOfImage(packages: Readonly<Record<string, string>>): Digest {
  return digestOf(JSON.stringify(packages));
}

function assessed({ images, set, asOf = '2022-04-20' }: Side): Assessment {
  return assess({
    release: { name: 'harbour', version: '1.2.0', target: 'images:list', charts: [], lint: [], gaps: [] },
    images: images.map(({ logical, packages, charts = [], gaps = [] }) => ({
      logical,
      physical: logical,
      ...(packages === undefined ? {} : { digest: digestOfImage(packages) }),
      platform: 'linux/amd64',
      origin: 'own' as const,
      charts,
      gaps,
    })),
    inventories: images.flatMap(({ packages }) =>
      packages === undefined
        ? []
        : [
            {
              image: digestOfImage(packages),
              platform: 'linux/amd64',
              os: { id: 'debian', version: '12' },
              packages: Object.entries(packages).map(([name, version]) => ({
                purl: `pkg:deb/debian/${name}@${version}`,
                type: 'deb' as const,
                name,
                version,
                scheme: 'deb' as const,
                source: { name: name.startsWith('zlib') ? 'zlib' : name, version },
                namespace: DEBIAN,
                location: { layer: digestOf('layer'), path: 'var/lib/dpkg/status' },
              })),
              gaps: [],
              cataloguers: ['dpkg@1'],
              config: {},
            },
          ],
    ),
    set,
    severityPolicy: 'vendor-then-cvss-then-nvd',
    asOf,
  });
}

/** The changes as lines: `basis cell: from -> to, cause/label also …`. */
function told(a: Side, b: Side): readonly string[] {
  const { changes } = compareAssessments(
    { assessment: assessed(a), set: a.set },
    { assessment: assessed(b), set: b.set },
  );
  return changes.map(({ basis, cell, from, to, cause, label, also }) => {
    const state = (side: typeof from) => (side === undefined ? '-' : `${side.severity}${side.fixable ? '+fix' : ''}`);
    const others = also.length === 0 ? '' : `, also ${also.join(' ')}`;
    return `${basis} ${cell.replace('|linux/amd64', '')}: ${state(from)} -> ${state(to)}, ${cause}/${label}${others}`;
  });
}

const OLD = { zlib1g: '1' };
const NEW = { zlib1g: '2' };
const app = (packages?: Readonly<Record<string, string>>, tag = '1'): Image => ({
  logical: `quay.io/app:${tag}`,
  ...(packages === undefined ? {} : { packages }),
});

const CASES: readonly {
  readonly name: string;
  readonly a: Side;
  readonly b: Side;
  readonly changes: readonly string[];
}[] = [
  {
    name: 'a vulnerability is published, the image is the same',
    a: { images: [app(OLD)], set: tracker(1) },
    b: { images: [app(OLD)], set: tracker(2, zlib({})) },
    changes: [
      `instances quay.io/app ${CVE}: - -> high, advisories/published`,
      `distinct ${CVE}: - -> high, advisories/published`,
      'images quay.io/app any: - -> any, advisories/published',
      'images quay.io/app high: - -> high, advisories/published',
    ],
  },
  {
    name: 'published, and the image was rebuilt with the same old package: not the rebuild',
    a: { images: [app({ zlib1g: '1', base: '1' })], set: tracker(1) },
    b: { images: [app({ zlib1g: '1', base: '2' })], set: tracker(2, zlib({})) },
    changes: [`instances quay.io/app ${CVE}: - -> high, advisories/published`],
  },
  {
    name: 'a known fix is built in',
    a: { images: [app(OLD)], set: tracker(1, zlib({ fixed: '2' })) },
    b: { images: [app(NEW)], set: tracker(1, zlib({ fixed: '2' })) },
    changes: [`instances quay.io/app ${CVE}: high+fix -> -, content/rebuilt`],
  },
  {
    name: 'the fix is released and built in between the two',
    a: { images: [app(OLD)], set: tracker(1, zlib({})) },
    b: { images: [app(NEW)], set: tracker(2, zlib({ fixed: '2' })) },
    changes: [`instances quay.io/app ${CVE}: high -> -, content/rebuilt, also advisories`],
  },
  {
    name: 'the fix is released, the image waits',
    a: { images: [app(OLD)], set: tracker(1, zlib({})) },
    b: { images: [app(OLD)], set: tracker(2, zlib({ fixed: '2' })) },
    changes: [`instances quay.io/app ${CVE}: high -> high+fix, advisories/fix-released`],
  },
  {
    name: 'rescored',
    a: { images: [app(OLD)], set: tracker(1, zlib({ severity: 'medium' })) },
    b: { images: [app(OLD)], set: tracker(2, zlib({ severity: 'high' })) },
    changes: [`instances quay.io/app ${CVE}: medium -> high, advisories/rescored`],
  },
  {
    name: 'rescored and rebuilt at once: each touches its own cell',
    a: {
      images: [app({ zlib1g: '1', curl: '1' })],
      set: tracker(1, zlib({ severity: 'medium' }), zlib({ id: 'CVE-2022-0002', package: 'curl', fixed: '2' })),
    },
    b: {
      images: [app({ zlib1g: '1', curl: '2' })],
      set: tracker(2, zlib({ severity: 'high' }), zlib({ id: 'CVE-2022-0002', package: 'curl', fixed: '2' })),
    },
    changes: [
      `instances quay.io/app ${CVE}: medium -> high, advisories/rescored`,
      'instances quay.io/app CVE-2022-0002: high+fix -> -, content/rebuilt',
    ],
  },
  {
    name: 'the affected versions are corrected',
    a: { images: [app(NEW)], set: tracker(1, zlib({ fixed: '2' })) },
    b: { images: [app(NEW)], set: tracker(2, zlib({ fixed: '3' })) },
    changes: [`instances quay.io/app ${CVE}: - -> high+fix, advisories/range-changed`],
  },
  {
    name: 'withdrawn: the feed is there with a newer date and says nothing any more',
    a: { images: [app(OLD)], set: tracker(1, zlib({})) },
    b: { images: [app(OLD)], set: tracker(2) },
    changes: [`instances quay.io/app ${CVE}: high -> -, advisories/withdrawn`],
  },
  {
    name: 'the feed is missing: coverage, not good news',
    a: { images: [app(OLD)], set: tracker(1, zlib({})) },
    b: { images: [app(OLD)], set: advisorySetOf([]) },
    changes: [`instances quay.io/app ${CVE}: high -> -, coverage/feed-missing`],
  },
  {
    name: 'the feed says less on the same day: coverage',
    a: { images: [app(OLD)], set: tracker(1, zlib({})) },
    b: { images: [app(OLD)], set: tracker(1) },
    changes: [`instances quay.io/app ${CVE}: high -> -, coverage/feed-changed`],
  },
  {
    name: 'an added image with a vulnerability that is counted already: one instance, nothing distinct',
    a: { images: [app(OLD)], set: tracker(1, zlib({})) },
    b: {
      images: [app(OLD), { logical: 'quay.io/other:1', packages: { ...OLD, base: '1' } }],
      set: tracker(1, zlib({})),
    },
    changes: [
      `instances quay.io/other ${CVE}: - -> high, membership/image-added`,
      'images quay.io/other any: - -> any, membership/image-added',
      'images quay.io/other high: - -> high, membership/image-added',
    ],
  },
  {
    name: 'an added image with a vulnerability that only the new set knows',
    a: { images: [], set: tracker(1) },
    b: { images: [app(OLD)], set: tracker(2, zlib({})) },
    changes: [`instances quay.io/app ${CVE}: - -> high, membership/image-added, also advisories`],
  },
  {
    name: 'a removed image',
    a: { images: [app(OLD)], set: tracker(1, zlib({})) },
    b: { images: [], set: tracker(1, zlib({})) },
    changes: [`instances quay.io/app ${CVE}: high -> -, membership/image-removed`],
  },
  {
    name: 'retagged: the reference changed, so it is not a rebuild of the same',
    a: { images: [app(OLD, '1')], set: tracker(1, zlib({ fixed: '2' })) },
    b: { images: [app(NEW, '2')], set: tracker(1, zlib({ fixed: '2' })) },
    changes: [`instances quay.io/app ${CVE}: high+fix -> -, tag/retagged`],
  },
  {
    name: 'a CVE in two packages is one cell: fixing one leaves it',
    a: { images: [app({ zlib1g: '1', 'zlib1g-dev': '1' })], set: tracker(1, zlib({ fixed: '2' })) },
    b: { images: [app({ zlib1g: '2', 'zlib1g-dev': '1' })], set: tracker(1, zlib({ fixed: '2' })) },
    changes: [],
  },
  {
    name: 'two tags of one repository: equal tags pair, the other was removed',
    a: { images: [app(OLD, '1'), app(NEW, '2')], set: tracker(1, zlib({ fixed: '2' })) },
    b: { images: [app(NEW, '2')], set: tracker(1, zlib({ fixed: '2' })) },
    changes: [`instances quay.io/app#1 ${CVE}: high+fix -> -, membership/image-removed`],
  },
  {
    name: 'a rename of one image is no change',
    a: { images: [{ logical: 'dtr.dev/app:1', packages: OLD }], set: tracker(1, zlib({})) },
    b: { images: [app(OLD)], set: tracker(1, zlib({})) },
    changes: [],
  },
  {
    name: 'an alias is learnt: the same vulnerability under its CVE is no change',
    a: { images: [app(OLD)], set: tracker(1, zlib({ id: 'GHSA-jc36-42cf-vqwj' })) },
    b: { images: [app(OLD)], set: tracker(2, zlib({ id: 'GHSA-jc36-42cf-vqwj', aliases: [CVE] })) },
    changes: [],
  },
  {
    name: 'two records turn out to be one vulnerability',
    a: { images: [app(OLD)], set: tracker(1, zlib({}), zlib({ id: 'GHSA-jc36-42cf-vqwj' })) },
    b: { images: [app(OLD)], set: tracker(2, zlib({}), zlib({ id: 'GHSA-jc36-42cf-vqwj', aliases: [CVE] })) },
    changes: [
      'instances quay.io/app GHSA-jc36-42cf-vqwj: high -> -, advisories/alias-merged',
      'distinct GHSA-jc36-42cf-vqwj: high -> -, advisories/alias-merged',
    ],
  },
  {
    name: 'an image that could not be read before: coverage, whatever else changed',
    a: { images: [app()], set: tracker(1) },
    b: { images: [app(OLD)], set: tracker(2, zlib({})) },
    changes: [`instances quay.io/app ${CVE}: - -> high, coverage/scanned`],
  },
  {
    name: 'a package database that could not be parsed: coverage, not a rebuild',
    a: { images: [app(OLD)], set: tracker(1, zlib({})) },
    b: {
      images: [
        {
          ...app({}),
          gaps: [DAMAGED],
        },
      ],
      set: tracker(1, zlib({})),
    },
    changes: [`instances quay.io/app ${CVE}: high -> -, coverage/unparsed`],
  },
  {
    name: 'a layer that could not be walked to its end: coverage',
    a: { images: [app(OLD)], set: tracker(1, zlib({})) },
    b: {
      images: [{ ...app({}), gaps: [{ ...DAMAGED, kind: 'undecidable', location: `${LAYER}:` }] }],
      set: tracker(1, zlib({})),
    },
    changes: [`instances quay.io/app ${CVE}: high -> -, coverage/unparsed`],
  },
  {
    name: 'no package database was found any more: coverage, which the assessment itself says',
    a: { images: [app(OLD)], set: tracker(1, zlib({})) },
    b: { images: [app({})], set: tracker(1, zlib({})) },
    changes: [`instances quay.io/app ${CVE}: high -> -, coverage/unparsed`],
  },
  {
    name: 'one of two packages with one CVE was in a database that could not be parsed: the rest of the cell is no better',
    a: {
      images: [app({ zlib1g: '1', curl: '1' })],
      set: tracker(1, zlib({ severity: 'low' }), zlib({ package: 'curl', severity: 'critical' })),
    },
    b: {
      images: [{ ...app(OLD), gaps: [DAMAGED] }],
      set: tracker(1, zlib({ severity: 'low' }), zlib({ package: 'curl', severity: 'critical' })),
    },
    changes: [`instances quay.io/app ${CVE}: critical -> low, coverage/unparsed`],
  },
  {
    name: 'a damaged entry of the database hides no package that was read from it: a fix stays a fix',
    a: { images: [app(OLD)], set: tracker(1, zlib({ fixed: '2' })) },
    b: { images: [{ ...app(NEW), gaps: [DAMAGED] }], set: tracker(1, zlib({ fixed: '2' })) },
    changes: [`instances quay.io/app ${CVE}: high+fix -> -, content/rebuilt`],
  },
  {
    name: 'what could not be read on both sides explains nothing',
    a: { images: [{ ...app({ ...OLD, curl: '1' }), gaps: [DAMAGED] }], set: tracker(1, zlib({})) },
    b: { images: [{ ...app({ curl: '1' }), gaps: [DAMAGED] }], set: tracker(1, zlib({})) },
    changes: [`instances quay.io/app ${CVE}: high -> -, content/rebuilt`],
  },
  {
    name: 'a gap that names a longer id is about another vulnerability',
    a: { images: [app({ ...OLD, curl: '1' })], set: tracker(1, zlib({ id: 'CVE-2018-2503' })) },
    b: {
      images: [
        {
          ...app({ curl: '1' }),
          gaps: [{ ...DAMAGED, kind: 'undecidable', location: 'pkg:deb/debian/curl@1', reason: `versions of ${CVE}` }],
        },
      ],
      set: tracker(1, zlib({ id: 'CVE-2018-2503' })),
    },
    changes: ['instances quay.io/app CVE-2018-2503: high -> -, content/rebuilt'],
  },
  {
    name: 'the severity was told by a feed that is missing now: coverage, not good news',
    a: { images: [app(OLD)], set: tracker(1, UNRATED, OF_OSV) },
    b: { images: [app(OLD)], set: tracker(2, UNRATED) },
    changes: [`instances quay.io/app ${CVE}: critical -> unknown, coverage/feed-missing`],
  },
  {
    name: 'the fix was told by a feed that is missing now: coverage',
    a: { images: [app(OLD)], set: tracker(1, zlib({}), { ...OF_OSV, ranges: [{ fixed: '3' }], severities: [] }) },
    b: { images: [app(OLD)], set: tracker(2, zlib({})) },
    changes: [`instances quay.io/app ${CVE}: high+fix -> high, coverage/feed-missing`],
  },
];

for (const { name, a, b, changes } of CASES) {
  test(name, () => {
    const all = told(a, b);
    const basesTold = new Set(changes.map((line) => line.split(' ', 1)[0]));
    const compared = basesTold.size > 1 ? all : all.filter((line) => line.startsWith('instances'));
    assert.deepEqual(compared, changes);
  });
}

test('evidence: the packages before and after, the digests, and the dates of the feeds', () => {
  const a: Side = { images: [app(OLD)], set: tracker(1, zlib({})) };
  const b: Side = { images: [app(NEW)], set: tracker(2, zlib({ fixed: '2' })) };
  const { changes } = compareAssessments(
    { assessment: assessed(a), set: a.set },
    { assessment: assessed(b), set: b.set },
  );
  assert.deepEqual(changes[0]?.evidence, {
    kind: 'evaluated',
    packages: {
      from: [
        {
          purl: 'pkg:deb/debian/zlib1g@1',
          version: '1',
          severity: 'high',
          severitySource: 'debian-tracker:vendor',
          rawSeverity: 'high',
          advisories: [`debian-tracker/${CVE}`],
        },
      ],
      to: [],
    },
    digests: { from: digestOfImage(OLD), to: digestOfImage(NEW) },
    feeds: [{ feed: 'debian-tracker', from: '2022-04-01', to: '2022-04-02' }],
  });
});
