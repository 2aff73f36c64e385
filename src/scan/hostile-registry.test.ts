// A whole scan out of registries that stall, break off, lie or lead elsewhere, with the real workers: each image is a named gap or is read all the same,
// and the sound image beside it is reported.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { type TestContext, test } from 'node:test';
import { type Fault, startLoopbackRegistry } from '../../test/support/loopback-registry.ts';
import { type MadeImage, makeImage, makeTar } from '../../test/support/oci-layout.ts';
import { openStore } from '../platform/store.ts';
import { registryAccess } from './image/registry/access.ts';
import { INVENTORY_MIGRATIONS } from './inventory/inventory-store.ts';
import { type InventoriedRelease, inventoryRelease } from './inventory-release.ts';
import type { ReleaseImage } from './release/release.ts';

function database(...names: readonly string[]): string {
  return names.map((name) => `C:Q1x\nP:${name}\nV:1\nA:x86_64\no:${name}\n\n`).join('');
}

function alpine(name: string, more: Readonly<Record<string, Uint8Array>> = {}): MadeImage {
  const files = { 'etc/os-release': 'ID=alpine\nVERSION_ID=3.20.3\n', 'lib/apk/db/installed': database(name), ...more };
  return makeImage({ layers: [makeTar(files)] });
}

/** A layer that does not pack, so that it comes in many pieces. */
const NOISE = randomBytes(400_000);
const HOSTILE = alpine('hostile', { noise: NOISE });
const LAYER = HOSTILE[2]?.digest ?? '';
const LENGTH = HOSTILE[2]?.bytes.length ?? 0;
const BYTES = HOSTILE[2]?.bytes ?? new Uint8Array(0);

/** Answers for the hostile image's layer as told; `from` is where the request begins. */
function layerFault(answer: (response: ServerResponse, from: number) => void): Fault {
  return (request, response) => {
    if (!request.path.includes(LAYER)) return false;
    answer(response, Number(/^bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0));
    return true;
  };
}

const CASES: readonly (readonly [name: string, fault: Fault, gap: RegExp | undefined])[] = [
  ['never answers', layerFault(() => {}), /does not answer within/],
  [
    'stalls within every answer',
    layerFault((response, from) => {
      response.writeHead(from === 0 ? 200 : 206, rangeHeaders(from));
      response.write(BYTES.subarray(from, from + 1000));
    }),
    /stopped sending/,
  ],
  [
    'breaks off in the middle each time, and goes on where it was',
    layerFault((response, from) => {
      response.writeHead(from === 0 ? 200 : 206, rangeHeaders(from));
      response.write(BYTES.subarray(from, from + 150_000), () => {
        if (from + 150_000 < LENGTH) response.destroy();
        else response.end();
      });
    }),
    undefined,
  ],
  [
    'breaks off and never gets further',
    layerFault((response) => {
      response.writeHead(200, { 'content-length': LENGTH });
      response.write(BYTES.subarray(0, 1000), () => response.destroy());
    }),
    /connection to .* failed|ended blob/,
  ],
  [
    'states another length',
    layerFault((response) => response.writeHead(200, { 'content-length': LENGTH + 5 }).end(Buffer.alloc(LENGTH + 5))),
    /bytes for blob .* where \d+ belong/,
  ],
  [
    'states no length and sends for ever',
    layerFault((response) => {
      response.writeHead(200);
      const more = (): void => {
        if (!response.destroyed) response.write(Buffer.alloc(65_536), () => setImmediate(more));
      };
      more();
    }),
    /sends more than the \d+ bytes/,
  ],
  [
    'gives another range than the one that was asked for',
    layerFault((response, from) => {
      if (from > 0) response.writeHead(206, { ...rangeHeaders(0), 'content-length': LENGTH - from });
      else response.writeHead(200, { 'content-length': LENGTH });
      response.write(BYTES.subarray(0, 150_000), () => response.destroy());
    }),
    /another range/,
  ],
  [
    'gives other bytes of the right length',
    layerFault((response) => response.writeHead(200, { 'content-length': LENGTH }).end(Buffer.alloc(LENGTH))),
    /the bytes have the digest/,
  ],
  [
    'leads to another host in plain text',
    layerFault((response) => response.writeHead(307, { location: 'http://elsewhere.example/blob' }).end()),
    /redirects to http:\/\/elsewhere\.example, which is not followed/,
  ],
  [
    'leads around in a circle',
    layerFault((response) => response.writeHead(302, { location: '?again' }).end()),
    /redirects more than 5 times/,
  ],
  [
    'gives a web page in the place of the manifest',
    (request, response) => {
      if (!request.path.includes('/hostile/manifests/')) return false;
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Sign in</html>');
      return true;
    },
    /web page/,
  ],
];

for (const [name, fault, gap] of CASES) {
  test(`a registry that ${name}`, async (t) => {
    const { images, inventories } = await scan(t, fault);
    const [hostile, sound] = images;
    const found = new Map(inventories.map(({ image, packages }) => [image, packages.map((item) => item.name)]));
    assert.deepEqual(sound?.digest && found.get(sound.digest), ['sound']);
    if (gap === undefined) assert.deepEqual(hostile?.digest && found.get(hostile.digest), ['hostile']);
    else {
      assert.equal(hostile?.digest, undefined);
      assert.deepEqual(
        hostile?.gaps.map(({ kind }) => kind),
        ['image-unreadable'],
      );
      assert.match(hostile?.gaps[0]?.reason ?? '', gap);
    }
  });
}

test('a registry that keeps its blobs on another host is followed there', async (t) => {
  const storage = await startLoopbackRegistry({ images: { 'any:1': HOSTILE } });
  t.after(() => storage.close());
  const { images } = await scan(
    t,
    layerFault((response) => {
      response.writeHead(307, { location: `http://${storage.host}/v2/any/blobs/${LAYER}` }).end();
    }),
  );
  assert.ok(images[0]?.digest !== undefined);
  assert.deepEqual(
    storage.requests.map(({ headers }) => headers.authorization),
    [undefined],
  );
});

async function scan(t: TestContext, fault: Fault): Promise<InventoriedRelease> {
  const registry = await startLoopbackRegistry({ images: { 'hostile:1': HOSTILE, 'sound:1': alpine('sound') }, fault });
  t.after(() => registry.close());
  const store = await openStore(':memory:', INVENTORY_MIGRATIONS);
  t.after(() => store.close());
  const images = ['hostile', 'sound'].map(
    (name): ReleaseImage => ({ logical: `${registry.host}/${name}:1`, origin: 'own', charts: [], sources: [] }),
  );
  const counts = {
    explicitReferences: 0,
    imageNames: 0,
    chartEntries: 0,
    chartReleases: 0,
    charts: 0,
    namespaces: 0,
    precacheEntries: 0,
  };
  const release = { name: 'test', version: '1', target: 'images:test', images, charts: [], counts, lint: [], gaps: [] };
  return inventoryRelease(release, {
    store,
    jobs: 1,
    access: registryAccess({}, { attempts: 3, backoffMs: 1, stallMs: 400 }),
    onProgress: () => undefined,
  });
}

function rangeHeaders(from: number): Record<string, string | number> {
  const range = from === 0 ? {} : { 'content-range': `bytes ${from}-${LENGTH - 1}/${LENGTH}` };
  return { 'content-length': LENGTH - from, ...range };
}
