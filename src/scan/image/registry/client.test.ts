import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { type TestContext, test } from 'node:test';
import {
  type Fault,
  type LoopbackOptions,
  type LoopbackRegistry,
  startLoopbackRegistry,
} from '../../../../test/support/loopback-registry.ts';
import { type MadeImage, makeBlob, makeImage, makeTar } from '../../../../test/support/oci-layout.ts';
import { PlimsollError } from '../../../platform/errors.ts';
import { parseReference, type Reference } from '../reference.ts';
import { type RegistrySettings, registryAccess } from './access.ts';
import { RegistryClient } from './client.ts';

const IMAGE = makeImage();
const BIG = makeBlob(Buffer.alloc(3_000_000, 'abcdefg'), 'application/octet-stream');
const IMAGES: Readonly<Record<string, MadeImage>> = { 'team/app:1': IMAGE, 'team/big:1': [BIG] };

const QUICK: RegistrySettings = { backoffMs: 1, stallMs: 300 };

async function serve(t: TestContext, options: LoopbackOptions): Promise<LoopbackRegistry> {
  const registry = await startLoopbackRegistry({ images: IMAGES, ...options });
  t.after(() => registry.close());
  return registry;
}

function connect(
  t: TestContext,
  settings: RegistrySettings = {},
  environment: Readonly<Record<string, string>> = {},
): RegistryClient {
  const client = new RegistryClient(registryAccess(environment, { ...QUICK, ...settings }));
  t.after(() => client.close());
  return client;
}

function app(registry: LoopbackRegistry): Reference {
  return parseReference(`${registry.host}/team/app:1`);
}

async function readBig(client: RegistryClient, registry: LoopbackRegistry): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  const place = { registry: registry.host, repository: 'team/big' };
  for await (const piece of client.blob(place, BIG.digest, BIG.bytes.length)) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** A fault that happens to the first `times` requests whose path holds `part`. */
function firstTimes(times: number, part: string, act: (response: ServerResponse) => void): Fault {
  let left = times;
  return (request, response) => {
    if (!request.path.includes(part) || left === 0) return false;
    left -= 1;
    act(response);
    return true;
  };
}

function isError(code: string, words: RegExp): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof PlimsollError, String(error));
    assert.equal(error.code, code, error.message);
    assert.match(error.message, words);
    return true;
  };
}

test('a manifest by tag and by digest, and the digest of a tag', async (t) => {
  const registry = await serve(t, {});
  const client = connect(t);
  const byTag = await client.manifest(app(registry));
  assert.equal(byTag.digest, IMAGE[0].digest);
  assert.deepEqual(Buffer.from(byTag.bytes), Buffer.from(IMAGE[0].bytes));
  const { registry: host, repository } = byTag.place;
  assert.equal((await client.manifest({ registry: host, repository, digest: byTag.digest })).digest, byTag.digest);
  assert.equal(await client.digest(app(registry)), IMAGE[0].digest);
  const asked = registry.requests.map(({ method, path }) => `${method} ${path}`);
  assert.equal(asked.at(-1), 'HEAD /v2/team/app/manifests/1');
  for (const { headers } of registry.requests) assert.equal(headers.authorization, undefined);
});

test('a registry that gives no digest in HEAD is asked for the manifest', async (t) => {
  const registry = await serve(t, {
    fault: (request, response) => {
      if (request.method !== 'HEAD') return false;
      response.writeHead(405).end();
      return true;
    },
  });
  assert.equal(await connect(t).digest(app(registry)), IMAGE[0].digest);
});

test('what is not there is not-found, without repetition', async (t) => {
  const registry = await serve(t, {});
  const client = connect(t);
  await assert.rejects(client.manifest(parseReference(`${registry.host}/team/none:1`)), isError('not-found', /has no/));
  await assert.rejects(client.digest(parseReference(`${registry.host}/team/none:1`)), isError('not-found', /has no/));
  assert.equal(registry.requests.filter(({ path }) => path.includes('none')).length, 2);
});

test('a manifest that is not what its digest says is refused', async (t) => {
  const lie = makeImage({ layers: [makeTar({ lie: 'x' })] })[0].bytes;
  const registry = await serve(t, {
    fault: (request, response) => {
      if (!request.path.includes('/manifests/')) return false;
      response.writeHead(200, { 'docker-content-digest': IMAGE[0].digest }).end(lie);
      return true;
    },
  });
  const client = connect(t);
  const place = app(registry);
  await assert.rejects(client.manifest(place), isError('digest-mismatch', /not sha256/));
  await assert.rejects(
    client.manifest({ ...place, digest: IMAGE[0].digest }),
    isError('digest-mismatch', /not sha256/),
  );
});

test('a web page in the place of a manifest gives no digest', async (t) => {
  const registry = await serve(t, {
    fault: (request, response) => {
      if (!request.path.includes('/manifests/')) return false;
      response.writeHead(200, { 'content-type': 'text/html' }).end('<!DOCTYPE html><html>Please log in</html>');
      return true;
    },
  });
  await assert.rejects(connect(t).digest(app(registry)), isError('parse', /web page/));
});

test('a manifest above the limit is not read to its end', async (t) => {
  const registry = await serve(t, {
    fault: (request, response) => {
      if (!request.path.includes('/manifests/')) return false;
      response.writeHead(200);
      response.end(Buffer.alloc(8 * 1024 ** 2));
      return true;
    },
  });
  await assert.rejects(connect(t).manifest(app(registry)), isError('limit', /more than/));
});

test('429 with Retry-After and 503 are waited for and repeated', async (t) => {
  const limited = await serve(t, {
    fault: firstTimes(1, '/manifests/', (response) => response.writeHead(429, { 'retry-after': '1' }).end()),
  });
  const before = performance.now();
  assert.equal((await connect(t).manifest(app(limited))).digest, IMAGE[0].digest);
  assert.ok(performance.now() - before >= 950, 'waited for less than Retry-After');

  const failing = await serve(t, { fault: firstTimes(3, '/manifests/', (response) => response.writeHead(503).end()) });
  assert.equal((await connect(t).manifest(app(failing))).digest, IMAGE[0].digest);
});

test('Retry-After is capped, and attempts are', async (t) => {
  const registry = await serve(t, {
    fault: firstTimes(99, '/manifests/', (response) => response.writeHead(429, { 'retry-after': '86400' }).end()),
  });
  const client = connect(t, { attempts: 3, retryAfterMs: 10 });
  await assert.rejects(client.manifest(app(registry)), isError('registry', /limits requests.*asks to wait 86400 s/));
  assert.equal(registry.requests.filter(({ path }) => path.includes('/manifests/')).length, 3);
});

test('a connection that breaks before the answer is repeated', async (t) => {
  const registry = await serve(t, { fault: firstTimes(2, '/manifests/', (response) => response.destroy()) });
  assert.equal((await connect(t).manifest(app(registry))).digest, IMAGE[0].digest);
});

test('silence before the answer and within it ends in an error', async (t) => {
  const mute = await serve(t, { fault: (request) => request.path.includes('/manifests/') });
  const client = connect(t, { attempts: 2, stallMs: 100 });
  await assert.rejects(client.manifest(app(mute)), isError('registry', /does not answer within 0.1 s/));

  const stuck = await serve(t, {
    fault: (request, response) => {
      if (!request.path.includes('/manifests/')) return false;
      response.writeHead(200).write('{');
      return true;
    },
  });
  await assert.rejects(client.manifest(app(stuck)), isError('registry', /stopped sending/));
});

test('a server that drips is given up like a silent one', async (t) => {
  const registry = await serve(t, {
    fault: (request, response) => {
      if (!request.path.includes('/blobs/')) return false;
      response.writeHead(200, { 'content-length': BIG.bytes.length });
      const timer = setInterval(() => response.write('a'), 20);
      response.on('close', () => clearInterval(timer));
      return true;
    },
  });
  const client = connect(t, { attempts: 2, stallMs: 150 });
  await assert.rejects(readBig(client, registry), isError('registry', /stopped sending/));
});

test('a slow reader is no silence', async (t) => {
  const registry = await serve(t, {});
  const client = connect(t, { stallMs: 60, attempts: 1 });
  let total = 0;
  let slept = false;
  for await (const piece of client.blob(
    { registry: registry.host, repository: 'team/big' },
    BIG.digest,
    BIG.bytes.length,
  )) {
    total += piece.length;
    if (!slept) await new Promise((resolve) => setTimeout(resolve, 200));
    slept = true;
  }
  assert.equal(total, BIG.bytes.length);
});

test('a blob is taken up where the connection broke', async (t) => {
  const ranges: (string | undefined)[] = [];
  const registry = await serve(t, {
    fault: (request, response) => {
      if (!request.path.includes('/blobs/')) return false;
      ranges.push(request.headers.range);
      if (ranges.length > 3) return false;
      const from = Number(/\d+/.exec(request.headers.range ?? '')?.[0] ?? 0);
      const rest = BIG.bytes.subarray(from);
      response.writeHead(from === 0 ? 200 : 206, {
        'content-length': rest.length,
        'content-range': `bytes ${from}-${BIG.bytes.length - 1}/${BIG.bytes.length}`,
      });
      response.write(rest.subarray(0, 500_000), () => setTimeout(() => response.destroy(), 20));
      return true;
    },
  });
  assert.ok((await readBig(connect(t), registry)).equals(Buffer.from(BIG.bytes)));
  assert.equal(ranges.length, 4);
  assert.equal(ranges[0], undefined);
  assert.ok(
    ranges.slice(1).every((range) => /^bytes=[1-9]\d*-$/.test(range ?? '')),
    ranges.join(),
  );
});

test('a server without ranges begins anew, and what is known is skipped', async (t) => {
  let count = 0;
  const registry = await serve(t, {
    fault: (request, response) => {
      if (!request.path.includes('/blobs/')) return false;
      response.writeHead(200, { 'content-length': BIG.bytes.length });
      count += 1;
      if (count > 1) response.end(BIG.bytes);
      else response.write(BIG.bytes.subarray(0, 1_000_000), () => setTimeout(() => response.destroy(), 20));
      return true;
    },
  });
  assert.ok((await readBig(connect(t), registry)).equals(Buffer.from(BIG.bytes)));
  assert.equal(count, 2);
});

test('another range than the one asked for is refused', async (t) => {
  let count = 0;
  const registry = await serve(t, {
    fault: (request, response) => {
      if (!request.path.includes('/blobs/')) return false;
      count += 1;
      if (count === 1) {
        response.writeHead(200, { 'content-length': BIG.bytes.length });
        response.write(BIG.bytes.subarray(0, 1000), () => setTimeout(() => response.destroy(), 20));
      } else {
        response
          .writeHead(206, { 'content-range': `bytes 0-999/${BIG.bytes.length}` })
          .end(BIG.bytes.subarray(0, 1000));
      }
      return true;
    },
  });
  await assert.rejects(readBig(connect(t), registry), isError('registry', /another range/));
});

test('lying lengths: a blob of another size is refused, one cut short is not taken for whole', async (t) => {
  const answers: readonly (readonly [Fault, string, RegExp])[] = [
    [sends({ 'content-length': '10' }, Buffer.alloc(10)), 'digest-mismatch', /has 10 bytes/],
    [sends({}, Buffer.alloc(BIG.bytes.length + 1)), 'digest-mismatch', /sends more than/],
    [sends({}, Buffer.alloc(0)), 'registry', /ended blob .* after 0 of 3000000 bytes/],
  ];
  for (const [fault, code, words] of answers) {
    const registry = await serve(t, { fault });
    await assert.rejects(readBig(connect(t, { attempts: 2 }), registry), isError(code, words));
  }
});

function sends(headers: Record<string, string>, body: Uint8Array): Fault {
  return (request, response) => {
    if (!request.path.includes('/blobs/')) return false;
    response.writeHead(200, headers).end(body);
    return true;
  };
}

test('mirrors are asked first and passed over when they lack the image', async (t) => {
  const mirror = await serve(t, { images: { 'cache/team/app:1': IMAGE } });
  const origin = await serve(t, {});
  const client = connect(t, { mirrors: [{ prefix: origin.host, location: `${mirror.host}/cache` }] });
  const hit = await client.manifest(app(origin));
  assert.deepEqual([hit.place.registry, hit.place.repository], [mirror.host, 'cache/team/app']);
  assert.equal(origin.requests.length, 0);

  assert.equal((await client.manifest(parseReference(`${origin.host}/team/big:1`))).digest, BIG.digest);

  const rules = [
    { prefix: origin.host, location: `${mirror.host}/wrong` },
    { prefix: `${origin.host}/team`, location: `${mirror.host}/cache/team` },
  ];
  const specific = await connect(t, { mirrors: rules }).manifest(app(origin));
  assert.equal(specific.place.repository, 'cache/team/app');
  assert.equal(mirror.requests.filter(({ path }) => path.includes('wrong')).length, 0);

  const both = client.manifest(parseReference(`${origin.host}/team/none:1`));
  await assert.rejects(both, isError('not-found', /has no .*mirrors before it.*cache\/team\/none/));
});

test('plain HTTP is for loopback and listed hosts alone', async (t) => {
  const registry = await serve(t, {});
  // The unspecified address reaches this machine without being called loopback.
  const host = registry.host.replace('127.0.0.1', '0.0.0.0');
  const reference = parseReference(`${host}/team/app:1`);
  await assert.rejects(
    connect(t, { attempts: 1 }).manifest(reference),
    isError('registry', /does not speak TLS.*registries\.insecure/),
  );
  assert.equal(registry.requests.length, 0);
  assert.equal((await connect(t, { insecure: [host] }).manifest(reference)).digest, IMAGE[0].digest);
});

test('a web page or schema 1 under a digest is told by name', async (t) => {
  const rows: readonly (readonly [string, string, string, RegExp])[] = [
    ['text/html', '<html>', 'parse', /web page/],
    ['application/vnd.docker.distribution.manifest.v1+prettyjws', '{"schemaVersion":1}', 'unsupported', /schema 1/],
    ['application/vnd.oci.image.manifest.v1+json', '{"schemaVersion":1}', 'digest-mismatch', /not sha256/],
  ];
  for (const [type, body, code, words] of rows) {
    const registry = await serve(t, {
      fault: (request, response) => {
        if (!request.path.includes('/manifests/')) return false;
        response.writeHead(200, { 'content-type': type }).end(body);
        return true;
      },
    });
    const reference = parseReference(`${registry.host}/team/app@${IMAGE[0].digest}`);
    await assert.rejects(connect(t).manifest(reference), isError(code, words));
  }
});

test('a port that nobody listens at is told at once', async (t) => {
  const registry = await serve(t, {});
  await registry.close();
  const before = performance.now();
  await assert.rejects(connect(t, { backoffMs: 5000 }).manifest(app(registry)), isError('registry', /ECONNREFUSED/));
  assert.ok(performance.now() - before < 2000);
});
