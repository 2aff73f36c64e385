// Small random worlds for the laws of comparisons: images of a few packages, sets of a few advisories of two feeds, judged by the real assess.
import fc from 'fast-check';
import { digestOf } from '../../src/platform/canonical.ts';
import type { Gap } from '../../src/platform/gap.ts';
import type { Advisory, AdvisorySet, SeverityLevel } from '../../src/scan/advisory/advisory.ts';
import { assess } from '../../src/scan/assess/assess.ts';
import type { Assessment } from '../../src/scan/assess/assessment.ts';
import type { InventoryToAssess } from '../../src/scan/assess/placement.ts';
import type { Package } from '../../src/scan/inventory/package.ts';
import type { Statement, VexStatus } from '../../src/statements/statement.ts';
import { advisory, advisorySetOf } from './synthetic-set.ts';

const PLATFORM = 'linux/amd64';
const NAMESPACE = 'debian:12';
const DATABASE = { layer: digestOf('layer'), path: 'var/lib/dpkg/status' };
const DAMAGE: Gap = {
  kind: 'file-unparsed',
  target: '',
  location: `${DATABASE.layer}:${DATABASE.path}`,
  reason: 'damaged',
};

/** An image: repository and tag, and the versions of its packages by position (0: not installed); no versions: it could not be read. */
export interface WorldImage {
  readonly name: number;
  readonly tag: number;
  readonly versions: readonly number[] | undefined;
  /** A part of its package database could not be parsed. */
  readonly damaged: boolean;
}

/** A record: which package, below which version, how severe. A version of 9 is no fix. */
export interface WorldRecord {
  readonly vulnerability: number;
  readonly package: number;
  readonly fixed: number;
  readonly severity: SeverityLevel;
  /** Reported by the feed under a GHSA id; with the CVE as alias when it says so. */
  readonly ghsa: 'no' | 'alone' | 'aliased';
  readonly feed: 'debian-tracker' | 'osv';
}

/** A decision: about a vulnerability, perhaps in one image or package or line only, until a day of April. */
export interface WorldStatement {
  readonly vulnerability: number;
  readonly image: number | undefined;
  readonly package: number | undefined;
  readonly line: string | undefined;
  readonly status: VexStatus;
  readonly expires: number;
}

/** One side of a comparison. */
export interface World {
  readonly images: readonly WorldImage[];
  readonly records: readonly WorldRecord[];
  /** Day of the feeds. */
  readonly day: number;
  readonly withOsv: boolean;
  readonly asOf: number;
  readonly version: string;
  readonly statements: readonly WorldStatement[];
}

const versions = fc.array(fc.nat(3), { minLength: 3, maxLength: 3 });
const image: fc.Arbitrary<WorldImage> = fc.record({
  name: fc.nat(3),
  tag: fc.integer({ min: 1, max: 3 }),
  versions: fc.option(versions, { nil: undefined, freq: 8 }),
  damaged: fc.constantFrom(false, false, false, true),
});
const record: fc.Arbitrary<WorldRecord> = fc.record({
  vulnerability: fc.integer({ min: 1, max: 5 }),
  package: fc.nat(2),
  fixed: fc.constantFrom(2, 3, 9),
  severity: fc.constantFrom<SeverityLevel>('critical', 'high', 'medium', 'low', 'negligible', 'unknown'),
  ghsa: fc.constantFrom('no', 'no', 'no', 'alone', 'aliased'),
  feed: fc.constantFrom('debian-tracker', 'osv'),
});

const statement: fc.Arbitrary<WorldStatement> = fc.record({
  vulnerability: fc.integer({ min: 1, max: 5 }),
  image: fc.option(fc.nat(3), { nil: undefined }),
  package: fc.option(fc.nat(2), { nil: undefined }),
  line: fc.constantFrom(undefined, undefined, '1.2', '1.3'),
  status: fc.constantFrom('not_affected', 'affected', 'fixed', 'under_investigation'),
  expires: fc.integer({ min: 3, max: 5 }),
});

/** A random side. */
export const world: fc.Arbitrary<World> = fc.record({
  images: fc.uniqueArray(image, { maxLength: 5, selector: ({ name, tag }) => `${name}:${tag}` }),
  records: fc.array(record, { maxLength: 6 }),
  day: fc.integer({ min: 1, max: 3 }),
  withOsv: fc.boolean(),
  asOf: fc.integer({ min: 4, max: 5 }),
  version: fc.constantFrom('1.2.0', '1.3.0'),
  statements: fc.array(statement, { maxLength: 4 }),
});

/** Two sides that have much in common: the second takes each part from the first or has its own. */
export const worlds: fc.Arbitrary<readonly [World, World]> = fc
  .tuple(world, world, fc.boolean(), fc.boolean(), fc.array(fc.boolean(), { minLength: 12, maxLength: 12 }))
  .map(([a, other, sameRecords, sameImages, kept]) => {
    const mixed = <T>(own: readonly T[], others: readonly T[]): readonly T[] => [
      ...own.filter((_, index) => kept[index] ?? true),
      ...others.slice(0, 2),
    ];
    const images = mixed(a.images, other.images).filter(
      ({ name, tag }, index, all) => all.findIndex((one) => one.name === name && one.tag === tag) === index,
    );
    const records = sameRecords ? a.records : mixed(a.records, other.records);
    const statements = mixed(a.statements, other.statements);
    return [a, { ...other, records, images: sameImages ? a.images : images, statements }];
  });

/** The set of a side. */
export function setOf({ records, day, withOsv }: World): AdvisorySet {
  const told = records.filter(({ feed }) => withOsv || feed !== 'osv').map(advisoryOf);
  const updated = { 'debian-tracker': `2022-04-0${day}`, ...(withOsv ? { osv: `2022-04-0${day}` } : {}) };
  const covers = { 'debian-tracker': [NAMESPACE], ...(withOsv ? { osv: [NAMESPACE] } : {}) };
  return advisorySetOf(told, { updated, covers });
}

/** The assessment of a side. */
export function assessmentOfWorld(world: World, set: AdvisorySet): Assessment {
  const contents = new Map(
    world.images.flatMap(({ versions }) => (versions === undefined ? [] : [[versions.join('.'), versions] as const])),
  );
  return assess({
    release: { name: 'harbour', version: world.version, target: 'images:list', charts: [], lint: [], gaps: [] },
    images: world.images.map(({ name, tag, versions, damaged }) => ({
      logical: `quay.io/image${name}:${tag}`,
      physical: `quay.io/image${name}`,
      ...(versions === undefined ? {} : { digest: digestOf(versions.join('.')) }),
      platform: PLATFORM,
      origin: 'own',
      charts: [`platform/chart${tag}:1.0`],
      gaps: damaged ? [DAMAGE] : [],
    })),
    inventories: [...contents.values()].map(inventoryOf),
    set,
    severityPolicy: 'vendor-then-cvss-then-nvd',
    asOf: `2022-04-0${world.asOf}`,
    statements: world.statements.map(statementOf),
  });
}

function inventoryOf(versions: readonly number[]): InventoryToAssess {
  const image = digestOf(versions.join('.'));
  return {
    image,
    platform: PLATFORM,
    os: { id: 'debian', version: '12' },
    packages: versions.flatMap((version, index) => (version === 0 ? [] : [packageOf(index, version)])),
    gaps: [],
    cataloguers: ['dpkg@1'],
    config: {},
  };
}

function packageOf(index: number, version: number): Package {
  return {
    purl: `pkg:deb/debian/p${index}@${version}`,
    type: 'deb',
    name: `p${index}`,
    version: String(version),
    scheme: 'deb',
    namespace: NAMESPACE,
    location: DATABASE,
  };
}

function statementOf(
  { vulnerability, image: name, package: position, line, status, expires }: WorldStatement,
  index: number,
): Statement {
  return {
    id: `decision-${index}`,
    scope: {
      vulnerability: `CVE-2022-000${vulnerability}`,
      ...(name === undefined ? {} : { images: [`quay.io/image${name}`] }),
      ...(position === undefined ? {} : { packages: [`pkg:deb/debian/p${position}`] }),
      ...(line === undefined ? {} : { lines: [line] }),
    },
    status,
    owner: 'team',
    author: 'first',
    approver: 'second',
    date: '2022-04-01',
    expires: `2022-04-0${expires}`,
    renewals: 0,
    origin: { kind: 'site', file: 'statements.yaml', trusted: true },
  };
}

function advisoryOf({ vulnerability, fixed, severity, ghsa, feed, ...record }: WorldRecord): Advisory {
  const cve = `CVE-2022-000${vulnerability}`;
  return advisory({
    feed,
    id: ghsa === 'no' ? cve : `GHSA-aaaa-bbbb-000${vulnerability}`,
    aliases: ghsa === 'aliased' ? [cve] : [],
    namespace: NAMESPACE,
    package: `p${record.package}`,
    ranges: fixed === 9 ? [] : [{ fixed: String(fixed) }],
    fixState: 'not-fixed',
    severities: [{ kind: 'vendor', source: feed, raw: severity, level: severity }],
  });
}
