// A real etcd as the judge: after random writes, deletions, compactions and defragmentations our counts are what etcd itself answers at every revision that
// it still knows, and the values in plain text in free pages are those that a plain search of the bytes finds besides.
import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { type LocalEtcd, startEtcd } from '../../../../demo/etcd.ts';
import { needsPrograms } from '../../../../test/support/needs.ts';
import { plainSecret } from '../etcd/test-files.ts';
import { inspect } from './inspect.ts';
import type { FileInspection } from './inspection.ts';
import { JudgedResources } from './judged-resources.ts';

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-etcd-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const PREFIX = '/registry/secrets/';
const NEEDLE = Buffer.from('\n\x02v1\x12\x06Secret', 'latin1');

type Action =
  | {
      readonly do: 'put';
      readonly name: number;
      readonly size: number;
      readonly writer: 'identity' | 'aescbc:key1' | 'aescbc:key2';
    }
  | { readonly do: 'delete'; readonly name: number }
  | { readonly do: 'compact'; readonly back: number }
  | { readonly do: 'defragment' };

const name = fc.nat(12);
const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 20,
    arbitrary: fc.record({
      do: fc.constant('put' as const),
      name,
      size: fc.oneof(fc.nat(300), fc.nat(20_000)),
      writer: fc.constantFrom('identity' as const, 'aescbc:key1' as const, 'aescbc:key2' as const),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('delete' as const), name }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('compact' as const), back: fc.nat(30) }) },
  { weight: 1, arbitrary: fc.constant({ do: 'defragment' as const }) },
);

/** Counts by `STATE WRITER` of all values within reach, from etcd's own answers at every revision from the compacted one on. */
async function answersOf(etcd: LocalEtcd, compacted: number): Promise<Record<string, number>> {
  const revision = await etcd.revision();
  const values = new Map<string, { key: string; writer: string }>();
  let current = new Map<string, string>();
  for (let at = Math.max(1, compacted); at <= revision; at += 1) {
    current = new Map();
    for (const { key, value, modified } of await etcd.range(PREFIX, at)) {
      const writer = /^k8s:enc:(\w+):v1:(\w+):/.exec(value.toString('latin1'));
      const id = `${key}@${modified}`;
      values.set(id, { key, writer: writer === null ? 'identity' : `${writer[1]}:${writer[2]}` });
      current.set(key, id);
    }
  }
  const counts: Record<string, number> = {};
  for (const [id, { key, writer }] of values) {
    const state = current.get(key) === id ? 'current' : current.has(key) ? 'old' : 'deleted';
    counts[`${state} ${writer}`] = (counts[`${state} ${writer}`] ?? 0) + 1;
  }
  return counts;
}

function countsOf({ values }: FileInspection): Record<string, number> {
  const rows = (['current', 'old', 'deleted'] as const).flatMap((state) =>
    Object.entries(values[state]).map(([writer, count]) => [`${state} ${writer}`, count] as const),
  );
  return Object.fromEntries(rows);
}

function occurrences(bytes: Buffer): number {
  let found = 0;
  for (let at = bytes.indexOf(NEEDLE); at >= 0; at = bytes.indexOf(NEEDLE, at + 1)) found += 1;
  return found;
}

test('law: our counts are those of etcd', needsPrograms('etcd', 'etcdctl'), async () => {
  let run = 0;
  const law = fc.asyncProperty(fc.array(action, { minLength: 20, maxLength: 90 }), async (actions) => {
    run += 1;
    const place = mkdtempSync(join(folder, 'run-'));
    const etcd = await startEtcd(place);
    let compacted = 0;
    let plainWritten = 0;
    try {
      for (const [at, one] of actions.entries()) {
        const key = `${PREFIX}demo/s${'name' in one ? one.name : ''}`;
        if (one.do === 'put') {
          const isPlain = one.writer === 'identity';
          const content = 'x'.repeat(one.size) + at;
          const [provider, id] = one.writer.split(':');
          await etcd.put(
            key,
            isPlain
              ? plainSecret('demo', `s${one.name}`, content)
              : Buffer.from(`k8s:enc:${provider}:v1:${id}:${content}`),
          );
          if (isPlain) plainWritten += 1;
        } else if (one.do === 'delete') await etcd.delete(key);
        else if (one.do === 'defragment') await etcd.defragment();
        else {
          const revision = (await etcd.revision()) - one.back;
          if (revision <= Math.max(1, compacted)) continue;
          await etcd.compact(revision);
          compacted = revision;
        }
      }
      // One value is certain, so that there is something to judge.
      await etcd.put(`${PREFIX}demo/last`, Buffer.from('k8s:enc:aescbc:v1:key1:last'));
      const expected = await answersOf(etcd, compacted);
      const snapshot = join(place, 'snapshot.db');
      etcd.snapshot(snapshot);
      await etcd.stop();
      const database = join(place, 'copy.db');
      copyFileSync(join(etcd.data, 'member/snap/db'), database);
      const judged = new JudgedResources(['secrets']);
      for (const path of [snapshot, database]) {
        const { files, gaps } = await inspect([{ path, name: 'db' }], { judged });
        const [file] = files;
        assert.ok(file !== undefined);
        // Large values that were overwritten in part leave pages behind that nobody can judge.
        assert.equal(gaps.length, (file.orphanPages ?? 0) > 0 ? 1 : 0);
        assert.deepEqual(countsOf(file), expected);
        assert.equal(file.plaintext.reachable + file.plaintext.free, occurrences(readFileSync(path)));
      }
      const wal = await inspect([{ path: join(etcd.data, 'member/wal'), name: 'wal' }], { judged });
      assert.deepEqual(wal.gaps, []);
      const inLog = wal.files.reduce((sum, { plaintext }) => sum + plaintext.wal, 0);
      assert.equal(inLog, plainWritten, 'the WAL keeps every one');
      const member = await inspect([{ path: join(etcd.data, 'member'), name: 'member' }], { judged });
      assert.equal(
        member.files.length,
        1 + readdirSync(join(etcd.data, 'member/wal')).filter((one) => one.endsWith('.wal')).length,
      );
    } finally {
      await etcd.stop();
      rmSync(place, { recursive: true, force: true });
    }
  });
  await fc.assert(law, { numRuns: 4 });
  assert.ok(run >= 4);
});
