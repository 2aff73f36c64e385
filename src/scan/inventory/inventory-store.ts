// The tables of layer reports and inventories. A report is kept under the digest that was computed over the blob's bytes, never under a claimed one.
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type { Digest } from '../../platform/canonical.ts';
import { messageOf, PlimsollError } from '../../platform/errors.ts';
import { LIMITS } from '../../platform/limits.ts';
import type { Migration, Store } from '../../platform/store.ts';
import { type LayerReport, WALK_VERSION } from '../image/layer/layer-report.ts';
import type { Inventory } from './package.ts';

/** Tables of this area. */
export const INVENTORY_MIGRATIONS: readonly Migration[] = [
  {
    area: 'inventory',
    version: 1,
    sql: `
      CREATE TABLE layer_report (
        digest TEXT NOT NULL, cataloguers TEXT NOT NULL,
        body BLOB NOT NULL, links BLOB NOT NULL, listing BLOB NOT NULL,
        PRIMARY KEY (digest, cataloguers)
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE inventory (
        image TEXT NOT NULL, layers TEXT NOT NULL, cataloguers TEXT NOT NULL,
        body BLOB NOT NULL,
        PRIMARY KEY (image, layers, cataloguers)
      ) STRICT, WITHOUT ROWID;
    `,
  },
];

/** A report and the room that it takes: bytes of its JSON, links and listing. */
export interface KeptReport {
  readonly report: LayerReport;
  readonly bytes: number;
}

/** Kept reports and inventories of this walk and one set of cataloguers. */
export interface InventoryStore {
  hasReport(digest: Digest): Promise<boolean>;
  report(digest: Digest): Promise<KeptReport | undefined>;
  saveReport(report: LayerReport): Promise<void>;
  /** By the image and the digests of its layers as computed: the image's digest alone pins them only where its manifest does. */
  inventory(image: Digest, layers: readonly Digest[]): Promise<Inventory | undefined>;
  saveInventory(inventory: Inventory): Promise<void>;
}

/** A view of the store for the given cataloguers (`apk@1`, …). */
export function inventoryStore(store: Store, cataloguers: readonly string[]): InventoryStore {
  const key = [`walk@${WALK_VERSION}`, ...cataloguers].join(' ');
  return {
    hasReport: async (digest) =>
      (await store.get('SELECT 1 FROM layer_report WHERE digest = ? AND cataloguers = ?', digest, key)) !== undefined,
    report: async (digest) => {
      const row = await store.get(
        'SELECT body, links, listing FROM layer_report WHERE digest = ? AND cataloguers = ?',
        digest,
        key,
      );
      if (row === undefined) return undefined;
      const { value, size } = unpack(row['body'], `layer ${digest}`);
      const [links, listing] = [bytes(row['links']), bytes(row['listing'])];
      const report = { ...(value as Omit<LayerReport, 'links' | 'listing'>), links, listing };
      return { report, bytes: size + links.length + listing.length };
    },
    saveReport: async ({ links, listing, ...body }) =>
      store.run(
        'INSERT OR REPLACE INTO layer_report (digest, cataloguers, body, links, listing) VALUES (?, ?, ?, ?, ?)',
        body.digest,
        key,
        pack(body),
        links,
        listing,
      ),
    inventory: async (image, layers) => {
      const row = await store.get(
        'SELECT body FROM inventory WHERE image = ? AND layers = ? AND cataloguers = ?',
        image,
        layers.join(' '),
        key,
      );
      return row === undefined ? undefined : (unpack(row['body'], `image ${image}`).value as Inventory);
    },
    saveInventory: async (inventory) =>
      store.run(
        'INSERT OR REPLACE INTO inventory (image, layers, cataloguers, body) VALUES (?, ?, ?, ?)',
        inventory.image,
        inventory.layers.join(' '),
        key,
        pack(inventory),
      ),
  };
}

function pack(value: unknown): Uint8Array {
  return zstdCompressSync(JSON.stringify(value));
}

/** @throws PlimsollError `store` for what `pack` did not write: every image with it would fail, scan after scan. */
function unpack(packed: unknown, what: string): { readonly value: unknown; readonly size: number } {
  try {
    const text = zstdDecompressSync(bytes(packed), { maxOutputLength: 8 * LIMITS.fileBytes });
    return { value: JSON.parse(text.toString()), size: text.length };
  } catch (error) {
    const message = `the store is damaged (${what}: ${messageOf(error)}); move it away and scan again`;
    throw new PlimsollError('store', message, { cause: error });
  }
}

function bytes(value: unknown): Uint8Array {
  return value instanceof Uint8Array ? value : new Uint8Array(0);
}
