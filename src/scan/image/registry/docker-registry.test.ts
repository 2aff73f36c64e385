import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { createPrivateKey, randomUUID, sign } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import {
  type DockerRegistry,
  type DockerRegistryOptions,
  startDockerRegistry,
} from '../../../../test/support/docker-registry.ts';
import { startLoopbackRegistry } from '../../../../test/support/loopback-registry.ts';
import { needsPrograms } from '../../../../test/support/needs.ts';
import { type MadeImage, makeImage, makeIndex, makeTar, writeLayout } from '../../../../test/support/oci-layout.ts';
import { digestOf } from '../../../platform/canonical.ts';
import { PlimsollError } from '../../../platform/errors.ts';
import { BlobReader } from '../blob.ts';
import { openImage } from '../open.ts';
import { placeReference, resolvePhysical } from '../resolve.ts';
import { type RegistrySettings, registryAccess } from './access.ts';
import { RegistryClient } from './client.ts';

const NEEDS = needsPrograms('docker-registry', 'skopeo');
const NEEDS_TLS = needsPrograms('docker-registry', 'skopeo', 'openssl');

/** bcrypt of "correct horse". */
const PASSWORD_HASH = '$2b$05$abcdefghijklmnopqrstuuHNbAKRhpaujgo33bRWs.NLUTJO3lOy2';

const ARM = { os: 'linux', architecture: 'arm64', variant: 'v8' };
const AMD64 = makeImage({ layers: [makeTar({ 'etc/a': 'base' }), makeTar({ 'etc/b': 'top' })], run: { User: '1000' } });
const ARM64 = makeImage({ platform: ARM });
const MULTI = makeIndex([
  { image: ARM64, more: { platform: ARM } },
  { image: AMD64, more: { platform: { os: 'linux', architecture: 'amd64' } } },
]);

const runFile = promisify(execFile);

async function start(t: TestContext, options: DockerRegistryOptions = {}): Promise<DockerRegistry> {
  const registry = await startDockerRegistry(options);
  t.after(() => registry.stop());
  return registry;
}

function makeFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-oracle-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function connect(
  t: TestContext,
  settings: RegistrySettings = {},
  environment: Record<string, string> = {},
): RegistryClient {
  const client = new RegistryClient(registryAccess(environment, { backoffMs: 1, attempts: 2, ...settings }));
  t.after(() => client.close());
  return client;
}

async function push(
  t: TestContext,
  images: Readonly<Record<string, MadeImage>>,
  to: string,
  ...flags: string[]
): Promise<void> {
  const layout = writeLayout(join(makeFolder(t), 'layout'), images);
  for (const tag of Object.keys(images)) {
    await runFile('skopeo', [
      'copy',
      '--all',
      '--dest-tls-verify=false',
      ...flags,
      `oci:${layout}:${tag}`,
      `docker://${to}:${tag}`,
    ]);
  }
}

test(
  'pulls what skopeo pushed, by tag, by digest and by platform; every layer is what its digest says',
  NEEDS,
  async (t) => {
    const { host } = await start(t);
    await push(t, { multi: MULTI, single: AMD64 }, `${host}/team/app`);
    const client = connect(t);
    const multi = await openImage(`docker://${host}/team/app:multi`, { client });
    assert.equal(multi.digest, AMD64[0].digest);
    assert.equal(multi.platform, 'linux/amd64');
    assert.equal(multi.config.user, '1000');
    assert.equal(multi.layers.length, 2);
    for (const layer of multi.layers) {
      const pieces: Uint8Array[] = [];
      for await (const piece of new BlobReader(() => client).read(layer)) pieces.push(Buffer.from(piece));
      assert.equal(digestOf(Buffer.concat(pieces)), layer.digest);
    }
    const arm = await openImage(`${host}/team/app@${MULTI[0].digest}`, { client, platform: 'linux/arm64' });
    assert.equal(arm.digest, ARM64[0].digest);
    await assert.rejects(
      openImage(`${host}/team/app:single`, { client, platform: 'linux/arm64' }),
      /for linux\/amd64 alone/,
    );
    await assert.rejects(
      openImage(`${host}/team/app:multi`, { client, platform: 'linux/s390x' }),
      /it has linux\/arm64, linux\/amd64/,
    );

    const inspected = JSON.parse(
      (await runFile('skopeo', ['inspect', '--tls-verify=false', `docker://${host}/team/app:multi`])).stdout,
    );
    const name = `${host}/team/app:multi`;
    assert.equal(await resolvePhysical(name, name, client), `${inspected.Name}@${inspected.Digest}`);
    assert.deepEqual(
      multi.layers.map(({ digest }) => digest),
      inspected.Layers,
    );
  },
);

test('Docker schema 2 as skopeo converts it', NEEDS, async (t) => {
  const { host } = await start(t);
  await push(t, { v2: AMD64 }, `${host}/app`, '--format', 'v2s2');
  const image = await openImage(`${host}/app:v2`, { client: connect(t) });
  assert.equal(image.layers[0]?.packing, 'gzip');
  assert.notEqual(image.digest, AMD64[0].digest);
  assert.equal(image.config.user, '1000');
});

test('schema 1 is refused clearly', NEEDS, async (t) => {
  const { host } = await start(t);
  await push(t, { v1: AMD64 }, `${host}/app`, '--format', 'v2s1');
  await assert.rejects(openImage(`${host}/app:v1`, { client: connect(t) }), (error) => {
    assert.ok(error instanceof PlimsollError);
    assert.equal(error.code, 'unsupported');
    assert.match(error.message, /schema 1/);
    return true;
  });
});

test('a mapped place that lacks the image: the digest comes from upstream, the name from the map', NEEDS, async (t) => {
  const [mirror, upstream] = [await start(t), await start(t)];
  await push(t, { '1': AMD64 }, `${upstream.host}/team/app`);
  const rules = [{ match: upstream.host, to: `${mirror.host}/up` }];
  const client = connect(t);
  const resolve = (logical: string) => resolvePhysical(logical, placeReference(logical, undefined, rules), client);
  assert.equal(await resolve(`${upstream.host}/team/app:1`), `${mirror.host}/up/team/app@${AMD64[0].digest}`);
  await assert.rejects(resolve(`${upstream.host}/team/none:1`), /has no image/);
});

test('basic authentication with a real registry, credentials as skopeo login writes them', NEEDS, async (t) => {
  const folder = makeFolder(t);
  writeFileSync(join(folder, 'htpasswd'), `ann:${PASSWORD_HASH}\n`);
  const { host } = await start(t, { auth: { htpasswd: { realm: 'test', path: join(folder, 'htpasswd') } } });
  await push(t, { '1': AMD64 }, `${host}/app`, '--dest-creds', 'ann:correct horse');
  const authFile = join(folder, 'auth.json');
  execFileSync(
    'skopeo',
    ['login', '--tls-verify=false', '--authfile', authFile, '-u', 'ann', '-p', 'correct horse', host],
    { stdio: 'ignore' },
  );
  const image = await openImage(`${host}/app:1`, { client: connect(t, {}, { REGISTRY_AUTH_FILE: authFile }) });
  assert.equal(image.digest, AMD64[0].digest);
  await assert.rejects(openImage(`${host}/app:1`, { client: connect(t) }), (error) => {
    assert.ok(error instanceof PlimsollError);
    assert.equal(error.code, 'unauthorized');
    return true;
  });
});

test(
  'TLS with a private authority: trusted when given, refused when not, never spoken to in plain',
  NEEDS_TLS,
  async (t) => {
    const { certificate, key } = makeCertificate(makeFolder(t));
    const { host } = await start(t, { tls: { certificate, key } });
    await push(t, { '1': AMD64 }, `${host}/app`);
    const trusting = connect(t, { ca: readFileSync(certificate, 'utf8') });
    assert.equal((await openImage(`${host}/app:1`, { client: trusting })).digest, AMD64[0].digest);
    await assert.rejects(openImage(`${host}/app:1`, { client: connect(t) }), /certificate of .* is not trusted/);
  },
);

test('token authentication with a real registry that verifies the tokens', NEEDS_TLS, async (t) => {
  const folder = makeFolder(t);
  const { certificate, key } = makeCertificate(folder);
  const service = await startLoopbackRegistry({
    fault: (request, response) => {
      const scope = new URL(request.path, 'http://x').searchParams.get('scope') ?? '';
      response.end(JSON.stringify({ token: makeToken(certificate, key, scope), expires_in: 300 }));
      return true;
    },
  });
  t.after(() => service.close());
  const token = {
    realm: `http://${service.host}/token`,
    service: 'oracle',
    issuer: 'oracle',
    rootcertbundle: certificate,
  };
  const { host } = await start(t, { auth: { token } });
  await push(t, { '1': AMD64 }, `${host}/team/app`);
  service.requests.length = 0;
  const client = connect(t);
  const image = await openImage(`${host}/team/app:1`, { client });
  assert.equal(image.digest, AMD64[0].digest);
  const scopes = service.requests.map(({ path }) => new URL(path, 'http://x').searchParams.get('scope'));
  assert.deepEqual(scopes, ['repository:team/app:pull']);
});

function makeCertificate(folder: string): { certificate: string; key: string } {
  const certificate = join(folder, 'certificate.pem');
  const key = join(folder, 'key.pem');
  const args = [
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-days',
    '2',
    '-subj',
    '/CN=test',
    '-addext',
    'subjectAltName=IP:127.0.0.1',
  ];
  execFileSync('openssl', [...args, '-keyout', key, '-out', certificate], { stdio: 'ignore' });
  return { certificate, key };
}

/** A token as the distribution project's registry verifies it (docs/spec/auth/jwt.md): RS256, the certificate in the header. */
function makeToken(certificate: string, key: string, scope: string): string {
  const der = readFileSync(certificate, 'utf8').replaceAll(/-----[A-Z ]+-----|\s/g, '');
  const [type, name, actions] = scope.split(':');
  const now = Math.floor(Date.now() / 1000);
  const access = type === 'repository' ? [{ type, name, actions: (actions ?? '').split(',') }] : [];
  const claims = {
    iss: 'oracle',
    sub: '',
    aud: 'oracle',
    exp: now + 300,
    nbf: now - 10,
    iat: now,
    jti: randomUUID(),
    access,
  };
  const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const text = `${encode({ typ: 'JWT', alg: 'RS256', x5c: [der] })}.${encode(claims)}`;
  return `${text}.${sign('RSA-SHA256', Buffer.from(text), createPrivateKey(readFileSync(key))).toString('base64url')}`;
}
