import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import {
  type LoopbackRegistry,
  type SeenRequest,
  startLoopbackRegistry,
} from '../../../../test/support/loopback-registry.ts';
import { makeImage } from '../../../../test/support/oci-layout.ts';
import { PlimsollError } from '../../../platform/errors.ts';
import { parseReference } from '../reference.ts';
import { registryAccess } from './access.ts';
import { RegistryClient } from './client.ts';

const IMAGE = makeImage();
const SECRET = 'p4ss:w0rd';
const BASIC = `Basic ${Buffer.from(`ann:${SECRET}`).toString('base64')}`;

function makeFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-login-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Environment whose only file with credentials holds `content`. */
function withAuthFile(t: TestContext, content: unknown): Record<string, string> {
  const path = join(makeFolder(t), 'auth.json');
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return { REGISTRY_AUTH_FILE: path };
}

function passwordFor(host: string): unknown {
  return { auths: { [host]: { auth: Buffer.from(`ann:${SECRET}`).toString('base64') } } };
}

function connect(t: TestContext, environment: Readonly<Record<string, string>>): RegistryClient {
  const client = new RegistryClient(registryAccess(environment, { backoffMs: 1, attempts: 2, stallMs: 2000 }));
  t.after(() => client.close());
  return client;
}

async function serve(
  t: TestContext,
  fault: (request: SeenRequest, response: ServerResponse) => boolean,
): Promise<LoopbackRegistry> {
  const registry = await startLoopbackRegistry({
    images: { 'team/app:1': IMAGE, 'team/other:1': IMAGE, 'library/alpine:3': IMAGE },
    fault,
  });
  t.after(() => registry.close());
  return registry;
}

/** Lets pass what carries the header, and challenges the rest; a function may answer the other paths. */
function guarded(challenge: () => string, accepts: (authorization: string | undefined) => boolean) {
  return (request: SeenRequest, response: ServerResponse): boolean => {
    if (!request.path.startsWith('/v2/') || accepts(request.headers.authorization)) return false;
    response.writeHead(401, { 'www-authenticate': challenge() }).end();
    return true;
  };
}

function isRefusal(words: RegExp, code = 'unauthorized'): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof PlimsollError, String(error));
    assert.equal(error.code, code, error.message);
    assert.match(error.message, words);
    for (let at: unknown = error; at instanceof Error; at = at.cause) {
      assert.doesNotMatch(`${at.message} ${at.stack}`, /p4ss|w0rd|cDRzc/, 'a secret in a message');
    }
    return true;
  };
}

test('basic: the password is sent once the registry asks, and not before', async (t) => {
  const registry = await serve(
    t,
    guarded(
      () => 'Basic realm="r"',
      (header) => header === BASIC,
    ),
  );
  const client = connect(t, withAuthFile(t, passwordFor(registry.host)));
  const reference = parseReference(`${registry.host}/team/app:1`);
  assert.equal((await client.manifest(reference)).digest, IMAGE[0].digest);
  await client.manifest(reference);
  const sent = registry.requests
    .filter(({ path }) => path.includes('manifests'))
    .map(({ headers }) => headers.authorization);
  assert.deepEqual(sent, [undefined, BASIC, BASIC]);
});

test('a refusal says where credentials were looked for and never quotes them', async (t) => {
  const registry = await serve(
    t,
    guarded(
      () => 'Basic realm="r"',
      () => false,
    ),
  );
  const reference = parseReference(`${registry.host}/team/app:1`);
  const none = connect(t, { HOME: '/nonexistent', XDG_RUNTIME_DIR: '/nonexistent/run' });
  await assert.rejects(
    none.manifest(reference),
    isRefusal(
      /no credentials .*\/nonexistent\/run\/containers\/auth\.json \(not there\).*\.docker\/config\.json .*skopeo login/,
    ),
  );
  const wrong = connect(t, withAuthFile(t, passwordFor(registry.host)));
  await assert.rejects(wrong.manifest(reference), isRefusal(/may not read it/));
  const odd = await serve(
    t,
    guarded(
      () => 'Negotiate',
      () => false,
    ),
  );
  await assert.rejects(none.manifest(parseReference(`${odd.host}/team/app:1`)), isRefusal(/not supported/));
});

test('a damaged file with credentials is named, its content is not', async (t) => {
  const registry = await serve(
    t,
    guarded(
      () => 'Basic realm="r"',
      () => false,
    ),
  );
  const reference = parseReference(`${registry.host}/team/app:1`);
  for (const content of [`{"auths": p4ss:w0rd`, `{"auths":{"${registry.host}":{"auth":"cDRzc3cwcmQ="}}}`, '[]']) {
    const client = connect(t, withAuthFile(t, content));
    await assert.rejects(client.manifest(reference), isRefusal(/auth\.json/, 'config-invalid'));
  }
});

test('bearer: one token a repository, kept until it ends, got with the password from the service alone', async (t) => {
  let count = 0;
  let seconds = 300;
  const registry = await serve(t, (request, response) => {
    const url = new URL(request.path, 'http://x');
    if (url.pathname === '/token') {
      count += 1;
      response.end(JSON.stringify({ token: `token-${count}`, expires_in: seconds }));
      return true;
    }
    const challenge = `Bearer realm="http://${registry.host}/token",service="the service",scope="repository:a,b:pull"`;
    return guarded(
      () => challenge,
      (header) => header === `Bearer token-${count}` && count > 0,
    )(request, response);
  });
  const client = connect(t, withAuthFile(t, passwordFor(registry.host)));
  const reference = parseReference(`${registry.host}/team/app:1`);
  await client.manifest(reference);
  await client.manifest(reference);
  assert.equal(count, 1);
  const asked = registry.requests.find(({ path }) => path.startsWith('/token'));
  const query = new URL(asked?.path ?? '', 'http://x').searchParams;
  assert.deepEqual(
    [...query],
    [
      ['service', 'the service'],
      ['scope', 'repository:a,b:pull'],
    ],
  );
  assert.equal(asked?.headers.authorization, BASIC);
  for (const { path, headers } of registry.requests) {
    if (path.startsWith('/v2/')) assert.notEqual(headers.authorization, BASIC);
  }

  seconds = 1;
  await client.manifest(parseReference(`${registry.host}/team/other:1`));
  await client.manifest(parseReference(`${registry.host}/team/other:1`));
  assert.equal(count, 3, 'a token that ends within seconds is not kept');
  await client.manifest(reference);
  assert.equal(count, 4, 'a token that the registry no longer takes is replaced');
});

test('bearer: an identity token is exchanged by POST', async (t) => {
  const registry = await serve(t, (request, response) => {
    if (request.path === '/token') {
      assert.equal(request.method, 'POST');
      assert.deepEqual(Object.fromEntries(new URLSearchParams(request.body)), {
        grant_type: 'refresh_token',
        client_id: 'plimsoll',
        refresh_token: SECRET,
        service: 's',
        scope: 'repository:team/app:pull',
      });
      response.end(JSON.stringify({ access_token: 'access' }));
      return true;
    }
    const challenge = `Bearer realm="http://${registry.host}/token",service="s"`;
    return guarded(
      () => challenge,
      (header) => header === 'Bearer access',
    )(request, response);
  });
  const client = connect(t, withAuthFile(t, { auths: { [registry.host]: { identitytoken: SECRET } } }));
  assert.equal((await client.manifest(parseReference(`${registry.host}/team/app:1`))).digest, IMAGE[0].digest);
});

test('bearer: a service behind plain HTTP elsewhere, without a token, or that redirects, gets and gives nothing', async (t) => {
  const bad: readonly (readonly [realm: string, words: RegExp, code: string])[] = [
    ['http://tokens.example/', /not https/, 'registry'],
    ['file:///etc/passwd', /not https/, 'registry'],
    ['nonsense', /no URL/, 'registry'],
    ['/empty', /holds no token/, 'registry'],
    ['/page', /web page/, 'parse'],
    ['/denied', /refuses/, 'unauthorized'],
    ['/away', /status 307/, 'registry'],
    ['/split', /no header may/, 'registry'],
  ];
  for (const [realm, words, code] of bad) {
    const registry = await serve(t, (request, response) => {
      const path = request.path.split('?', 1)[0];
      if (path === '/empty') response.end('{}');
      else if (path === '/page') response.end('<html>');
      else if (path === '/denied') response.writeHead(401).end();
      else if (path === '/away') response.writeHead(307, { location: '/elsewhere' }).end();
      else if (path === '/split') response.end(JSON.stringify({ token: 'a\r\nx: y' }));
      else {
        const url = realm.startsWith('/') ? `http://${registry.host}${realm}` : realm;
        return guarded(
          () => `Bearer realm="${url}"`,
          () => false,
        )(request, response);
      }
      return true;
    });
    const client = connect(t, withAuthFile(t, passwordFor(registry.host)));
    await assert.rejects(client.manifest(parseReference(`${registry.host}/team/app:1`)), isRefusal(words, code));
    assert.equal(registry.requests.filter(({ path }) => path === '/elsewhere').length, 0);
  }
});

test('a redirect takes no credentials to another host, and keeps them on its own', async (t) => {
  const storage = await serve(t, () => false);
  const registry = await serve(t, (request, response) => {
    if (request.headers.authorization !== BASIC)
      return guarded(
        () => 'Basic realm="r"',
        () => false,
      )(request, response);
    if (!request.path.includes('/blobs/')) return false;
    const where = request.path.includes('team/app') ? `http://${storage.host}` : '';
    if (where === '' && request.path.includes('again')) return false;
    response.writeHead(307, { location: `${where}${request.path.replace('team/other', 'again/other')}` }).end();
    return true;
  });
  const client = connect(t, withAuthFile(t, passwordFor(registry.host)));
  const [, config] = IMAGE;
  assert.ok(config !== undefined);
  for (const repository of ['team/app', 'team/other']) {
    const pieces: Uint8Array[] = [];
    for await (const piece of client.blob(
      { registry: registry.host, repository },
      config.digest,
      config.bytes.length,
    )) {
      pieces.push(piece);
    }
    assert.ok(Buffer.concat(pieces).equals(Buffer.from(config.bytes)));
  }
  assert.equal(storage.requests.length, 1);
  assert.equal(storage.requests[0]?.headers.authorization, undefined);
  assert.equal(registry.requests.find(({ path }) => path.includes('again'))?.headers.authorization, BASIC);
});

test('a host behind a redirect that asks for a login is not answered; loops and schemes end', async (t) => {
  const storage = await serve(
    t,
    guarded(
      () => 'Basic realm="r"',
      () => false,
    ),
  );
  let target = `http://${storage.host}/v2/x`;
  const registry = await serve(t, (request, response) => {
    if (!request.path.includes('/manifests/')) return false;
    response.writeHead(302, { location: target }).end();
    return true;
  });
  const content = { auths: { [registry.host]: { auth: 'YTpi' }, [storage.host]: { auth: 'YTpi' } } };
  const client = connect(t, withAuthFile(t, content));
  const reference = parseReference(`${registry.host}/team/app:1`);
  await assert.rejects(client.manifest(reference), isRefusal(/status 401/, 'registry'));
  assert.equal(storage.requests.length, 1);
  const rows: readonly (readonly [string, RegExp])[] = [
    ['/v2/team/app/manifests/1', /redirects more than 5 times/],
    ['http://storage.example/secret?signature=p4ss', /not followed: it is not https/],
    ['file:///etc/passwd', /not followed/],
    ['http://[', /no URL/],
  ];
  for (const [location, words] of rows) {
    target = location;
    await assert.rejects(client.manifest(reference), isRefusal(words, 'registry'));
  }
});

test('a credential helper is asked once for its registry, without a shell', async (t) => {
  const folder = makeFolder(t);
  const helper = (name: string, script: string): void => {
    writeFileSync(join(folder, `docker-credential-${name}`), `#!/bin/sh\n${script}\n`);
    chmodSync(join(folder, `docker-credential-${name}`), 0o755);
  };
  helper('good', `read server; echo "$1 $server" >> "$HOME/asked"; printf '{"Username":"ann","Secret":"${SECRET}"}'`);
  helper('empty', 'echo "credentials not found in native keychain"; exit 1');
  helper('broken', `echo "${SECRET}"; exit 1`);
  const registry = await serve(
    t,
    guarded(
      () => 'Basic realm="r"',
      (header) => header === BASIC,
    ),
  );
  const reference = parseReference(`${registry.host}/team/app:1`);
  const run = (content: unknown) => {
    const path = `${folder}${delimiter}/usr/bin${delimiter}/bin`;
    return connect(t, { ...withAuthFile(t, content), HOME: folder, PATH: path });
  };
  const good = run({ credHelpers: { [registry.host]: 'good' } });
  await good.manifest(reference);
  await good.manifest(parseReference(`${registry.host}/team/other:1`));
  const { readFileSync } = await import('node:fs');
  assert.equal(readFileSync(join(folder, 'asked'), 'utf8'), `get ${registry.host}\n`);

  await run({ credsStore: 'good' }).manifest(reference);
  const auths = passwordFor(registry.host) as object;
  await run({ credsStore: 'empty', ...auths }).manifest(reference);

  const failing = run({ credHelpers: { [registry.host]: 'broken' }, credsStore: '../../evil; touch x' });
  await assert.rejects(
    failing.manifest(reference),
    isRefusal(/broken \(failed\).*not the name of a credential helper/),
  );
  const absent = run({ credHelpers: { [registry.host]: 'absent' } });
  await assert.rejects(absent.manifest(reference), isRefusal(/docker-credential-absent \(not installed\)/));
});
