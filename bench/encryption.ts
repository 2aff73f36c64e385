// B12: a database of 1 GB that a real etcd wrote, warm in the page cache, inspected by the built program, against a byte search through it. The values look
// as encrypted Secrets do and are of their usual sizes; some keys were written several times, and some history was compacted, so that there are free pages.
import { randomBytes } from 'node:crypto';
import { copyFileSync, existsSync, mkdtempSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { startEtcd } from '../demo/etcd.ts';
import { findProgram } from '../test/support/needs.ts';
import {
  benchFolder,
  cost,
  interleaved,
  type Measurement,
  PLIMSOLL,
  pairedRatio,
  peakMemory,
  ratioMeasurement,
} from './measurement.ts';

const ROUNDS = 5;
const DATABASE_BYTES = 1e9;
const MOST_MEMORY = 200;
/** Bytes of a value and how many of 20 values have them: tokens and passwords, certificates, releases of Helm. */
const SIZES: readonly (readonly [bytes: number, share: number])[] = [
  [1_000, 13],
  [4_000, 6],
  [30_000, 1],
];
const BATCH = 200;

/** Needs bash, grep, and etcd with etcdctl; nothing, said on stderr, without them. The first call makes the database, in some minutes. */
export async function measure(): Promise<readonly Measurement[]> {
  if (findProgram('etcd') === undefined || findProgram('etcdctl') === undefined) {
    console.error('skipped: B12 (etcd and etcdctl are not on PATH)');
    return [];
  }
  const database = await encryptedDatabase();
  const inspect = [PLIMSOLL, 'encryption', 'inspect', database, '--format', 'json'];
  // Into a pipe: grep does no more than look for the first match where its output goes to /dev/null.
  const search = ['bash', '-c', 'LC_ALL=C grep -c k8s:enc: "$0" | cat', database];
  cost(search);
  cost(inspect);
  const [reference, ours] = interleaved(ROUNDS, [() => cost(search), () => cost(inspect)]);
  if (reference === undefined || ours === undefined) return [];
  const memory = await peakMemory(inspect);
  const against = (name: string, figure: 'cpuSeconds' | 'wallSeconds', most: number): Measurement =>
    ratioMeasurement('B12', name, ours[figure], reference[figure], 's', most, pairedRatio(ours, reference, figure));
  return [
    against('etcd database of 1 GB inspected, CPU, against grep -c', 'cpuSeconds', 3),
    against('etcd database of 1 GB inspected, wall, against grep -c', 'wallSeconds', 1.5),
    {
      id: 'B12',
      name: 'etcd database of 1 GB inspected, peak memory',
      value: memory,
      unit: 'MB',
      goal: `<= ${MOST_MEMORY} MB`,
      ok: memory <= MOST_MEMORY,
    },
  ];
}

/** Path of the database, made on the first call and kept. */
async function encryptedDatabase(): Promise<string> {
  const path = join(benchFolder(), 'etcd-1g.db');
  if (existsSync(path)) return path;
  const folder = mkdtempSync(join(benchFolder(), 'etcd-'));
  // Long intervals between snapshots of raft: only the database is kept.
  const etcd = await startEtcd(folder, ['--snapshot-count', '1000000']);
  try {
    const random = randomBytes(1 << 20);
    let written = 0;
    let keys = 0;
    while (statSync(join(etcd.data, 'member/snap/db')).size < DATABASE_BYTES) {
      await etcd.putAll(
        Array.from({ length: BATCH }, (_, place) => {
          const key = keys + place;
          const length = sizeOf(key);
          const body = random.subarray((key * 7919) % ((1 << 20) - length)).subarray(0, length);
          return [keyOf(key), Buffer.concat([Buffer.from('k8s:enc:aescbc:v1:key1:'), body])] as const;
        }),
      );
      keys += BATCH;
      written += 1;
      if (written % 10 === 0) await etcd.putAll([[keyOf(keys - written), Buffer.from('k8s:enc:aescbc:v1:key0:old')]]);
      if (written % 500 === 0) await etcd.compact((await etcd.revision()) - 100);
    }
    await etcd.stop();
    copyFileSync(join(etcd.data, 'member/snap/db'), join(folder, 'db'));
    renameSync(join(folder, 'db'), path);
  } finally {
    await etcd.stop();
    rmSync(folder, { recursive: true, force: true });
  }
  return path;
}

function keyOf(number: number): string {
  return `/registry/secrets/namespace-${number % 97}/release-secret-${number}`;
}

function sizeOf(number: number): number {
  let left = number % 20;
  for (const [bytes, share] of SIZES) {
    left -= share;
    if (left < 0) return bytes + ((number * 31) % 400);
  }
  return 0;
}
