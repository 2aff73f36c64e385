import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { mapLimited } from './map-limited.ts';

describe('mapLimited', () => {
  test('gives the results in the order of the items, and never runs more than it may', async () => {
    let running = 0;
    let most = 0;
    const results = await mapLimited([30, 1, 20, 1, 10], 2, async (wait, index) => {
      most = Math.max(most, ++running);
      await sleep(wait);
      running -= 1;
      return `${index}:${wait}`;
    });
    assert.deepEqual(results, ['0:30', '1:1', '2:20', '3:1', '4:10']);
    assert.equal(most, 2);
    assert.deepEqual(await mapLimited([], 2, async () => 1), []);
  });

  test('begins nothing more once something failed', async () => {
    const begun: number[] = [];
    const work = async (item: number): Promise<void> => {
      begun.push(item);
      await sleep(5);
      if (item === 1) throw new Error('stop');
    };
    await assert.rejects(mapLimited([1, 2, 3, 4, 5, 6], 2, work), /stop/);
    await sleep(30);
    assert.deepEqual(begun, [1, 2]);
  });

  test('waits for what is running before it fails', async () => {
    let ended = false;
    const work = async (item: number): Promise<void> => {
      if (item === 1) throw new Error('stop');
      await sleep(10);
      ended = true;
    };
    await assert.rejects(mapLimited([1, 2], 2, work), /stop/);
    assert.ok(ended);
  });
});
