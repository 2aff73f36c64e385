// A scan that is killed, that finds its disk full or its store locked, or that is not alone: nothing is lost, and the next one agrees with a scan that
// nobody disturbed, byte for byte.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { packTar, type TarEntry } from '../../demo/image/tar.ts';
import { alpine, writeImage } from './hostile-images.ts';
import { WatchedPlace } from './watched-place.ts';

/** How often the scan is killed, each time a little later. */
const ROUNDS = 15;

/** Runs a program with a file system of its own that others do not see. */
const PRIVATE = ['unshare', '--mount', '--propagation', 'private'];

function needsMount(): { readonly skip: string | false } {
  const tried = spawnSync(PRIVATE[0] ?? '', [
    ...PRIVATE.slice(1),
    'mount',
    '-t',
    'tmpfs',
    '-o',
    'size=64k',
    'tmpfs',
    '/mnt',
  ]);
  return { skip: tried.status === 0 ? false : 'needs the right to mount a file system' };
}

describe('an interrupted scan', () => {
  const place = new WatchedPlace();
  after(() => place.remove());
  /** Ten images on a shared layer, each layer large enough to be in the middle of. */
  const images = Array.from({ length: 10 }, (_, index) =>
    writeImage(join(place.inputs, `${index}`), [
      gzipSync(packTar([...alpine(['musl', 'zlib']), ...files('base', 3000)])),
      gzipSync(packTar([...alpine(['musl', 'zlib', `own-${index}`]), ...files(`own-${index}`, 3000)])),
    ]),
  );
  const scan = ['scan', ...images, '--jobs', '2', '--as-of', '2026-01-01', '--format', 'json'];
  const stored = (name: string): string => place.path('home', 'data', 'plimsoll', name);
  let undisturbed = '';
  let milliseconds = 0;

  before(async () => {
    await place.watch(['--version']);
    const start = performance.now();
    const outcome = await place.watch([...scan, '--store', stored('undisturbed.db')]);
    milliseconds = performance.now() - start;
    assert.equal(outcome.status, 0, outcome.stderr);
    assert.match(outcome.stderr, /layers read 11, /);
    undisturbed = outcome.stdout;
  });

  test('killed at many moments, then left to end', async () => {
    const before = place.snapshot();
    let killed = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const { signal, status } = await place.watch(scan, { killAfterMs: (milliseconds * (round + 1)) / (ROUNDS + 1) });
      if (signal === 'SIGKILL') killed += 1;
      else assert.equal(status, 0);
      if (round % 5 === 4 && existsSync(place.store)) assertSound(place.store);
      // From the beginning now and then: later rounds have everything in the store.
      if (round % 3 === 2) for (const end of ['', '-wal', '-shm']) rmSync(`${place.store}${end}`, { force: true });
      else assert.deepEqual(place.snapshot(), before);
    }
    assert.ok(killed >= 2, `killed ${killed} times`);
    const outcome = await place.watch(scan);
    assert.equal(outcome.status, 0, outcome.stderr);
    assert.equal(outcome.stdout, undisturbed);
    assertSound(place.store);
  });

  test('two at once on one store', async () => {
    const store = ['--store', stored('shared.db')];
    const outcomes = await Promise.all([place.watch([...scan, ...store]), place.watch([...scan, ...store])]);
    for (const outcome of outcomes) {
      assert.equal(outcome.status, 0, outcome.stderr);
      assert.equal(outcome.stdout, undisturbed);
    }
    const next = await place.watch([...scan, ...store]);
    assert.match(next.stderr, /layers read 0, .*images from store 10/);
    assert.equal(next.stdout, undisturbed);
    assertSound(stored('shared.db'));
  });

  test('a store that another program locks for a while is waited for', async () => {
    const path = stored('locked.db');
    await place.watch(['scan', images[0] ?? '', '--store', path]);
    const holder = new DatabaseSync(path);
    holder.exec('BEGIN EXCLUSIVE');
    const running = place.watch([...scan, '--store', path]);
    await sleep(1500);
    holder.exec('COMMIT');
    holder.close();
    const outcome = await running;
    assert.equal(outcome.status, 0, outcome.stderr);
    assert.equal(outcome.stdout, undisturbed);
  });

  test('a store that stays locked ends the scan with exit code 4 and says so', async () => {
    const path = stored('held.db');
    await place.watch(['scan', images[0] ?? '', '--store', path]);
    const holder = new DatabaseSync(path);
    holder.exec('BEGIN EXCLUSIVE');
    const outcome = await place.watch([...scan, '--store', path]);
    assert.equal(outcome.status, 4, outcome.stderr);
    assert.match(outcome.stderr, /held\.db.*locked/);
    assert.equal(outcome.stdout, '');
    holder.exec('ROLLBACK');
    holder.close();
    assert.equal((await place.watch([...scan, '--store', path])).stdout, undisturbed);
  });

  for (const kilobytes of [40, 120, 250, 400]) {
    test(`a disk that is full after ${kilobytes} kB`, needsMount(), async () => {
      const before = place.snapshot();
      const disk = place.path('work', 'disk');
      const script = `mkdir -p ${disk} && mount -t tmpfs -o size=${kilobytes}k tmpfs ${disk} && "$@"; status=$?; umount ${disk} && rmdir ${disk}; exit $status`;
      const under = [...PRIVATE, 'sh', '-c', script, 'sh'];
      const outcome = await place.watch([...scan, '--store', join(disk, 'store.db')], { under });
      assert.equal(outcome.status, 4, outcome.stderr.slice(0, 2000));
      assert.match(outcome.stderr, /plimsoll: .*store .*(full|disk I\/O)/);
      assert.doesNotMatch(outcome.stderr, /^\s+at /m);
      assert.equal(outcome.stdout, '');
      assert.deepEqual(place.snapshot(), before);
    });
  }
});

/** Small files with names that do not pack. */
function files(folder: string, count: number): readonly TarEntry[] {
  return Array.from({ length: count }, (_, index) => ({
    path: `srv/${folder}/${((index * 2654435761) >>> 0).toString(36)}/${(index * 40503) % 65536}`,
    body: `${index}`,
  }));
}

function assertSound(path: string): void {
  const database = new DatabaseSync(path);
  try {
    assert.deepEqual(
      database
        .prepare('PRAGMA integrity_check')
        .all()
        .map((row) => Object.values(row)),
      [['ok']],
    );
  } finally {
    database.close();
  }
}
