import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type FeedOutput, readFeed } from '../../../../test/support/recording-sink.ts';
import { needsUnpacked, temporaryFolder, unpacked, unpackedFile } from '../../../../test/support/unpacked.ts';
import { LimitError, ParseError } from '../../../platform/errors.ts';
import { LIMITS } from '../../../platform/limits.ts';
import type { Advisory } from '../advisory.ts';
import { buildAdvisorySet } from '../set/build.ts';
import { openAdvisorySet } from '../set/open.ts';
import { redhatCsaf } from './index.ts';
import { settleRecords } from './settle.ts';

const CURL = 'data/vuln/redhat/cve-2023-38545.csaf-vex.json.xz';
const SNAKEYAML = 'data/vuln/redhat/cve-2022-38752.csaf-vex.json.xz';
const ERRATA = 'data/vuln/redhat/redhat-csaf-advisories-vunnel-fixtures.tar.xz';

/** A component of a test document: its id and package URL. */
type Component = readonly [id: string, purl?: string];

interface Written {
  readonly status: Readonly<Record<string, readonly string[]>>;
  readonly components: readonly Component[];
  readonly rest?: Readonly<Record<string, unknown>>;
  readonly category?: string;
  readonly relationships?: readonly (readonly [id: string, component: string, platform: string])[];
}

const PLATFORMS: Readonly<Record<string, string>> = {
  rhel8: 'cpe:/o:redhat:enterprise_linux:8',
  'AppStream-8': 'cpe:/a:redhat:enterprise_linux:8::appstream',
  'Extras-7': 'cpe:/a:redhat:rhel_extras:7',
  rhel10: 'cpe:/o:redhat:enterprise_linux:10.0',
  'EUS-8.6': 'cpe:/a:redhat:rhel_eus:8.6::appstream',
  'EUS-10.0': 'cpe:/a:redhat:enterprise_linux_eus:10.0::appstream',
  'ELS-7': 'cpe:/o:redhat:rhel_els:7',
  openshift: 'cpe:/a:redhat:openshift:4.12::el8',
};

/** A document in which every component is in every platform: `PLATFORM:COMPONENT`. */
function vex({ status, components, rest = {}, category = 'csaf_vex', relationships = [] }: Written): unknown {
  const everywhere = Object.keys(PLATFORMS).flatMap((platform) =>
    components.map(([id]) => [`${platform}:${id}`, id, platform] as const),
  );
  return {
    document: { category, tracking: { id: 'CVE-2023-1111', current_release_date: '2023-02-03T04:05:06+00:00' } },
    product_tree: {
      branches: [
        {
          category: 'vendor',
          branches: [
            ...Object.entries(PLATFORMS).map(([id, cpe]) => product(id, { cpe })),
            ...components.map(([id, purl]) => product(id, purl === undefined ? {} : { purl })),
          ],
        },
      ],
      relationships: [...everywhere, ...relationships].map(([id, component, platform]) => ({
        category: 'default_component_of',
        full_product_name: { product_id: id },
        product_reference: component,
        relates_to_product_reference: platform,
      })),
    },
    vulnerabilities: [{ cve: 'CVE-2023-1111', release_date: '2023-01-02T00:00:00Z', product_status: status, ...rest }],
  };
}

function product(id: string, helper: unknown): unknown {
  return { category: 'product_version', product: { product_id: id, product_identification_helper: helper } };
}

function summary({ advisories }: FeedOutput): readonly string[] {
  return advisories.map(({ namespace, package: name, binary, module, status, fixState, ranges }) =>
    [
      namespace,
      binary ? name : `src:${name}`,
      module,
      status === 'affected' ? fixState : status,
      JSON.stringify(ranges),
    ].join(' '),
  );
}

const LIB = ['lib-1', 'pkg:rpm/redhat/lib@1.0-1.el8_9?arch=x86_64'] as const;

test('packages are told by platform, package URL and module', () => {
  const components: readonly Component[] = [
    LIB,
    ['lib-1.src', 'pkg:rpm/redhat/lib@1.0-1.el8_9?arch=src'],
    ['lib-debuginfo-1', 'pkg:rpm/redhat/lib-debuginfo@1.0-1.el8_9?arch=x86_64'],
    ['bind', 'pkg:rpm/redhat/bind-libs@9.8.2-0.68?arch=i686&epoch=32'],
    ['npm::nodejs:18', 'pkg:rpm/redhat/npm@9.5-1.module%2Bel8.9.0?arch=x86_64&epoch=1&rpmmod=nodejs:18:8090:abc'],
    ['odd', 'pkg:rpm/redhat/odd@1-1?arch=x86_64&rpmmod=rhel10'],
    ['image', 'pkg:oci/image@sha256:00'],
    ['broken', 'not a purl'],
  ];
  const fixed = components.map(([id]) => `AppStream-8:${id}`);
  assert.deepEqual(summary(readFeed(redhatCsaf, vex({ status: { fixed: [...fixed, 'unrelated'] }, components }))), [
    'rhel:8 lib none fixed [{"fixed":"1.0-1.el8_9"}]',
    'rhel:8 bind-libs none fixed [{"fixed":"32:9.8.2-0.68"}]',
    'rhel:8 npm nodejs:18 fixed [{"fixed":"1:9.5-1.module+el8.9.0"}]',
  ]);

  const unfixed: readonly Component[] = [
    ['lib', 'pkg:rpm/redhat/lib'],
    ['lib.src', 'pkg:rpm/redhat/lib?arch=src'],
    ['plain'],
    ['nodejs:16/nodejs'],
    ['nodejs:18/nodejs', 'pkg:rpmmod/redhat/nodejs:18/nodejs'],
    ['openshift/image-rhel8'],
  ];
  const known_affected = unfixed.map(([id]) => `rhel8:${id}`);
  assert.deepEqual(summary(readFeed(redhatCsaf, vex({ status: { known_affected }, components: unfixed }))), [
    'rhel:8 lib none not-fixed []',
    'rhel:8 src:lib none not-fixed []',
    'rhel:8 src:plain none not-fixed []',
    'rhel:8 src:nodejs nodejs:16 not-fixed []',
    'rhel:8 src:nodejs nodejs:18 not-fixed []',
  ]);
});

test('a module may stand between package and platform', () => {
  const document = vex({
    components: [
      ['postgresql:13:8060:ad00', 'pkg:rpmmod/redhat/postgresql@13:8060:ad00'],
      ['server', 'pkg:rpm/redhat/postgresql-server@13.16-1.module%2Bel8.6.0?arch=x86_64'],
    ],
    relationships: [
      ['in', 'server', 'AppStream-8:postgresql:13:8060:ad00'],
      ['loop', 'server', 'loop'],
    ],
    status: { fixed: ['in', 'loop'] },
  });
  assert.deepEqual(summary(readFeed(redhatCsaf, document)), [
    'rhel:8 postgresql-server postgresql:13 fixed [{"fixed":"13.16-1.module+el8.6.0"}]',
  ]);
});

test('platforms: releases, their extended streams, and other products', () => {
  const status = { fixed: Object.keys(PLATFORMS).map((platform) => `${platform}:lib-1`) };
  const { advisories, covered, skipped } = readFeed(redhatCsaf, vex({ status, components: [LIB] }), 'cve.json');
  assert.deepEqual(
    advisories.map(({ namespace }) => namespace),
    ['rhel:8', 'rhel:7', 'rhel:10'],
  );
  assert.deepEqual(covered, { 'rhel:8': 'whole', 'rhel:7': 'whole', 'rhel:10': 'whole' });
  assert.deepEqual(skipped, []);
  const elsewhere = readFeed(
    redhatCsaf,
    vex({ status: { fixed: ['openshift:lib-1'] }, components: [LIB] }),
    'cve.json',
  );
  assert.deepEqual(elsewhere.skipped, ['nothing about packages of Red Hat Enterprise Linux @ cve.json']);
});

test('states without a fix, and a fix that only subscribers get', () => {
  const components: readonly Component[] = [['lib', 'pkg:rpm/redhat/lib'], LIB];
  const remediation = (category: string, details: string) => ({
    remediations: [
      { category: 'workaround', details: 'none', product_ids: ['rhel8:lib'] },
      { category, details, product_ids: ['rhel8:lib'] },
    ],
  });
  const state = (status: Written['status'], rest: Written['rest'] = {}) =>
    readFeed(redhatCsaf, vex({ status, components, rest }), 'cve.json').advisories.map(
      (advisory) => `${advisory.namespace} ${advisory.fixState}`,
    );
  const known_affected = ['rhel8:lib'];
  assert.deepEqual(state({ known_affected }, remediation('no_fix_planned', 'Out of support scope')), [
    'rhel:8 will-not-fix',
  ]);
  assert.deepEqual(state({ known_affected }, remediation('none_available', 'Fix deferred')), ['rhel:8 deferred']);
  assert.deepEqual(state({ known_affected }, remediation('none_available', 'Affected')), ['rhel:8 not-fixed']);
  assert.deepEqual(state({ known_affected, fixed: ['EUS-8.6:lib-1'] }), ['rhel:8 subscription']);
  assert.deepEqual(state({ known_affected: ['rhel8:lib'], fixed: ['AppStream-8:lib-1'] }), ['rhel:8 fixed']);
  assert.deepEqual(state({ known_affected: ['EUS-8.6:lib'] }), []);

  const untold = (status: Written['status']) => readFeed(redhatCsaf, vex({ status, components }), 'cve.json').skipped;
  assert.deepEqual(untold({ under_investigation: ['rhel8:lib'] }), [
    'under investigation by Red Hat @ cve.json: rhel:8 lib',
  ]);
  assert.deepEqual(untold({ fixed: ['ELS-7:lib-1'] }), [
    'only of an extended subscription, nothing being said of the release itself @ cve.json: rhel:7 lib',
  ]);
});

test('impact and CVSS are of products; an impact without products is for all', () => {
  const components: readonly Component[] = [['lib', 'pkg:rpm/redhat/lib']];
  const severities = (rest: Written['rest']) =>
    readFeed(
      redhatCsaf,
      vex({ status: { known_affected: ['rhel8:lib'] }, components, ...(rest === undefined ? {} : { rest }) }),
    ).advisories[0]?.severities;
  const vectorString = 'CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:H/A:H';
  const cvss = { kind: 'cvss', source: 'redhat', raw: vectorString, level: 'high', score: 8.1 };
  assert.deepEqual(
    severities({
      threats: [
        { category: 'impact', details: 'Critical' },
        { category: 'impact', details: 'Moderate', product_ids: ['rhel8:lib'] },
        { category: 'exploit_status', details: 'Low', product_ids: ['rhel8:lib'] },
      ],
      scores: [
        { products: ['rhel8:lib'], cvss_v3: { vectorString } },
        { products: ['other'], cvss_v3: { vectorString: 'x' } },
      ],
    }),
    [{ kind: 'vendor', source: 'redhat', raw: 'Moderate', level: 'medium' }, cvss],
  );
  assert.deepEqual(severities({ threats: [{ category: 'impact', details: 'Important' }] }), [
    { kind: 'vendor', source: 'redhat', raw: 'Important', level: 'high' },
  ]);
});

test('a VEX document outweighs errata; errata alone are joined', () => {
  const record = (fields: Partial<Advisory>): Advisory => ({
    feed: 'redhat-csaf',
    id: 'CVE-2023-1111',
    aliases: [],
    related: [],
    namespace: 'rhel:9',
    package: 'lib',
    binary: true,
    module: 'none',
    status: 'affected',
    ranges: [],
    fixState: 'not-fixed',
    severities: [],
    ...fields,
  });
  const of93 = record({
    related: ['RHSA-2'],
    ranges: [{ fixed: '1-26.el9_3.2' }],
    fixState: 'fixed',
    modified: '2023-11-07',
  });
  const of92 = record({
    related: ['RHSA-1'],
    ranges: [{ fixed: '1-23.el9_2.4' }],
    fixState: 'fixed',
    modified: '2023-10-17',
  });
  const other = record({
    related: ['RHSA-3'],
    module: 'lib:2',
    ranges: [{ fixed: '2-1.module+el9.3.0' }],
    fixState: 'fixed',
  });
  const vexRecord = record({ modified: '2023-01-01' });
  assert.deepEqual(settleRecords([of93, vexRecord, of92]), [vexRecord]);
  assert.deepEqual(settleRecords([of93, of92, other]), [
    {
      ...of93,
      related: ['RHSA-2', 'RHSA-1'],
      ranges: [{ fixed: '1-23.el9_2.4' }, { introduced: '1-23.el9_3', fixed: '1-26.el9_3.2' }],
    },
    other,
  ]);
});

test('other documents are refused, large ones bounded', () => {
  for (const document of [
    {},
    [],
    { document: { category: 'csaf_base' }, vulnerabilities: [] },
    { document: { category: 'csaf_vex' } },
  ]) {
    assert.throws(() => readFeed(redhatCsaf, document), ParseError);
  }
  const large = { path: 'cve.json', bytes: () => new Uint8Array(LIMITS.csafBytes + 1) };
  assert.throws(() => redhatCsaf.read(large, {} as never), LimitError);
  const accepted = [
    'csaf_vex/2023/cve-2023-38545.json',
    'rhsa-2023_3821.json',
    'index.txt',
    'changes.csv',
    'meta/cve-1.txt',
  ];
  assert.deepEqual(accepted.filter(redhatCsaf.accepts), accepted.slice(0, 2));
});

test("Red Hat's document on curl's CVE-2023-38545", needsUnpacked(CURL), () => {
  const output = readFeed(redhatCsaf, unpackedFile(CURL), 'cve-2023-38545.json');
  assert.deepEqual([output.advisories.length, output.skipped, output.updated?.slice(0, 4)], [18, [], '2025']);
  assert.deepEqual(Object.keys(output.covered).sort(), ['rhel:6', 'rhel:7', 'rhel:8', 'rhel:9']);
  assert.deepEqual(
    output.advisories.find(({ namespace, package: name }) => namespace === 'rhel:9' && name === 'libcurl')?.ranges,
    [
      { limit: '7.76.1-14.el9_0.9' },
      { introduced: '7.76.1-14.el9_1', fixed: '7.76.1-23.el9_2.4' },
      { introduced: '7.76.1-23.el9_3', fixed: '7.76.1-26.el9_3.2' },
    ],
  );
  const rhel8 = output.advisories.filter(({ namespace }) => namespace === 'rhel:8');
  assert.deepEqual(
    rhel8.map(({ package: name, binary, status }) => `${binary ? '' : 'src:'}${name} ${status}`),
    ['curl', 'src:curl', 'libcurl', 'libcurl-devel', 'libcurl-minimal'].map((name) => `${name} not-affected`),
  );
});

test("Red Hat's document on snakeyaml's CVE-2022-38752, mostly about other products", needsUnpacked(SNAKEYAML), () => {
  const output = readFeed(redhatCsaf, unpackedFile(SNAKEYAML), 'cve-2022-38752.json');
  assert.deepEqual(summary(output), ['rhel:7 src:snakeyaml none will-not-fix []']);
  assert.deepEqual(
    output.advisories[0]?.severities.map(({ kind, raw, level }) => `${kind} ${raw.slice(0, 8)} ${level}`),
    ['vendor Moderate medium', 'cvss CVSS:3.1 medium'],
  );
});

test(
  'errata of module streams: the same CVE in three streams of ruby, each with its own fix',
  needsUnpacked(ERRATA),
  async () => {
    const files = globSync('**/rhsa-*.json', { cwd: unpacked(ERRATA) }).sort();
    const outputs = files.map((file) => readFeed(redhatCsaf, readFileSync(join(unpacked(ERRATA), file)), file));
    const counts = Object.fromEntries(
      files.map((file, index) => [
        file.split('/').at(-1),
        [outputs[index]?.advisories.length, outputs[index]?.skipped.length],
      ]),
    );
    assert.deepEqual(counts, {
      'rhsa-2023_3821.json': [93, 0],
      'rhsa-2023_7025.json': [128, 0],
      'rhsa-2024_0010.json': [21, 0],
      'rhsa-2024_0811.json': [9, 0],
      'rhsa-2024_1431.json': [116, 0],
      // Cut down to sources by those who use them in tests.
      'rhsa-2024_6163.json': [0, 1],
      'rhsa-2024_9371.json': [0, 1],
      // For extended life-cycle support of RHEL 6.
      'rhsa-2025_23414.json': [0, 12],
    });
    const file = join(temporaryFolder(), 'redhat.db');
    await buildAdvisorySet([{ feed: redhatCsaf, path: unpacked(ERRATA) }], file, { builtAt: '2026-01-01T00:00:00Z' });
    const set = openAdvisorySet(file);
    const ruby = set.lookup('rhel:8', 'ruby').filter(({ id }) => id === 'CVE-2021-33621');
    assert.deepEqual(ruby.map(({ module, ranges, related }) => [module, ranges[0]?.fixed, related]).sort(), [
      ['ruby:2.5', '2.5.9-111.module+el8.9.0+19193+435404ae', ['RHSA-2023:7025']],
      ['ruby:2.7', '2.7.8-139.module+el8.8.0+18745+f1bef313', ['RHSA-2023:3821']],
      ['ruby:3.1', '3.1.4-142.module+el8.9.0+21471+7d1e4a35', ['RHSA-2024:1431']],
    ]);
    set.close();
  },
);
