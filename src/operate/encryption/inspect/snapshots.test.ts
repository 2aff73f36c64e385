// Holds the counts against those that another reader found in real snapshots and a real WAL of etcd 3.4 under kube-apiserver 1.20.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { needsShared, sharedPath } from '../../../../test/support/needs.ts';
import { parseConfiguration } from '../configuration/read.ts';
import { readBuckets } from '../etcd/bolt-buckets.ts';
import { readMeta } from '../etcd/bolt-page.ts';
import { openWindow } from '../etcd/byte-window.ts';
import { ReachedPages } from '../etcd/reached-pages.ts';
import { inspect } from './inspect.ts';
import type { FileInspection, Inspection, WriterCounts } from './inspection.ts';
import { JudgedResources } from './judged-resources.ts';

const FOLDER = 'data/encryption';
const SNAPSHOTS = [
  '0-plaintext',
  '1-aescbc-old-revisions-kept',
  '2-aescbc-compacted-not-defragged',
  '3-aescbc-compacted-defragged',
];
const VERDICTS = ['plaintext-found', 'plaintext-found', 'plaintext-found', 'proof'];
const MARKER = 'PLAINTEXT-MARKER-ONE';

interface Expected {
  readonly meta: { readonly pgid: string; readonly txid: string };
  readonly buckets: readonly string[];
  readonly metaB: Readonly<Record<string, string>>;
  readonly freePages: number;
  readonly revisions: number;
  readonly hist: Readonly<Record<string, number>>;
  readonly hits: Readonly<Record<string, { readonly reachable: number; readonly free: number }>>;
}

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-inspect-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** Inspects one of them, packed as it is or unpacked. */
async function inspected(name: string, resources: readonly string[], config?: string): Promise<Inspection> {
  const configuration = config === undefined ? undefined : parseConfiguration(config, 'keys.yaml');
  return await inspect([{ path: sharedPath(`${FOLDER}/snapshots/${name}`), name }], {
    judged: new JudgedResources(resources),
    ...(configuration === undefined ? {} : { configuration }),
  });
}

/** Numbers of `secrets/current/plain-protobuf` and the like, as our words for them. */
function expectedCounts(hist: Expected['hist'], state: 'current' | 'old', isSecret: boolean): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const [name, value] of Object.entries(hist)) {
    const [resource, when, writer = ''] = name.split('/');
    if (when !== state || (resource === 'secrets') !== isSecret) continue;
    const key = writer.startsWith('plain-') ? 'identity' : writer.replace(':v1:', ':');
    counts[key] = (counts[key] ?? 0) + value;
  }
  return counts;
}

function added(a: WriterCounts, b: WriterCounts, sign = 1): Record<string, number> {
  const all = new Set([...Object.keys(a), ...Object.keys(b)]);
  const sums = [...all].map((key) => [key, (a[key] ?? 0) + sign * (b[key] ?? 0)] as const);
  return Object.fromEntries(sums.filter(([, value]) => value !== 0));
}

function onlyFile({ files }: Inspection): FileInspection {
  assert.equal(files.length, 1);
  const [file] = files;
  assert.ok(file !== undefined);
  return file;
}

describe('real snapshots', needsShared(FOLDER), () => {
  for (const [index, name] of SNAPSHOTS.entries()) {
    test(`${name}: revisions, histogram, free pages and verdict are as expected`, async () => {
      const path = sharedPath(`${FOLDER}/snapshots/${name}`);
      const expected: Expected = JSON.parse(readFileSync(`${path}.expected.json`, 'utf8'));
      const result = await inspected(`${name}.snapshot.db.gz`, ['secrets']);
      const file = onlyFile(result);
      assert.equal(result.verdict, VERDICTS[index]);
      assert.deepEqual([file.kind, file.packed, result.gaps], ['snapshot', 'gzip', []]);
      assert.equal(file.revisions, expected.revisions);
      assert.deepEqual(file.values.current, expectedCounts(expected.hist, 'current', true));
      // The other reader counted values of deleted keys with the old ones.
      assert.deepEqual(added(file.values.old, file.values.deleted), expectedCounts(expected.hist, 'old', true));
      const hits = expected.hits[MARKER];
      assert.deepEqual(file.plaintext, { reachable: hits?.reachable, free: hits?.free, wal: 0 });
      assert.deepEqual([file.freePages, file.orphanPages], [expected.freePages, 0]);
      const compacted = expected.metaB['finishedCompactRev'];
      assert.equal(file.compactedRevision, compacted === undefined ? undefined : Number(`0x${compacted.slice(0, 16)}`));

      const all = onlyFile(await inspected(`${name}.snapshot.db.gz`, ['*.*']));
      assert.deepEqual(
        added(all.values.current, file.values.current, -1),
        expectedCounts(expected.hist, 'current', false),
      );
      const others = added(added(all.values.old, all.values.deleted), added(file.values.old, file.values.deleted), -1);
      assert.deepEqual(others, expectedCounts(expected.hist, 'old', false));
    });

    test(`${name}: unpacked it gives the same`, async () => {
      const packed = sharedPath(`${FOLDER}/snapshots/${name}.snapshot.db.gz`);
      const path = join(folder, name);
      writeFileSync(path, gunzipSync(readFileSync(packed)));
      const judged = new JudgedResources(['secrets']);
      const { packed: _, ...same } = onlyFile(await inspect([{ path: packed, name: 'one' }], { judged }));
      assert.deepEqual(onlyFile(await inspect([{ path, name: 'one' }], { judged })), same);
    });

    test(`${name}: the meta page and the buckets are as expected`, async () => {
      const path = sharedPath(`${FOLDER}/snapshots/${name}`);
      const expected: Expected = JSON.parse(readFileSync(`${path}.expected.json`, 'utf8'));
      const window = await openWindow(`${path}.snapshot.db.gz`);
      const meta = await readMeta(window);
      assert.ok(meta !== undefined);
      assert.deepEqual([meta.pageCount, meta.transaction], [Number(expected.meta.pgid), BigInt(expected.meta.txid)]);
      const { roots } = await readBuckets(window, meta, new ReachedPages(window, meta), 'key');
      assert.deepEqual([...roots.keys()].sort(), expected.buckets);
      window.close();
    });
  }

  test('the bytes of every place are those of a Secret in plain text', async () => {
    const packed = readFileSync(sharedPath(`${FOLDER}/snapshots/${SNAPSHOTS[0]}.snapshot.db.gz`));
    const bytes = gunzipSync(packed);
    const { places } = onlyFile(await inspected(`${SNAPSHOTS[0]}.snapshot.db.gz`, ['secrets']));
    assert.equal(places.length, 18);
    for (const { offset, key = '' } of places) {
      const value = bytes.subarray(offset, offset + 300).toString('latin1');
      assert.ok(value.startsWith('k8s\0\n\x0c\n\x02v1\x12\x06Secret'));
      assert.ok(value.includes(key.split('/').at(-1) ?? ''));
    }
  });

  test('with the keys all values open to what their etcd keys name; without one of them they do not', async () => {
    const [, , , defragged] = SNAPSHOTS;
    const configOf = (file: string): string => readFileSync(sharedPath(`${FOLDER}/configs/${file}`), 'utf8');
    const right = await inspected(`${defragged}.snapshot.db.gz`, ['secrets'], configOf('3-rotate-b.yaml'));
    assert.deepEqual([right.verdict, onlyFile(right).opened], ['proof', { right: 11, wrong: 0, places: [] }]);
    assert.match(onlyFile(right).writers[0]?.fingerprint ?? '', /^kfp/);
    for (const [config, reason] of [
      [configOf('8-samename.yaml').replace('key2', 'key1'), 'refused'],
      [configOf('6-aesgcm.yaml'), 'no-key'],
    ] as const) {
      const wrong = await inspected(`${defragged}.snapshot.db.gz`, ['secrets'], config);
      const { opened } = onlyFile(wrong);
      assert.deepEqual([wrong.verdict, opened?.wrong, opened?.places[0]?.reason], ['not-proven', 11, reason], config);
    }
  });

  test('the WAL holds what the database has forgotten', async () => {
    const result = await inspected('wal-of-0-to-5.trimmed.wal.gz', ['secrets']);
    const file = onlyFile(result);
    assert.deepEqual([result.verdict, file.kind, result.gaps], ['plaintext-found', 'wal', []]);
    assert.deepEqual(file.plaintext, { reachable: 0, free: 0, wal: 12 });
    const written = file.writers.map(({ writer, wal }) => [writer.slice(0, 12), wal]);
    assert.deepEqual(written, [
      ['aescbc:aescb', 1],
      ['aescbc:key1', 11],
      ['aescbc:key2', 6],
      ['identity', 12],
    ]);
  });
});
