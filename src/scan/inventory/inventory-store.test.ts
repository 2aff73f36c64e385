import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { packTar } from '../../../demo/image/tar.ts';
import { PlimsollError } from '../../platform/errors.ts';
import { openStore, type Store } from '../../platform/store.ts';
import { type LayerReport, WALK_VERSION } from '../image/layer/layer-report.ts';
import { readLayer } from '../image/layer/read-layer.ts';
import { INVENTORY_MIGRATIONS, inventoryStore } from './inventory-store.ts';

async function aReport(): Promise<LayerReport> {
  const archive = packTar([
    { path: 'etc/.wh.gone' },
    { path: 'a', body: 'x' },
    { path: 'l', type: 'symlink', link: 'a' },
  ]);
  return readLayer(() => [archive], {
    readers: [{ id: 'r', version: 1, reads: ['a'], read: () => ({ data: ['é'] }) }],
  });
}

function opened(): Promise<Store> {
  return openStore(':memory:', INVENTORY_MIGRATIONS);
}

describe('inventoryStore', () => {
  test('gives a report back as it was', async () => {
    const store = await opened();
    const reports = inventoryStore(store, ['r@1']);
    const report = await aReport();
    assert.equal(await reports.hasReport(report.digest), false);
    await reports.saveReport(report);
    await reports.saveReport(report);
    assert.equal(await reports.hasReport(report.digest), true);
    const stored = await reports.report(report.digest);
    const kept = stored?.report;
    assert.deepEqual(
      { ...kept, links: Buffer.from(kept?.links ?? []), listing: Buffer.from(kept?.listing ?? []) },
      { ...report, links: Buffer.from(report.links), listing: Buffer.from(report.listing) },
    );
    const { links, listing, ...body } = report;
    assert.equal(stored?.bytes, Buffer.byteLength(JSON.stringify(body)) + links.length + listing.length);
    await store.close();
  });

  test('a damaged result is an error of the store that says what to do', async () => {
    const store = await opened();
    const reports = inventoryStore(store, ['r@1']);
    const report = await aReport();
    await reports.saveReport(report);
    await store.run('UPDATE layer_report SET body = ?', Buffer.from('damaged'));
    await assert.rejects(
      reports.report(report.digest),
      (error) => error instanceof PlimsollError && error.code === 'store' && /move it away/.test(error.message),
    );
    await store.close();
  });

  test('what other cataloguers or another walk made is not used', async () => {
    const store = await opened();
    const report = await aReport();
    await inventoryStore(store, ['r@1']).saveReport(report);
    assert.equal(await inventoryStore(store, ['r@2']).report(report.digest), undefined);
    const keys = `UPDATE layer_report SET cataloguers = replace(cataloguers, 'walk@${WALK_VERSION}', 'walk@0')`;
    await store.run(keys);
    assert.equal(await inventoryStore(store, ['r@1']).report(report.digest), undefined);
    await store.close();
  });
});
