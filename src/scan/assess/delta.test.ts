// The law of judging again with a book: whatever changed between two sets, the result is that of judging from nothing.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { canonicalJson, digestOf } from '../../platform/canonical.ts';
import type { Advisory, AdvisorySet, Severity } from '../advisory/advisory.ts';
import { advisorySetFromRecords, type SetRecords } from '../advisory/set/memory.ts';
import type { Package } from '../inventory/package.ts';
import { type AssessInput, assess, assessWithBook } from './assess.ts';
import { type Book, bookText, readBook } from './book.ts';
import { reassess, reassessWithBook } from './reassess.ts';

const POLICY = 'vendor-then-cvss-then-nvd';
const LINUX = 'linux/amd64';
const NAMES = ['alpha', 'beta', 'lib-alpha'] as const;
const CVES = ['CVE-2021-1001', 'CVE-2021-1002', 'CVE-2022-1003', 'CVE-2022-1004'] as const;
const OTHER_IDS = ['GHSA-aaaa-aaaa-aaaa', 'GHSA-bbbb-bbbb-bbbb', 'PYSEC-1', 'DSA-1', 'RHSA-1'] as const;
const VERSIONS = ['1.0.0', '1.1.0', '2.0.0', 'not a version'] as const;
const PLATFORMS = [LINUX, 'windows/amd64'] as const;
const NAMESPACES = [
  { namespace: 'debian:12', type: 'deb', scheme: 'deb', feeds: ['debian-tracker', 'osv'] },
  { namespace: 'npm', type: 'npm', scheme: 'npm', feeds: ['osv', 'gitlab'] },
  { namespace: 'go', type: 'golang', scheme: 'go', feeds: ['osv', 'gitlab'] },
  { namespace: 'rocky:9', type: 'rpm', scheme: 'rpm', feeds: ['rpm-updateinfo', 'osv'] },
] as const;

const severity: fc.Arbitrary<Severity> = fc.constantFrom(
  { kind: 'vendor', source: 'debian', raw: 'unimportant', level: 'negligible' },
  { kind: 'vendor', source: 'debian', raw: 'not yet assigned', level: 'unknown' },
  { kind: 'cvss', source: 'ghsa', raw: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H', level: 'critical', score: 9.8 },
  { kind: 'nvd', source: 'nvd', raw: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H', level: 'high', score: 7.5 },
);
const version = fc.constantFrom(...VERSIONS);
const range = fc.oneof(
  version.map((fixed) => ({ fixed })),
  fc.tuple(version, version).map(([introduced, lastAffected]) => ({ introduced, lastAffected })),
);

const advisory: fc.Arbitrary<Advisory> = fc
  .record({
    place: fc.constantFrom(...NAMESPACES),
    feed: fc.nat(1),
    id: fc.constantFrom(...CVES, ...OTHER_IDS),
    aliases: fc.uniqueArray(fc.constantFrom(...CVES, ...OTHER_IDS), { maxLength: 2 }),
    related: fc.uniqueArray(fc.constantFrom(...CVES), { maxLength: 1 }),
    package: fc.constantFrom(...NAMES),
    binary: fc.boolean(),
    windows: fc.boolean(),
    status: fc.constantFrom('affected', 'affected', 'not-affected'),
    ranges: fc.array(range, { maxLength: 2 }),
    fixState: fc.constantFrom('fixed', 'not-fixed', 'deferred'),
    severities: fc.array(severity, { maxLength: 2 }),
    withdrawn: fc.boolean(),
  })
  .map(({ place, feed, id, aliases, binary, windows, withdrawn, ...rest }) => ({
    ...rest,
    feed: place.feeds[feed] ?? 'osv',
    namespace: place.namespace,
    id,
    aliases: aliases.filter((alias) => alias !== id),
    ...(binary && place.type === 'rpm' ? { binary: true as const } : {}),
    ...(windows && place.type === 'golang' ? { platforms: ['windows/*'] } : {}),
    ...(withdrawn ? { withdrawn: '2022-01-01T00:00:00Z' } : {}),
  }));

const enrichments = {
  kev: fc.dictionary(fc.constantFrom(...CVES), fc.constant('2022-02-02'), { maxKeys: 2 }),
  epss: fc.dictionary(fc.constantFrom(...CVES), fc.constantFrom(0.1, 0.5, 0.9), { maxKeys: 4 }),
  severities: fc.dictionary(fc.constantFrom(...CVES), fc.array(severity, { minLength: 1, maxLength: 2 }), {
    maxKeys: 3,
  }),
  endOfLife: fc.dictionary(
    fc.constantFrom('debian:12', 'rocky:9'),
    fc.constantFrom('2021-01-01', '2030-01-01').map((date) => ({ date, source: 'test' })),
    { maxKeys: 2 },
  ),
};

const installed: fc.Arbitrary<Package> = fc
  .record({
    place: fc.constantFrom(...NAMESPACES),
    name: fc.constantFrom(...NAMES),
    version,
    layer: fc.nat(1),
    owned: fc.nat(9),
  })
  .map(({ place, name, version, layer, owned }) => ({
    purl: `pkg:${place.type}/${name}@${encodeURIComponent(version)}?arch=x86_64`,
    type: place.type,
    name,
    version,
    scheme: place.scheme,
    // The installed lib-alpha is built from alpha.
    ...(place.type === 'npm' || place.type === 'golang' ? {} : { source: { name: name.replace('lib-', ''), version } }),
    namespace: place.namespace,
    location: { layer: digestOf(`layer ${layer}`), path: `${place.type}/${name}` },
    ...(owned === 0 ? { ownedBy: 'pkg:deb/other@1' } : {}),
  }));

/** A first set and what each later one takes away and adds. */
const history = fc.record({
  first: fc.record({ advisories: fc.array(advisory, { minLength: 12, maxLength: 25 }), ...enrichments }),
  later: fc.array(
    fc.record({
      gone: fc.array(fc.nat(24), { maxLength: 3 }),
      come: fc.array(advisory, { maxLength: 3 }),
      ...enrichments,
    }),
    { minLength: 1, maxLength: 3 },
  ),
});

function* setsOf({ first, later }: typeof history extends fc.Arbitrary<infer T> ? T : never): Generator<AdvisorySet> {
  let records: SetRecords = first;
  yield advisorySetFromRecords(records, { builtAt: '2022-01-01T00:00:00Z' });
  for (const [index, { gone, come, ...entries }] of later.entries()) {
    const kept = records.advisories.filter((_record, place) => !gone.includes(place));
    records = { advisories: [...kept, ...come], ...entries };
    yield advisorySetFromRecords(records, { builtAt: `2022-01-0${index + 2}T00:00:00Z` });
  }
}

function release(images: readonly (readonly Package[])[]): Omit<AssessInput, 'set' | 'asOf'> {
  const digests = images.map((_packages, index) => digestOf(`image ${index}`));
  return {
    release: { name: 'harbour', version: '1', target: 'images:list', charts: [], lint: [], gaps: [] },
    images: digests.map((digest, index) => ({
      logical: `quay.io/image-${index}:1`,
      physical: `quay.io/image-${index}:1`,
      digest,
      platform: LINUX,
      origin: 'own',
      charts: [],
      gaps: [],
    })),
    inventories: images.map((packages, index) => ({
      image: digests[index] ?? digestOf(''),
      platform: PLATFORMS[index % PLATFORMS.length] ?? LINUX,
      os: { id: 'debian', version: '12' },
      packages,
      gaps: [],
      cataloguers: ['dpkg@1'],
      config: { created: '2022-01-02T00:00:00Z' },
    })),
    severityPolicy: POLICY,
  };
}

function throughText(book: Book): Book | undefined {
  return readBook(bookText(book));
}

describe('judging again with a book', () => {
  const images = fc.array(fc.array(installed, { minLength: 3, maxLength: 8 }), { minLength: 1, maxLength: 3 });
  const dates = fc.array(fc.constantFrom('2020-06-01', '2022-06-01', '2031-01-01'), { minLength: 4, maxLength: 4 });

  it('law: gives the bytes of judging from nothing, set after set', () => {
    let findings = 0;
    fc.assert(
      fc.property(images, history, dates, (contents, sets, asOf) => {
        let before: ReturnType<typeof assessWithBook> | undefined;
        for (const [index, set] of [...setsOf(sets)].entries()) {
          const options = { set, asOf: asOf[index] ?? '2022-06-01', severityPolicy: POLICY } as const;
          if (before === undefined) {
            before = assessWithBook({ ...release(contents), ...options });
            continue;
          }
          const { assessment, book } = before;
          const after = reassessWithBook(assessment, options, throughText(book()));
          assert.equal(canonicalJson(after.assessment), canonicalJson(reassess(assessment, options)));
          assert.deepEqual(after.book(), reassessWithBook(assessment, options).book());
          findings += after.assessment.findings.length;
          before = after;
        }
      }),
      // Of one seed: how many findings are compared is then the same each time.
      { numRuns: 150, seed: 7 },
    );
    assert.ok(findings > 500, `only ${findings} findings were compared`);
  });

  it('a book of another build of the program is not read', () => {
    const book: Book = { policy: POLICY, names: new Map() };
    assert.deepEqual(readBook(bookText(book)), book);
    assert.equal(readBook(bookText(book, 'another')), undefined);
  });

  it('law: a book of other packages or of another set does no harm', () => {
    fc.assert(
      fc.property(images, images, history, (contents, others, sets) => {
        const [first, second = first] = setsOf(sets);
        assert.ok(first !== undefined && second !== undefined);
        const { book } = assessWithBook({ ...release(others), set: first, asOf: '2022-06-01' });
        const input = { ...release(contents), set: second, asOf: '2022-06-01' };
        assert.equal(canonicalJson(assessWithBook(input, book()).assessment), canonicalJson(assess(input)));
      }),
      { numRuns: 60 },
    );
  });
});

describe('what is looked up again', () => {
  const npm = (name: string, number: string): Package => ({
    purl: `pkg:npm/${name}@${number}`,
    type: 'npm',
    name,
    version: number,
    scheme: 'npm',
    namespace: 'npm',
    location: { layer: digestOf('layer'), path: `${name}/package.json` },
  });
  const record = (name: string, id: string, fields: Partial<Advisory> = {}): Advisory => ({
    feed: 'osv',
    id,
    aliases: [],
    related: [],
    namespace: 'npm',
    package: name,
    status: 'affected',
    ranges: [{ fixed: '9.0.0' }],
    fixState: 'fixed',
    severities: [],
    ...fields,
  });
  const packages = Array.from({ length: 50 }, (_, index) => npm(`module-${index}`, '1.0.0'));
  const records = packages.map(({ name }, index) => record(name, `CVE-2022-${2000 + index}`));
  const setOf = (advisories: readonly Advisory[]) => advisorySetFromRecords({ advisories }, { builtAt: '2022-01-01' });

  /** The names that the set was asked for, and the ids found. */
  function judgedAgain(set: AdvisorySet): { readonly asked: readonly string[]; readonly ids: ReadonlySet<string> } {
    const before = assessWithBook({ ...release([packages]), set: setOf(records), asOf: '2022-06-01' });
    const asked: string[] = [];
    const watched: AdvisorySet = {
      ...set,
      id: set.id,
      feeds: set.feeds,
      lookup: (namespace, name) => {
        asked.push(name);
        return set.lookup(namespace, name);
      },
      fingerprint: (namespace, name) => set.fingerprint?.(namespace, name) ?? '',
      enrichment: (vulnerability) => set.enrichment(vulnerability),
      endOfLife: (os) => set.endOfLife(os),
    };
    const options = { set: watched, asOf: '2022-06-01', severityPolicy: POLICY } as const;
    const { findings } = reassessWithBook(before.assessment, options, before.book()).assessment;
    return { asked, ids: new Set(findings.map(({ vulnerability }) => vulnerability)) };
  }

  it('nothing when the same set is asked', () => {
    assert.deepEqual(judgedAgain(setOf(records)).asked, []);
  });

  it('a name with a new record, and few beside it', () => {
    const { asked, ids } = judgedAgain(setOf([...records, record('module-7', 'CVE-2022-3000')]));
    assert.ok(ids.has('CVE-2022-3000'));
    assert.ok(asked.includes('module-7'));
    assert.ok(asked.length <= 5, `asked for ${asked.length} of 50`);
  });

  it('a name whose record is reported under another id because of a record on another name', () => {
    const ghsa = 'GHSA-aaaa-aaaa-aaaa';
    const first = [...records, record('module-1', ghsa)];
    const before = assessWithBook({ ...release([packages]), set: setOf(first), asOf: '2022-06-01' });
    const joined = setOf([...first, record('module-2', 'CVE-2022-4000', { aliases: [ghsa] })]);
    const options = { set: joined, asOf: '2022-06-01', severityPolicy: POLICY } as const;
    const { findings } = reassessWithBook(before.assessment, options, before.book()).assessment;
    assert.deepEqual(
      findings.filter(({ vulnerability }) => vulnerability === 'CVE-2022-4000').map((row) => row.package),
      ['module-1', 'module-2'],
    );
  });
});
