import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { readFeed } from '../../../test/support/recording-sink.ts';
import { LimitError, ParseError } from '../../platform/errors.ts';
import { FEEDS, findFeed } from './registry.ts';

const UPDATEINFO = `<updates><update type="security" status="final"><id>RLSA-2023:0340</id><title>Moderate: nodejs:18 security update</title>
<issued date="2023-02-28 08:00:00"/><severity>Moderate</severity><release>Rocky Linux 9</release>
<references><reference href="https://example.org/" id="CVE-2022-4203" type="cve"/></references>
<pkglist><collection><module name="nodejs" stream="18"/><package name="npm" epoch="1" version="9" release="1.el9" arch="x86_64"/></collection></pkglist>
</update></updates>`;

const CSAF = {
  document: {
    category: 'csaf_vex',
    tracking: { id: 'CVE-2023-38545', current_release_date: '2023-11-07T10:27:03+00:00' },
  },
  product_tree: {
    branches: [
      {
        product: {
          product_id: 'BaseOS',
          product_identification_helper: { cpe: 'cpe:/o:redhat:enterprise_linux:9::baseos' },
        },
      },
      {
        product: {
          product_id: 'curl',
          product_identification_helper: { purl: 'pkg:rpm/redhat/curl@7.76.1-26.el9_3.2?arch=x86_64&rpmmod=a:1' },
        },
      },
    ],
    relationships: [
      {
        product_reference: 'curl',
        relates_to_product_reference: 'BaseOS',
        full_product_name: { product_id: 'BaseOS:curl' },
      },
    ],
  },
  vulnerabilities: [
    {
      cve: 'CVE-2023-38545',
      product_status: { fixed: ['BaseOS:curl'] },
      remediations: [{ category: 'none_available', details: 'Affected', product_ids: ['BaseOS:curl'] }],
      threats: [{ category: 'impact', details: 'Important', product_ids: ['BaseOS:curl'] }],
      scores: [
        { products: ['BaseOS:curl'], cvss_v3: { vectorString: 'CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:H/A:H' } },
      ],
    },
  ],
};

/** One good document of every feed: what the fuzz test damages. */
const SAMPLES: Readonly<Record<string, readonly (readonly [path: string, document: unknown])[]>> = {
  'alpine-secdb': [
    [
      'main.json',
      {
        distroversion: 'v3.15',
        packages: [{ pkg: { name: 'zlib', secfixes: { '1.2.12-r0': ['CVE-2018-25032 X-1'] } } }],
      },
    ],
    [
      'main.yaml',
      'distroversion: v3.11\npackages:\n  - pkg:\n      name: zlib\n      secfixes:\n        1.2.11-r4:\n          - CVE-2022-37434\n',
    ],
  ],
  'debian-mirror': [
    [
      'changelogs.json',
      {
        format: 'plimsoll-debian-mirror-1',
        suites: [
          { uri: 'https://example.org/debian', suite: 'bookworm', date: '2026-11-20T00:12:41Z', signedBy: ['F'] },
        ],
        namespaces: ['debian:12'],
        packages: [
          {
            namespace: 'debian:12',
            source: 'zlib',
            installed: '1:1.2.13-1',
            newest: '1:1.2.13-2',
            path: 'pool/z.deb',
            sha256: 'f',
            changelog:
              'zlib (1:1.2.13-2) bookworm; urgency=medium\n\n  * Fix CVE-2018-25032\n\n -- A <a@example.org>  Tue, 29 Sep 2026 08:59:07 +0700\n\nzlib (1:1.2.13-1) unstable; urgency=medium\n\n  * First\n\n -- A <a@example.org>  Tue, 29 Sep 2026 08:59:07 +0700\n',
          },
        ],
      },
    ],
  ],
  'debian-tracker': [
    [
      'tracker.json',
      {
        zlib: {
          'CVE-2018-25032': {
            releases: { bullseye: { status: 'resolved', fixed_version: '1:1.2.11', urgency: 'low' } },
          },
        },
      },
    ],
    [
      'DSA/list',
      '[01 Apr 2022] DSA-5111-1 zlib - security update\n\t{CVE-2018-25032}\n\t[bullseye] - zlib 1:1.2.11.dfsg-2+deb11u1\n',
    ],
  ],
  eol: [
    [
      'eol.yaml',
      'endOfLife:\n  - os: alpine:3.15\n    date: 2023-11-01\n    source: https://alpinelinux.org/releases/\n',
    ],
  ],
  epss: [
    [
      'epss.csv',
      '#model_version:v2023.03.01,score_date:2024-10-25T00:00:00+0000\ncve,epss,percentile\nCVE-1999-0005,0.9,0.99\n',
    ],
  ],
  gitlab: [
    [
      'npm/minimist/CVE-2020-7598.yml',
      '---\nidentifier: CVE-2020-7598\nidentifiers: [CVE-2020-7598]\npackage_slug: npm/minimist\ndate: "2021-07-21"\naffected_range: "<0.2.1 || >=1.0.0 <1.2.3"\nfixed_versions: ["0.2.1", "1.2.3"]\ncvss_v3: CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:L/I:L/A:L\n',
    ],
  ],
  kev: [
    [
      'kev.json',
      { dateReleased: '2022-04-06', vulnerabilities: [{ cveID: 'CVE-2021-44228', dateAdded: '2021-12-10' }] },
    ],
  ],
  osv: [
    [
      'GHSA.json',
      {
        id: 'GHSA-jfh8-c2jp-5v3q',
        modified: '2022-03-25T20:56:18Z',
        aliases: ['CVE-2021-44228'],
        severity: [{ type: 'CVSS_V3', score: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H' }],
        affected: [
          {
            package: { ecosystem: 'Maven', name: 'a:b' },
            ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '2.4' }, { fixed: '2.12.2' }] }],
            versions: ['2.4.1'],
          },
        ],
      },
    ],
  ],
  nvd: [
    [
      'nvdcve-2.0-2024.json',
      {
        vulnerabilities: [
          {
            cve: {
              id: 'CVE-2018-25032',
              lastModified: '2026-07-14T12:16:46.733',
              vulnStatus: 'Modified',
              metrics: {
                cvssMetricV31: [
                  {
                    source: 'nvd@nist.gov',
                    cvssData: { vectorString: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H' },
                  },
                ],
              },
            },
          },
        ],
      },
    ],
  ],
  'redhat-csaf': [['2023/cve-2023-38545.json', CSAF]],
  'rpm-updateinfo': [['repodata/abc-updateinfo.xml', UPDATEINFO]],
  rustsec: [
    [
      'crates/openssl/RUSTSEC-2018-0010.md',
      '```toml\n[advisory]\nid = "RUSTSEC-2018-0010"\npackage = "openssl"\naliases = ["CVE-2018-20997"]\ndate = "2018-06-01"\n[versions]\npatched = [">= 0.10.9", "^0.9.1"]\nunaffected = ["< 0.10.8"]\n```\n\n# Title\n',
    ],
  ],
  'suse-cvrf': [
    [
      'cvrf-suse-su-2022-1061-1.xml',
      '<cvrfdoc><DocumentTracking><Identification><ID>SUSE-SU-2022:1061-1</ID></Identification></DocumentTracking><Vulnerability><CVE>CVE-2018-25032</CVE><ProductStatuses><Status Type="Fixed"><ProductID>SUSE Linux Enterprise Server 15 SP3:libz1-1.2.11-150000.3.30.1</ProductID></Status></ProductStatuses><Threats><Threat Type="Impact"><Description>important</Description></Threat></Threats></Vulnerability></cvrfdoc>',
    ],
  ],
  vulnrichment: [
    [
      '2021/44xxx/CVE-2021-44228.json',
      {
        cveMetadata: { cveId: 'CVE-2021-44228', state: 'PUBLISHED' },
        containers: {
          adp: [
            {
              providerMetadata: { shortName: 'CISA-ADP', dateUpdated: '2024-07-01T16:33:28.685Z' },
              metrics: [
                {
                  other: {
                    type: 'ssvc',
                    content: {
                      options: [{ Exploitation: 'active' }, { Automatable: 'yes' }, { 'Technical Impact': 'total' }],
                    },
                  },
                },
                { cvssV3_1: { vectorString: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H' } },
              ],
            },
          ],
        },
      },
    ],
  ],
};

test('every feed has what its users and the updater need', () => {
  const ids = FEEDS.map((feed) => feed.id);
  assert.deepEqual(ids, [...new Set(ids)].sort(), 'sorted, unique ids');
  for (const feed of FEEDS) {
    assert.match(feed.id, /^[a-z][a-z-]*$/);
    assert.ok(existsSync(join(import.meta.dirname, feed.id, 'index.ts')), `${feed.id} is a folder`);
    assert.ok(feed.title.length > 3 && feed.licence.length > 3, feed.id);
    for (const url of [...(feed.downloads ?? []), ...(feed.home === undefined ? [] : [feed.home])]) {
      assert.equal(new URL(url).protocol, 'https:', url);
    }
    if (feed.downloads !== undefined) assert.ok(feed.home !== undefined, `${feed.id} names its publisher`);
    assert.equal(findFeed(feed.id), feed);
    for (const [path, document] of SAMPLES[feed.id] ?? assert.fail(`${feed.id} has no sample`)) {
      assert.ok(feed.accepts(path), `${feed.id} accepts ${path}`);
      const { advisories, kev, epss, severities, ssvc, endOfLife, skipped } = readFeed(feed, document, path);
      const found = advisories.length + Object.keys({ ...kev, ...epss, ...severities, ...ssvc, ...endOfLife }).length;
      assert.deepEqual([found, skipped], [1, []], `${feed.id} ${path}`);
      for (const advisory of advisories) assert.equal(advisory.feed, feed.id);
    }
  }
  assert.equal(findFeed('nonsense'), undefined);
});

test('nothing but ParseError and LimitError comes out of a feed, whatever the bytes', () => {
  for (const feed of FEEDS) {
    for (const [path, document] of SAMPLES[feed.id] ?? []) {
      const text = typeof document === 'string' ? document : JSON.stringify(document);
      fc.assert(
        fc.property(fc.oneof(fc.uint8Array(), damaged(text)), (bytes) => survives(feed.id, path, bytes)),
        { numRuns: 300 },
      );
      if (typeof document !== 'string') {
        fc.assert(
          fc.property(
            fc.json(),
            mutated(document),
            (any, changed) => survives(feed.id, path, any) && survives(feed.id, path, changed),
          ),
          { numRuns: 300 },
        );
      }
    }
  }
});

function survives(feedId: string, path: string, document: unknown): boolean {
  try {
    const { advisories } = readFeed(findFeed(feedId) ?? assert.fail(), document, path);
    // What passes is well-formed enough to be stored.
    for (const advisory of advisories)
      for (const name of [advisory.id, advisory.namespace, advisory.package]) assert.equal(typeof name, 'string');
  } catch (error) {
    if (!(error instanceof ParseError || error instanceof LimitError)) throw error;
  }
  return true;
}

/** The text with a stretch cut out, doubled or overwritten. */
function damaged(text: string): fc.Arbitrary<Uint8Array> {
  const bytes = Buffer.from(text);
  return fc
    .tuple(fc.nat(bytes.length), fc.nat(bytes.length), fc.uint8Array({ maxLength: 8 }))
    .map(([a, b, inserted]) =>
      Buffer.concat([bytes.subarray(0, Math.max(a, b)), inserted, bytes.subarray(Math.min(a, b))]),
    );
}

/** The document with one member, anywhere inside, replaced by any JSON value. */
function mutated(document: unknown): fc.Arbitrary<unknown> {
  const places = [...placesIn(document)];
  return fc.tuple(fc.constantFrom(...places), fc.jsonValue()).map(([place, value]) => {
    const copy = structuredClone(document);
    let target = copy as Record<string, unknown>;
    for (const key of place.slice(0, -1)) target = target[key] as Record<string, unknown>;
    target[place.at(-1) ?? ''] = value;
    return copy;
  });
}

function* placesIn(value: unknown, place: readonly string[] = []): Generator<readonly string[]> {
  if (place.length > 0) yield place;
  if (typeof value !== 'object' || value === null) return;
  for (const [key, member] of Object.entries(value)) yield* placesIn(member, [...place, key]);
}
