// The demo of encryption at rest as a newcomer runs it: on an etcd of its own, and on the snapshots of a folder.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { needsPrograms, needsShared, sharedPath } from '../support/needs.ts';
import { resultValidator } from '../support/schemas.ts';
import { ROOT, Workplace } from './program.ts';

const place = new Workplace();
after(() => place.remove());
const RESULT = `${ROOT}/demo/out/encryption/inspection.json`;

interface Result {
  readonly verdict: string;
  readonly files: readonly { readonly path: string; readonly plaintext: Readonly<Record<string, number>> }[];
}

async function demo(...args: readonly string[]): Promise<{ readonly stdout: string; readonly result: Result }> {
  const outcome = await place.run('sh', ['scripts/run.sh', 'demo/encryption.ts', ...args], {}, ROOT);
  assert.equal(outcome.status, 0, outcome.stderr);
  const result: Result = JSON.parse(readFileSync(RESULT, 'utf8'));
  const validate = resultValidator('encryption-inspect-1');
  assert.ok(validate(result), JSON.stringify(validate.errors));
  return { stdout: outcome.stdout, result };
}

test('the demo shows what each remedy leaves behind', needsPrograms('etcd', 'etcdctl'), async () => {
  const { stdout, result } = await demo();
  const left = result.files.map(({ plaintext }) => plaintext);
  assert.deepEqual(left[0], { reachable: 4, free: left[0]?.['free'], wal: 0 }, 'before');
  assert.equal(left[1]?.['reachable'], 4, 'after the rewrite');
  assert.equal(left[2]?.['reachable'], 0, 'after the compaction');
  assert.ok((left[2]?.['free'] ?? 0) > 0, 'after the compaction');
  assert.deepEqual(left[3], { reachable: 0, free: 0, wal: 0 }, 'after the defragmentation');
  assert.deepEqual(left[4], { reachable: 0, free: 0, wal: 4 }, 'the WAL');
  assert.match(stdout, /proof: no secrets in plain text/);
  assert.match(stdout, /opened {10}3 right, 0 not/);
  assert.ok(!stdout.includes('not really a'), 'no value is shown');
});

test('the demo inspects the snapshots of a folder', needsShared('data/encryption/snapshots'), async () => {
  const { result } = await demo(sharedPath('data/encryption/snapshots'));
  assert.equal(result.verdict, 'plaintext-found');
  assert.deepEqual(
    result.files.map(({ plaintext: { reachable, free, wal } }) => [reachable, free, wal]),
    [
      [12, 6, 0],
      [12, 0, 0],
      [0, 12, 0],
      [0, 0, 0],
      [0, 0, 12],
    ],
  );
});
