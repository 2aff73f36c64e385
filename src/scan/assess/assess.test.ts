// Over 400 lines: one small release and one set, at the top, serve every case.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { advisory, advisorySetOf, type SyntheticSetOptions } from '../../../test/support/synthetic-set.ts';
import { canonicalJson, type Digest, digestOf } from '../../platform/canonical.ts';
import type { Gap } from '../../platform/gap.ts';
import type { Statement } from '../../statements/statement.ts';
import type { AdvisorySet } from '../advisory/advisory.ts';
import type { Package } from '../inventory/package.ts';
import { type AssessInput, assess } from './assess.ts';
import type { ImageToAssess, InventoryToAssess } from './placement.ts';

const LINUX = 'linux/amd64';
const LAYER = digestOf('layer');

function apk(name: string, version: string, source = name): Package {
  return {
    purl: `pkg:apk/alpine/${name}@${version}?distro=alpine-3.15.4`,
    type: 'apk',
    name,
    version,
    scheme: 'apk',
    source: { name: source, version },
    namespace: 'alpine:3.15',
    location: { layer: LAYER, path: 'lib/apk/db/installed' },
  };
}

function npm(name: string, version: string, folder = 'app'): Package {
  return {
    purl: `pkg:npm/${name}@${version}`,
    type: 'npm',
    name,
    version,
    scheme: 'npm',
    namespace: 'npm',
    location: { layer: LAYER, path: `${folder}/node_modules/${name}/package.json` },
  };
}

const ALPINE_PACKAGES = [
  apk('zlib', '1.2.11-r3'),
  apk('libcrypto1.1', '1.1.1l-r7', 'openssl'),
  apk('libssl1.1', '1.1.1l-r7', 'openssl'),
];

function inventory(
  name: string,
  packages: readonly Package[],
  more: Partial<InventoryToAssess> = {},
): InventoryToAssess {
  return {
    image: digestOf(name),
    platform: LINUX,
    os: { id: 'alpine', version: '3.15.4' },
    packages,
    gaps: [],
    cataloguers: ['apk@1', 'npm@1'],
    config: { created: '2022-04-01T10:00:00Z' },
    ...more,
  };
}

function image(logical: string, content: string | undefined, more: Partial<ImageToAssess> = {}): ImageToAssess {
  return {
    logical,
    physical: `mirror.example/${logical}`,
    ...(content === undefined ? {} : { digest: digestOf(content) }),
    platform: LINUX,
    origin: 'own',
    charts: [],
    gaps: [],
    ...more,
  };
}

const SET = advisorySetOf(
  [
    advisory({
      feed: 'alpine-secdb',
      id: 'CVE-2018-25032',
      namespace: 'alpine:3.15',
      package: 'zlib',
      ranges: [{ fixed: '1.2.12-r0' }],
    }),
    advisory({
      feed: 'alpine-secdb',
      id: 'CVE-2022-0778',
      namespace: 'alpine:3.15',
      package: 'openssl',
      ranges: [{ fixed: '1.1.1n-r0' }],
    }),
    advisory({
      feed: 'osv',
      id: 'GHSA-xvch-5gv4-984h',
      aliases: ['CVE-2021-44906'],
      namespace: 'npm',
      package: 'minimist',
      ranges: [{ fixed: '1.2.6' }],
      severities: [{ kind: 'cvss', source: 'ghsa', raw: 'CVSS:3.1/x', level: 'critical', score: 9.8 }],
    }),
  ],
  {
    updated: { 'alpine-secdb': '2022-04-05T06:00:00Z', osv: '2022-04-05' },
    enrichment: {
      'CVE-2021-44906': {
        kev: '2022-03-01',
        epss: 0.5,
        ssvc: { exploitation: 'poc', automatable: 'yes', technicalImpact: 'total' },
      },
    },
    endOfLife: { 'alpine:3.15': '2023-11-01' },
  },
);

const STATEMENT: Statement = {
  id: 'minimist-not-reachable',
  scope: { vulnerability: 'CVE-2021-44906' },
  status: 'not_affected',
  justification: 'vulnerable_code_not_in_execute_path',
  owner: 'team',
  author: 'first',
  approver: 'second',
  date: '2022-04-01',
  expires: '2022-04-06',
  renewals: 0,
  origin: { kind: 'site', file: 'statements.yaml', line: 2, trusted: true },
};

function input(more: Partial<AssessInput> = {}): AssessInput {
  return {
    release: { name: 'harbour', version: '1.2.0', target: 'images:list', charts: [], lint: [], gaps: [] },
    images: [image('quay.io/api:1', 'base'), image('quay.io/auth:1', 'app')],
    inventories: [inventory('base', ALPINE_PACKAGES), inventory('app', [...ALPINE_PACKAGES, npm('minimist', '1.2.5')])],
    set: SET,
    severityPolicy: 'vendor-then-cvss-then-nvd',
    asOf: '2022-04-06',
    ...more,
  };
}

/** The gaps of the first image, as `kind location`. */
function gapsOf(more: Partial<AssessInput>): readonly string[] {
  return assess(input(more)).gaps.map(({ kind, location }) => (location === undefined ? kind : `${kind} ${location}`));
}

describe('findings', () => {
  const { findings } = assess(input());

  it('have a row a binary package, sorted by slot, vulnerability, purl', () => {
    assert.deepEqual(
      findings.map((row) => `${row.slot} ${row.vulnerability} ${row.package} ${row.fixedIn}`),
      [
        'quay.io/api|linux/amd64 CVE-2018-25032 zlib 1.2.12-r0',
        'quay.io/api|linux/amd64 CVE-2022-0778 libcrypto1.1 1.1.1n-r0',
        'quay.io/api|linux/amd64 CVE-2022-0778 libssl1.1 1.1.1n-r0',
        'quay.io/auth|linux/amd64 CVE-2018-25032 zlib 1.2.12-r0',
        'quay.io/auth|linux/amd64 CVE-2021-44906 minimist 1.2.6',
        'quay.io/auth|linux/amd64 CVE-2022-0778 libcrypto1.1 1.1.1n-r0',
        'quay.io/auth|linux/amd64 CVE-2022-0778 libssl1.1 1.1.1n-r0',
      ],
    );
  });

  it('carry severity, aliases, evidence and enrichment', () => {
    assert.deepEqual(findings[4], {
      slot: 'quay.io/auth|linux/amd64',
      vulnerability: 'CVE-2021-44906',
      aliases: ['GHSA-xvch-5gv4-984h'],
      severity: 'critical',
      severitySource: 'ghsa:cvss',
      rawSeverity: 'CVSS:3.1/x',
      package: 'minimist',
      purl: 'pkg:npm/minimist@1.2.5',
      version: '1.2.5',
      fixedIn: '1.2.6',
      fixState: 'fixed',
      image: digestOf('app'),
      layer: LAYER,
      location: 'app/node_modules/minimist/package.json',
      kev: true,
      epss: 0.5,
      ssvc: { exploitation: 'poc', automatable: 'yes', technicalImpact: 'total' },
      advisories: ['osv/GHSA-xvch-5gv4-984h'],
    });
  });

  it('have the score of the CVE itself where no advisory gives a severity', () => {
    const nvd = { kind: 'nvd', source: 'nvd', raw: 'CVSS:3.1/x', level: 'high', score: 7.5 } as const;
    const enrichment = SET.enrichment;
    const set = {
      ...SET,
      enrichment: (id: string) => (id === 'CVE-2018-25032' ? { severities: [nvd] } : enrichment(id)),
    };
    const zlib = assess(input({ set })).findings.filter(({ vulnerability }) => vulnerability === 'CVE-2018-25032');
    assert.deepEqual(
      zlib.map(({ severity, severitySource, rawSeverity }) => [severity, severitySource, rawSeverity]),
      zlib.map(() => ['high', 'nvd:nvd', 'CVSS:3.1/x']),
    );
    assert.equal(zlib.length, 2);
  });

  it('are not made of packages that belong to another', () => {
    const owned = { ...npm('minimist', '1.2.5'), ownedBy: 'pkg:apk/alpine/node-minimist@1.2.5-r0' };
    assert.deepEqual(assess(input({ inventories: [inventory('base', [owned])] })).findings, []);
  });

  it('are a row for each place of one package', () => {
    const twice = [npm('minimist', '1.2.5', 'app'), npm('minimist', '1.2.5', 'opt')];
    const rows = assess(
      input({ images: [image('quay.io/api:1', 'base')], inventories: [inventory('base', twice)] }),
    ).findings;
    assert.deepEqual(
      rows.map(({ location }) => location.split('/')[0]),
      ['app', 'opt'],
    );
  });

  it('are the same for two references to one digest, in two slots', () => {
    const images = [image('quay.io/a:1', 'base'), image('quay.io/b:1', 'base')];
    const { findings: rows, inventories } = assess(input({ images }));
    assert.equal(inventories.length, 1);
    assert.deepEqual([...new Set(rows.map(({ slot }) => slot))], ['quay.io/a|linux/amd64', 'quay.io/b|linux/amd64']);
  });
});

describe('gaps', () => {
  it('there are none when main feeds cover all', () => assert.deepEqual(gapsOf({}), []));

  it('an image that was not read is listed with its reason, without a digest', () => {
    const reason: Gap = { kind: 'image-unreadable', target: 'quay.io/x:1', reason: 'layer digest does not match' };
    const { images, gaps } = assess(input({ images: [image('quay.io/x:1', undefined, { gaps: [reason] })] }));
    assert.deepEqual(gaps, [{ ...reason, target: 'quay.io/x|linux/amd64' }]);
    assert.deepEqual([images[0]?.digest, images[0]?.packages], [undefined, 0]);
  });

  it('an image without inventory and without reason is unreadable all the same', () => {
    const { images, gaps } = assess(input({ images: [image('quay.io/x:1', 'not scanned')] }));
    assert.deepEqual(
      gaps.map(({ kind }) => kind),
      ['image-unreadable'],
    );
    assert.equal(images[0]?.digest, undefined);
  });

  it("an inventory's gaps are the slot's, for every slot that has it", () => {
    const broken: Gap = { kind: 'file-unparsed', target: digestOf('base'), location: 'l:p', reason: 'no stanza' };
    const images = [image('quay.io/a:1', 'base'), image('quay.io/b:1', 'base')];
    const { gaps } = assess(input({ images, inventories: [inventory('base', ALPINE_PACKAGES, { gaps: [broken] })] }));
    assert.deepEqual(
      gaps.map(({ target }) => target),
      ['quay.io/a|linux/amd64', 'quay.io/b|linux/amd64'],
    );
  });

  it("the release's members that are not scanned are kept", () => {
    const member: Gap = { kind: 'not-scanned', target: 'rpm/index.yaml', reason: 'node packages' };
    const { release } = input();
    assert.deepEqual(assess(input({ release: { ...release, gaps: [member] } })).gaps, [member]);
  });

  it('end of life is judged at the date of the assessment, the last day still being alive', () => {
    const images = [image('quay.io/api:1', 'base')];
    assert.deepEqual(gapsOf({ images, asOf: '2023-11-01' }), []);
    assert.deepEqual(gapsOf({ images, asOf: '2023-11-02' }), ['end-of-life']);
    assert.equal(assess(input({ images })).images[0]?.os?.endOfLife, '2023-11-01');
  });

  const base = (more: Partial<InventoryToAssess>) => ({
    images: [image('quay.io/api:1', 'base')],
    inventories: [inventory('base', ALPINE_PACKAGES, more)],
  });

  it('a feed from before the day of the image', () => {
    assert.deepEqual(gapsOf(base({ config: { created: '2022-04-05T23:00:00Z' } })), []);
    assert.deepEqual(gapsOf(base({ config: { created: '2022-04-06T00:00:00Z' } })), [
      'set-older-than-image alpine:3.15',
    ]);
    assert.deepEqual(gapsOf(base({ config: { created: '2022-04-05T23:59:59' } })), []);
    assert.deepEqual(gapsOf(base({ config: { created: '2022-04-06T01:00:00+02:00' } })), []);
    assert.deepEqual(gapsOf(base({ config: {} })), []);
  });

  it('a namespace whose feeds state no date, once for the set', () => {
    const set = advisorySetOf([], {
      covers: { 'alpine-secdb': ['alpine:3.15'], osv: ['npm'] },
      updated: { osv: '2022-04-05' },
    });
    const { gaps, images } = assess(input({ set }));
    assert.deepEqual(
      gaps.map(({ kind, target, location }) => [kind, target, location]),
      [['set-older-than-image', 'advisory set', 'alpine:3.15']],
    );
    assert.deepEqual(
      images.flatMap((one) => one.gaps),
      [],
    );
  });

  it('a namespace without a feed: another branch, another ecosystem, an unknown distribution', () => {
    const edge = ALPINE_PACKAGES.map((installed) => ({ ...installed, namespace: 'alpine:3.16' }));
    assert.deepEqual(gapsOf(base({ packages: edge })), ['no-feed alpine:3.16']);
    assert.deepEqual(gapsOf(base({ packages: [...ALPINE_PACKAGES, { ...npm('x', '1.0.0'), namespace: 'pypi' }] })), [
      'no-feed pypi',
    ]);
    const { namespace: _, ...homeless } = apk('zlib', '1.2.11-r3');
    assert.deepEqual(gapsOf(base({ packages: [homeless] })), ['no-feed']);
  });

  it('a namespace that only a partial feed or one that is not a main feed covers', () => {
    const debian = { packages: [{ ...apk('zlib', '1'), namespace: 'debian:12' }] };
    const updated = { 'debian-mirror': '2022-05-01', 'debian-tracker': '2022-05-01', osv: '2022-05-01' };
    const partial = (options: SyntheticSetOptions) =>
      gapsOf({ ...base(debian), set: advisorySetOf([], { ...options, updated }) });
    assert.deepEqual(partial({ covers: { 'debian-mirror': ['debian:12'] } }), ['partial-feed debian:12']);
    assert.deepEqual(partial({ covers: { 'debian-tracker': ['debian:12'] }, partial: ['debian-tracker'] }), [
      'partial-feed debian:12',
    ]);
    assert.deepEqual(
      partial({ covers: { 'debian-tracker': ['debian:12'], osv: ['debian:12'] }, partial: ['debian-tracker'] }),
      [],
    );
  });

  it('the starter set, and what not even it covers', () => {
    const set = advisorySetOf([], {
      starter: true,
      covers: { 'alpine-secdb': ['alpine:3.15'] },
      partial: ['alpine-secdb'],
    });
    assert.deepEqual(gapsOf({ set }), ['no-feed npm', 'starter-set']);
  });

  it('an image without any package that is known', () => {
    assert.deepEqual(gapsOf(base({ packages: [] })), ['undecidable']);
  });

  it('a distribution of which no package was found, however many others there are', () => {
    assert.deepEqual(gapsOf(base({ packages: [npm('x', '1.0.0')] })), ['undecidable']);
  });

  it('versions that cannot be ordered, by package', () => {
    const odd = npm('minimist', 'latest');
    assert.deepEqual(gapsOf(base({ packages: [...ALPINE_PACKAGES, odd] })), ['undecidable pkg:npm/minimist@latest']);
  });
});

describe('identity of an assessment', () => {
  const id = (more: Partial<AssessInput>) => assess(input(more)).id;
  const { release, images } = input();

  it('is the same whatever the order of images and inventories', () => {
    const whole = canonicalJson(assess(input()));
    fc.assert(
      fc.property(
        fc.shuffledSubarray([...images], { minLength: 2 }),
        fc.shuffledSubarray([...input().inventories], { minLength: 2 }),
        (shuffled, inventories) => {
          assert.equal(canonicalJson(assess(input({ images: shuffled, inventories }))), whole);
        },
      ),
      { numRuns: 10 },
    );
  });

  it('changes with every input', () => {
    const otherSet: AdvisorySet = { ...SET, id: digestOf('another set') };
    const ids: readonly Digest[] = [
      id({}),
      id({ release: { ...release, version: '1.2.1' } }),
      id({ images: images.slice(1) }),
      id({ images: [image('quay.io/api:1', 'base', { charts: ['platform/api:1'] }), ...images.slice(1)] }),
      id({
        inventories: [
          inventory('base', ALPINE_PACKAGES, { cataloguers: ['apk@2', 'npm@1'] }),
          ...input().inventories.slice(1),
        ],
      }),
      id({ set: otherSet }),
      id({ asOf: '2022-04-07' }),
      id({ statements: [STATEMENT] }),
    ];
    assert.equal(new Set(ids).size, ids.length);
  });

  it('does not depend on inventories that no image has, nor on fields that are not its own', () => {
    assert.equal(id({ inventories: [...input().inventories, inventory('other', [])] }), id({}));
    const extra = images.map((entry) => ({ ...entry, sources: ['docker/index.yaml'] }));
    assert.equal(canonicalJson(assess(input({ images: extra }))), canonicalJson(assess(input())));
  });

  it('counts one reference once, with the charts of all', () => {
    const twice = [
      image('quay.io/api:1', 'base', { charts: ['b'] }),
      image('quay.io/api:1', 'base', { charts: ['a', 'b'] }),
    ];
    assert.deepEqual(
      assess(input({ images: twice })).images.map(({ charts }) => charts),
      [['a', 'b']],
    );
  });
});
