import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { startLoopbackRegistry } from '../../../../test/support/loopback-registry.ts';
import { makeImage } from '../../../../test/support/oci-layout.ts';
import { parseReference } from '../reference.ts';
import { registryAccess } from './access.ts';
import { RegistryClient } from './client.ts';

test('a proxy of the environment is used, but not for loopback and not for what NO_PROXY names', async (t) => {
  const asked: string[] = [];
  const proxy = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.writeHead(502).end();
  });
  proxy.on('connect', (request, socket) => {
    asked.push(request.url ?? '');
    socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  t.after(() => proxy.close());
  const image = makeImage();
  const registry = await startLoopbackRegistry({ images: { 'a:1': image } });
  t.after(() => registry.close());
  const address = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  const unspecified = registry.host.replace('127.0.0.1', '0.0.0.0');
  const environment = { HTTPS_PROXY: address, HTTP_PROXY: address, NO_PROXY: '0.0.0.0' };
  const client = new RegistryClient(registryAccess(environment, { attempts: 1, insecure: [unspecified] }));
  t.after(() => client.close());

  await assert.rejects(client.manifest(parseReference('registry.invalid/a:1')), /registry\.invalid/);
  assert.deepEqual(asked, ['registry.invalid:443']);
  for (const host of [registry.host, unspecified]) {
    assert.equal((await client.manifest(parseReference(`${host}/a:1`))).digest, image[0].digest);
  }
  assert.equal(asked.length, 1);
});
