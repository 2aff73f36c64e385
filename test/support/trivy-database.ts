// Writes a vulnerability database that Trivy opens, so that the real program writes real reports about vulnerabilities that the test chooses. The file
// is a bbolt database (go.etcd.io/bbolt, page.go, meta.go, bucket.go): nested buckets, here one leaf page each. Trivy's schema version 2: a bucket a
// platform (`alpine 3.15`) with a bucket a package, the buckets `vulnerability` and `data-source`, and a metadata.json beside it.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Severities as the database numbers them. */
export type TrivySeverity = 0 | 1 | 2 | 3 | 4;

/** One vulnerability of one source package. */
export interface TrivyEntry {
  /** `alpine 3.15`, `debian 12`, `npm::Node.js`. */
  readonly platform: string;
  readonly package: string;
  readonly id: string;
  /** Members of the advisory: `FixedVersion`, or `VulnerableVersions` and `PatchedVersions` for languages. */
  readonly advisory: Readonly<Record<string, unknown>>;
  /** By source: `{ nvd: 3 }`. */
  readonly severities: Readonly<Record<string, TrivySeverity>>;
}

/** Where each platform's data comes from: the `DataSource` of a report. */
export type TrivySources = Readonly<
  Record<string, { readonly ID: string; readonly Name: string; readonly URL: string }>
>;

type Bucket = Map<string, Bucket | string>;

const PAGE = 4096;
const PAGE_HEADER = 16;
const ELEMENT = 16;
const BUCKET_FLAG = 1;
const LEAF = 2;
const META = 4;
const FREELIST = 16;

/** Writes `db/trivy.db` and `db/metadata.json` below a cache folder of Trivy. */
export function writeTrivyDatabase(
  cache: string,
  entries: readonly TrivyEntry[],
  sources: TrivySources,
  updated: string,
): void {
  const root: Bucket = new Map();
  for (const { platform, package: name, id, advisory, severities } of entries) {
    bucketIn(bucketIn(root, platform), name).set(id, JSON.stringify(advisory));
    bucketIn(root, 'vulnerability').set(id, JSON.stringify({ Title: `title of ${id}`, VendorSeverity: severities }));
  }
  for (const [platform, source] of Object.entries(sources)) {
    bucketIn(root, 'data-source').set(platform, JSON.stringify(source));
  }
  mkdirSync(join(cache, 'db'), { recursive: true });
  writeFileSync(join(cache, 'db/trivy.db'), packDatabase(root));
  const dates = { NextUpdate: '2999-01-01T00:00:00Z', UpdatedAt: updated, DownloadedAt: updated };
  writeFileSync(join(cache, 'db/metadata.json'), JSON.stringify({ Version: 2, ...dates }));
}

function bucketIn(parent: Bucket, name: string): Bucket {
  const found = parent.get(name);
  if (found instanceof Map) return found;
  const made: Bucket = new Map();
  parent.set(name, made);
  return made;
}

function packDatabase(root: Bucket): Buffer {
  const pages: Buffer[] = [];
  // Pages 0 and 1 are the metas, 2 the empty freelist.
  const nextPage = (): number => 3 + pages.reduce((sum, page) => sum + page.length / PAGE, 0);
  const place = (bucket: Bucket): number => {
    const elements = [...bucket]
      .map(([key, value]) => ({
        key: Buffer.from(key),
        flags: value instanceof Map ? BUCKET_FLAG : 0,
        value: value instanceof Map ? bucketHeader(place(value)) : Buffer.from(value),
      }))
      .sort((a, b) => Buffer.compare(a.key, b.key));
    const id = nextPage();
    pages.push(leafPage(id, elements));
    return id;
  };
  const rootPage = place(root);
  const freelist = pageOf(2, FREELIST, 0, Buffer.alloc(0));
  const metas = [0, 1].map((id) => metaPage(id, rootPage, nextPage()));
  return Buffer.concat([...metas, freelist, ...pages]);
}

function bucketHeader(page: number): Buffer {
  const header = Buffer.alloc(16);
  header.writeBigUInt64LE(BigInt(page), 0);
  return header;
}

function leafPage(
  id: number,
  elements: readonly { readonly key: Buffer; readonly flags: number; readonly value: Buffer }[],
): Buffer {
  const heads = Buffer.alloc(elements.length * ELEMENT);
  const bodies: Buffer[] = [];
  let end = heads.length;
  for (const [index, { key, flags, value }] of elements.entries()) {
    const at = index * ELEMENT;
    heads.writeUInt32LE(flags, at);
    heads.writeUInt32LE(end - at, at + 4);
    heads.writeUInt32LE(key.length, at + 8);
    heads.writeUInt32LE(value.length, at + 12);
    bodies.push(key, value);
    end += key.length + value.length;
  }
  return pageOf(id, LEAF, elements.length, Buffer.concat([heads, ...bodies]));
}

function metaPage(id: number, rootPage: number, pages: number): Buffer {
  const meta = Buffer.alloc(64);
  meta.writeUInt32LE(0xed0cdaed, 0);
  meta.writeUInt32LE(2, 4);
  meta.writeUInt32LE(PAGE, 8);
  for (const [at, value] of [
    [16, rootPage],
    [32, 2],
    [40, pages],
    [48, id],
  ] as const)
    meta.writeBigUInt64LE(BigInt(value), at);
  meta.writeBigUInt64LE(fnv1a(meta.subarray(0, 56)), 56);
  return pageOf(id, META, 0, meta);
}

function pageOf(id: number, flags: number, count: number, body: Buffer): Buffer {
  const page = Buffer.alloc(Math.ceil((PAGE_HEADER + body.length) / PAGE) * PAGE);
  page.writeBigUInt64LE(BigInt(id), 0);
  page.writeUInt16LE(flags, 8);
  page.writeUInt16LE(count, 10);
  page.writeUInt32LE(page.length / PAGE - 1, 12);
  body.copy(page, PAGE_HEADER);
  return page;
}

/** FNV-1a of 64 bits, the checksum of a meta page. */
function fnv1a(bytes: Uint8Array): bigint {
  let hash = 0xcbf29ce484222325n;
  for (const byte of bytes) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  return hash;
}
