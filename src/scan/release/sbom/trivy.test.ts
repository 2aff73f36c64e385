// Real documents: Trivy reads OCI images of real root file systems and writes bills of materials; our scan reads the same images. Both must find
// the same packages, under the same package URLs, with the same source packages, namespaces and layers.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { writeOciLayout } from '../../../../demo/image/layout.ts';
import type { TarEntry } from '../../../../demo/image/tar.ts';
import { needsShared, sharedPath } from '../../../../test/support/needs.ts';
import { needsTrivy, trivyProgram } from '../../../../test/support/reference-programs.ts';
import { needsUnpacked, unpackedFile } from '../../../../test/support/unpacked.ts';
import { digestOf } from '../../../platform/canonical.ts';
import { openStore, type Store } from '../../../platform/store.ts';
import type { AdvisorySet } from '../../advisory/advisory.ts';
import type { Assessment } from '../../assess/assessment.ts';
import { registryAccess } from '../../image/registry/access.ts';
import { INVENTORY_MIGRATIONS } from '../../inventory/inventory-store.ts';
import { scanRelease } from '../../scan-release.ts';
import { expandRelease } from '../expand.ts';

const root = mkdtempSync(join(tmpdir(), 'plimsoll-trivy-sbom-'));
let store: Store;
before(async () => {
  store = await openStore(':memory:', INVENTORY_MIGRATIONS);
});
after(async () => {
  await store.close();
  rmSync(root, { recursive: true });
});

const NO_ADVISORIES: AdvisorySet = {
  id: digestOf(''),
  builtAt: '2026-01-01',
  starter: false,
  feeds: [],
  lookup: () => [],
  enrichment: () => undefined,
  endOfLife: () => undefined,
  close: () => undefined,
};

async function scan(target: string): Promise<Assessment> {
  const { assessment } = await scanRelease(await expandRelease(target), {
    set: NO_ADVISORIES,
    severityPolicy: 'vendor-then-cvss-then-nvd',
    asOf: '2026-01-01',
    store,
    jobs: 1,
    access: registryAccess({}),
    onProgress: () => undefined,
  });
  return assessment;
}

/** What must agree; the path is where each program looked, so it is compared for languages only. */
function comparable({ packages }: Assessment): readonly string[] {
  return packages
    .map(({ purl, name, version, scheme, source, namespace, location }) =>
      JSON.stringify({ purl, name, version, scheme, source, namespace, layer: location.layer }),
    )
    .sort();
}

/** Writes the image, lets Trivy describe it, and compares with our own scan of the image. */
async function compareWithTrivy(
  name: string,
  layer: readonly TarEntry[] | Buffer,
  packages: number,
  formats: readonly string[] = ['cyclonedx'],
): Promise<void> {
  const layout = join(root, name);
  writeOciLayout(layout, [{ tag: 'latest', layers: [layer] }]);
  const own = await scan(`oci:${layout}`);
  assert.equal(own.packages.length, packages);
  for (const format of formats) {
    const file = join(root, `${name}.${format}.json`);
    const args = ['image', '--quiet', '--input', layout, '--format', format, '--offline-scan', '--output', file];
    execFileSync(trivyProgram() ?? '', [...args, '--cache-dir', join(root, 'cache')], {
      env: { HOME: root },
      stdio: 'pipe',
    });
    const described = await scan(`sbom:${file}`);
    assert.deepEqual(comparable(described), comparable(own), `${name} as ${format}`);
    assert.deepEqual(described.images[0]?.os, own.images[0]?.os);
    assert.equal(described.images[0]?.platform, 'linux/amd64');
    assert.equal(described.images[0]?.digest, digestOf(readFileSync(file)));
  }
}

const BOTH = ['cyclonedx', 'spdx-json'];
const ALPINE = 'data/rootfs/alpine-minirootfs-3.15.11-x86_64.metadata-only.tar.gz';
const EDGE = 'data/rootfs/alpine-minirootfs-20210212-x86_64.metadata-only.tar.gz';
const DEBIAN = 'data/rootfs/debian-12-minbase-metadata-only.tar.xz';
const MARINER = 'data/rootfs/rpmdb/cbl-mariner-2.0.rpmdb.sqlite.gz';
const SLES = 'data/rootfs/rpmdb/sle15-bci.Packages.db.gz';

function skipUnless(...needs: readonly { readonly skip: string | false }[]): { skip: string | false } {
  return needs.find(({ skip }) => skip !== false) ?? { skip: false };
}

function unpackedGzip(path: string): Buffer {
  return gunzipSync(readFileSync(sharedPath(path)));
}

test('Alpine', skipUnless(needsTrivy(), needsShared(ALPINE)), () =>
  compareWithTrivy('alpine', unpackedGzip(ALPINE), 14, BOTH),
);

test('Alpine edge', skipUnless(needsTrivy(), needsShared(EDGE)), () =>
  compareWithTrivy('edge', unpackedGzip(EDGE), 14),
);

test('Debian, with epochs and source packages of other versions', skipUnless(needsTrivy(), needsUnpacked(DEBIAN)), () =>
  compareWithTrivy('debian', unpackedFile(DEBIAN), 88, BOTH),
);

test(
  'Mariner, whose package URLs Trivy once gave a type of their own',
  skipUnless(needsTrivy(), needsShared(MARINER)),
  () =>
    compareWithTrivy(
      'mariner',
      [
        { path: 'etc/mariner-release', body: 'CBL-Mariner 2.0.20220527\n' },
        { path: 'etc/os-release', body: 'ID=mariner\nVERSION_ID="2.0"\n' },
        { path: 'var/lib/rpm/rpmdb.sqlite', body: unpackedGzip(MARINER) },
      ],
      129,
    ),
);

test('SUSE', skipUnless(needsTrivy(), needsShared(SLES)), () =>
  compareWithTrivy(
    'sles',
    [
      { path: 'etc/os-release', body: 'NAME="SLES"\nID="sles"\nVERSION_ID="15.3"\n' },
      { path: 'usr/lib/sysimage/rpm/Packages.db', body: unpackedGzip(SLES) },
    ],
    35,
  ),
);

test('packages of languages', needsTrivy(), () =>
  compareWithTrivy(
    'languages',
    [
      { path: 'etc/os-release', body: 'ID=alpine\nVERSION_ID=3.15.11\n' },
      { path: 'lib/apk/db/installed', body: 'C:Q1x\nP:libcrypto1.1\nV:1.1.1n-r0\nA:x86_64\no:openssl\n\n' },
      { path: 'srv/node_modules/@hapi/hoek/package.json', body: '{"name": "@hapi/hoek", "version": "9.2.1"}' },
      { path: 'srv/node_modules/minimist/package.json', body: '{"name": "minimist", "version": "1.2.5"}' },
      {
        path: 'usr/lib/python3.9/site-packages/Jinja2-2.11.2.dist-info/METADATA',
        body: 'Metadata-Version: 2.1\nName: Jinja2\nVersion: 2.11.2\n\n',
      },
    ],
    4,
    BOTH,
  ),
);
