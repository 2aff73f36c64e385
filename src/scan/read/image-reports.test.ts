import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { LimitError } from '../../platform/errors.ts';
import type { LayerReport } from '../image/layer/layer-report.ts';
import type { KeptReport } from '../inventory/inventory-store.ts';
import { ImageReports, ReportCache, reportBytes } from './image-reports.ts';

function report(text: string): LayerReport {
  const empty = new Uint8Array(0);
  const facts = [{ reader: 'r', path: 'p', data: text }];
  return {
    digest: 'sha256:',
    entries: 1,
    unpackedBytes: 1,
    facts,
    unknowns: [],
    whiteouts: [],
    opaque: [],
    links: empty,
    listing: empty,
  };
}

/** Loads of reports that claim some bytes, with the keys that were asked for. */
function loader(bytes: number): {
  readonly loads: string[];
  readonly load: (key: string) => () => Promise<KeptReport>;
} {
  const loads: string[] = [];
  return {
    loads,
    load: (key) => async () => {
      loads.push(key);
      return { report: report(key), bytes };
    },
  };
}

describe('ReportCache', () => {
  test('keeps what was used last, in number and in bytes', async () => {
    for (const [bytes, kept] of [
      [1, 16],
      [20 * 1024 ** 2, 3],
      [100 * 1024 ** 2, 0],
    ] as const) {
      const cache = new ReportCache();
      const { loads, load } = loader(bytes);
      const keys = Array.from({ length: 20 }, (_, index) => `${index}`);
      for (const key of keys) await cache.get(key, load(key));
      loads.length = 0;
      for (const key of keys.slice(keys.length - kept)) await cache.get(key, load(key));
      assert.deepEqual(loads, [], `${bytes}`);
      await cache.get('0', load('0'));
      assert.deepEqual(loads, ['0']);
    }
  });
});

describe('ImageReports', () => {
  test('the sum of an image is bounded, a report that comes twice counted once, and the next image begins anew', async () => {
    const cache = new ReportCache();
    const { load } = loader(40);
    const image = new ImageReports(cache, 100);
    for (const key of ['a', 'b', 'a', 'b', 'a']) assert.ok(await image.get(key, load(key)));
    await assert.rejects(image.get('c', load('c')), LimitError);
    assert.ok(await new ImageReports(cache, 100).get('c', load('c')));
  });

  test('a report counts with all that it holds', () => {
    const long = { ...report('äöü'), listing: new Uint8Array(1000), whiteouts: ['x'.repeat(500)] };
    assert.equal(reportBytes(long) - reportBytes(report('')), 1000 + 502 + 6);
  });
});
