// Package databases that are links: what leads to a file of the image is read, what leads nowhere or in a circle is told, what leads out stays inside.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { writeOciLayout } from '../../demo/image/layout.ts';
import type { TarEntry } from '../../demo/image/tar.ts';
import { advisorySetOf } from '../../test/support/synthetic-set.ts';
import { openStore } from '../platform/store.ts';
import { registryAccess } from './image/registry/access.ts';
import { INVENTORY_MIGRATIONS } from './inventory/inventory-store.ts';
import { headerBlob, sqliteDatabase } from './inventory/rpm/test-databases.ts';
import { expandRelease } from './release/expand.ts';
import { scanRelease } from './scan-release.ts';

const OS: TarEntry = { path: 'etc/os-release', body: 'ID=test\nVERSION_ID=1\n' };
const APK = 'P:musl\nV:1\nA:x86_64\n\n';
const DPKG = 'Package: libc6\nStatus: install ok installed\nVersion: 2\nArchitecture: amd64\n\n';
const RPM = sqliteDatabase([headerBlob({ name: 'glibc', version: '3', release: '1' })]);

interface Case {
  readonly name: string;
  readonly entries: readonly TarEntry[];
  /** Names of the packages that are found; none: the image must have a gap instead. */
  readonly packages: readonly string[];
}

const link = (path: string, target: string): TarEntry => ({ path, type: 'symlink', link: target });
const file = (path: string, body: string | Uint8Array): TarEntry => ({ path, body });

const CASES: readonly Case[] = [
  {
    name: 'apk: the file itself, absolute',
    entries: [link('lib/apk/db/installed', '/data/db'), file('data/db', APK)],
    packages: ['musl'],
  },
  {
    name: 'dpkg: the file itself, relative',
    entries: [link('var/lib/dpkg/status', '../../../data/status'), file('data/status', DPKG)],
    packages: ['libc6'],
  },
  {
    name: 'rpm: the folder, as images whose /usr is all they ship',
    entries: [link('var/lib/rpm', '../../usr/lib/other/rpm'), file('usr/lib/other/rpm/rpmdb.sqlite', RPM)],
    packages: ['glibc'],
  },
  {
    name: 'dpkg: a folder of single packages',
    entries: [link('var/lib/dpkg/status.d', '/opt/status.d'), file('opt/status.d/libc6', DPKG)],
    packages: ['libc6'],
  },
  {
    name: 'apk: a chain of links through folders and files',
    entries: [
      link('lib/apk', '/a/apk'),
      link('a', '/b'),
      link('b/apk/db/installed', '../../../c/installed'),
      link('c/installed', 'real'),
      file('c/real', APK),
    ],
    packages: ['musl'],
  },
  {
    name: 'apk: more steps up than there are folders end at the root, as in a container',
    entries: [link('lib/apk/db/installed', `${'../'.repeat(30)}data/db`), file('data/db', APK)],
    packages: ['musl'],
  },
  { name: 'apk: a link to nothing', entries: [link('lib/apk/db/installed', '/nowhere')], packages: [] },
  { name: 'apk: a link to itself', entries: [link('lib/apk/db/installed', 'installed')], packages: [] },
  {
    name: 'rpm: two links that name each other',
    entries: [link('var/lib/rpm', '/usr/lib/rpm'), link('usr/lib/rpm', '/var/lib/rpm')],
    packages: [],
  },
  {
    name: 'dpkg: a link to a file of the machine that scans',
    entries: [link('var/lib/dpkg/status', '/../../../../var/lib/dpkg/status.d/../status')],
    packages: [],
  },
  {
    name: 'dpkg: a link to a folder',
    entries: [link('var/lib/dpkg/status', '/etc')],
    packages: [],
  },
];

for (const { name, entries, packages } of CASES) {
  test(`${name}, in one layer and in two`, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'plimsoll-links-'));
    try {
      const [first = OS, ...others] = entries;
      writeOciLayout(join(folder, 'one'), [{ tag: 'a', layers: [[OS, ...entries]] }]);
      writeOciLayout(join(folder, 'two'), [{ tag: 'a', layers: [[OS, ...others], [first]] }]);
      for (const layout of ['one', 'two']) {
        const { assessment } = await scan(`oci:${folder}/${layout}:a`);
        assert.deepEqual(
          assessment.packages.map((found) => found.name),
          packages,
          layout,
        );
        if (packages.length === 0) assert.ok(assessment.gaps.some(({ kind }) => kind === 'undecidable'));
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
}

async function scan(target: string): ReturnType<typeof scanRelease> {
  const store = await openStore(':memory:', INVENTORY_MIGRATIONS);
  try {
    return await scanRelease(await expandRelease(target), {
      set: advisorySetOf([]),
      severityPolicy: 'vendor-then-cvss-then-nvd',
      asOf: '2026-01-01',
      store,
      jobs: 1,
      access: registryAccess({}),
      onProgress: () => undefined,
    });
  } finally {
    await store.close();
  }
}
