import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { needsPrograms } from '../../../../test/support/needs.ts';
import { PlimsollError } from '../../../platform/errors.ts';
import type { EntryHeader, LayerReport } from './layer-report.ts';
import { readListing } from './listing.ts';
import { readLayer } from './read-layer.ts';
import type { Reader } from './reader.ts';
import { readRootfs } from './rootfs.ts';

const READER: Reader = {
  id: 'r',
  version: 1,
  reads: ['etc/name', '**/mark'],
  read: (body) => ({ data: Buffer.from(body).toString() }),
};

describe('readRootfs', () => {
  let root = '';
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'plimsoll-rootfs-'));
    mkdirSync(join(root, 'etc'));
    mkdirSync(join(root, 'opt/deep'), { recursive: true });
    writeFileSync(join(root, 'etc/name'), 'inside');
    writeFileSync(join(root, 'opt/deep/mark'), 'deep');
    chmodSync(join(root, 'opt/deep/mark'), 0o4755);
    symlinkSync('/etc', join(root, 'opt/link'));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  test('gives the facts and the listing of the tree, without following links', () => {
    symlinkSync('/etc/hostname', join(root, 'opt/mark'));
    const report = readRootfs(root, [READER]);
    assert.deepEqual(
      report.facts.map((fact) => `${fact.path}=${String(fact.data)}`),
      ['etc/name=inside', 'opt/deep/mark=deep'],
    );
    assert.deepEqual(report.unknowns, []);
    assert.deepEqual(
      listed(report).map((entry) => `${entry.path} ${entry.link ?? ''}`.trim()),
      ['etc', 'etc/name', 'opt', 'opt/deep', 'opt/deep/mark', 'opt/link /etc', 'opt/mark /etc/hostname'],
    );
  });

  test('law: a tree and its tar archive give the same facts and headers', needsPrograms('tar'), async () => {
    const archive = execFileSync('tar', ['-C', root, '--sort=name', '-cf', '-', '.']);
    const layer = await readLayer(() => [archive], { readers: [READER] });
    const tree = readRootfs(root, [READER]);
    assert.deepEqual(tree.facts, layer.facts);
    assert.deepEqual(sorted(listed(tree)), sorted(listed(layer)));
  });

  test('the digest follows content and modes', () => {
    const before = readRootfs(root, [READER]).digest;
    assert.equal(readRootfs(root, [READER]).digest, before);
    writeFileSync(join(root, 'etc/name'), 'INSIDE');
    const changed = readRootfs(root, [READER]).digest;
    assert.notEqual(changed, before);
    chmodSync(join(root, 'etc'), 0o700);
    assert.notEqual(readRootfs(root, [READER]).digest, changed);
  });

  test('the root may be named through a link', () => {
    const name = join(root, '..', `${basename(root)}-link`);
    symlinkSync(root, name);
    try {
      assert.equal(readRootfs(name, [READER]).digest, readRootfs(root, [READER]).digest);
    } finally {
      rmSync(name);
    }
  });

  test('a large file that nobody knows by its first bytes is not read', () => {
    writeFileSync(join(root, 'var'), 'none of the magics');
    truncateSync(join(root, 'var'), 1024 ** 4);
    const sniffer: Reader = {
      id: 's',
      version: 1,
      reads: [],
      content: { magics: [[1, 2, 3, 4]], minBytes: 4, open: () => ({ push: () => undefined, end: () => ({}) }) },
    };
    assert.deepEqual(readRootfs(root, [sniffer]).unknowns, []);
  });

  test('a folder that is not there is a clear error', () => {
    assert.throws(
      () => readRootfs(join(root, 'nothing'), [READER]),
      (error) => error instanceof PlimsollError && error.code === 'input-unreadable',
    );
  });
});

function listed(report: LayerReport): readonly EntryHeader[] {
  const entries: EntryHeader[] = [];
  readListing(report.listing, (entry) => entries.push(entry));
  return entries;
}

function sorted(entries: readonly EntryHeader[]): readonly EntryHeader[] {
  return [...entries].sort((a, b) => (a.path < b.path ? -1 : 1));
}
