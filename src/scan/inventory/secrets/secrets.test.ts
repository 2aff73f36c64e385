import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { needsPrograms } from '../../../../test/support/needs.ts';
import { makeTar } from '../../../../test/support/oci-layout.ts';
import { LIMITS } from '../../../platform/limits.ts';
import { parseImageConfig } from '../../image/config.ts';
import { readLayer } from '../../image/layer/read-layer.ts';
import { mergeInventory, viewOf } from '../merge.ts';
import type { Inventory, Package } from '../package.ts';
import { CATALOGUERS } from '../registry.ts';
import { header } from '../test-facts.ts';
import { type SecretFact, secrets } from './index.ts';
import { SECRET_PATTERNS, secretForm } from './names.ts';

const ED25519 = generateKeyPairSync('ed25519').privateKey;
const PEM = pem(ED25519);
const DIGEST = `sha256:${'0'.repeat(64)}` as const;

function pem(key: KeyObject, passphrase?: string): string {
  const locked = passphrase === undefined ? {} : { cipher: 'aes-256-cbc', passphrase };
  return key.export({ type: 'pkcs8', format: 'pem', ...locked }).toString();
}

/** Kinds in a file as the walk would find them, with `!` for locked and `*` for well-known ones. */
function kinds(path: string, content: string | Uint8Array): readonly string[] {
  const body = Buffer.from(content);
  const entry = header(path, { size: body.length });
  if (secrets.wants?.(entry) !== true) return ['not asked'];
  const found = (secrets.read?.(body, entry).data as SecretFact | undefined)?.secrets ?? [];
  return found.map(({ kind, locked, wellKnown }) => `${kind}${locked ? '!' : ''}${wellKnown ? '*' : ''}`);
}

const CERTIFICATE = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';
const HASH = `$6$saltsalt$${'a'.repeat(86)}`;
const TABLE: readonly (readonly [path: string, content: string, expected: readonly string[]])[] = [
  ['root/.ssh/id_ed25519', PEM, ['private-key']],
  ['etc/ssh/ssh_host_rsa_key', PEM, ['private-key']],
  ['app/server.pem', `${CERTIFICATE}${PEM}`, ['private-key']],
  ['app/tls.key', pem(ED25519, 'word'), ['private-key!']],
  ['app/server.pem', CERTIFICATE, []],
  ['app/public.pem', '-----BEGIN PUBLIC KEY-----\nMFkw\n-----END PUBLIC KEY-----\n', []],
  ['app/example.key', '-----BEGIN RSA PRIVATE KEY-----\n...\n-----END RSA PRIVATE KEY-----\n', []],
  ['app/cut.key', PEM.slice(0, 60), []],
  ['root/.gnupg/private-keys-v1.d/A.key', 'Key: (protected-private-key (rsa (n #00#)))', ['private-key!']],
  ['home/u/a.ppk', 'PuTTY-User-Key-File-3: ssh-rsa\nEncryption: none\n', ['private-key']],
  ['etc/ssl/certs/a.pem', PEM, ['not asked']],
  ['root/.docker/config.json', '{"auths":{"r":{"auth":"dTpw"}}}', ['registry-login']],
  ['root/.docker/config.json', '{"auths":{"r":{}},"credsStore":"pass"}', []],
  ['app/config.json', '{"auth":"dTpw"}', ['not asked']],
  ['root/.kube/config', 'users:\n- user:\n    token: eyJhbGciOiJSUzI1NiJ9.e30.c2ln\n', ['cluster-login']],
  ['root/.kube/config', `users:\n- user:\n    client-key-data: ${'QUJD'.repeat(30)}\n`, ['cluster-login']],
  ['root/.kube/config', `clusters:\n- cluster:\n    certificate-authority-data: ${'QUJD'.repeat(30)}\n`, []],
  ['etc/kubernetes/admin.conf', 'users:\n- user:\n    password: sesame-open\n', ['cluster-login']],
  ['etc/app/admin.conf', 'password: sesame', ['not asked']],
  ['root/.netrc', 'machine example.com login u password sesame-open\n', ['password']],
  ['root/.npmrc', '//registry.npmjs.org/:_authToken=0123456789\n', ['token']],
  ['root/.npmrc', `//registry.npmjs.org/:_authToken=$\{NPM_TOKEN}\nfund=false\n`, []],
  ['root/.pypirc', '[pypi]\nusername: u\npassword: sesame-open\n', ['password']],
  [
    'root/.aws/credentials',
    `[default]\naws_access_key_id = AKIA${'A'.repeat(16)}\naws_secret_access_key = ${'b'.repeat(40)}\n`,
    ['cloud-key', 'cloud-key'],
  ],
  [
    'root/.aws/credentials',
    'aws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n',
    [],
  ],
  ['root/.gem/credentials', ':rubygems_api_key: rubygems_0123456789\n', ['token']],
  ['root/.config/gh/hosts.yml', `github.com:\n    oauth_token: gho_${'a'.repeat(36)}\n`, ['token']],
  [
    'root/.config/gcloud/application_default_credentials.json',
    '{"client_secret":"d-FL95Q19q7","refresh_token":"1//0abcdef"}',
    ['cloud-key', 'cloud-key'],
  ],
  ['app/service-account.json', JSON.stringify({ type: 'service_account', private_key: PEM }), ['private-key']],
  ['root/.azure/msal_token_cache.json', '{"AccessToken":{"a":{"secret":"eyJ0eXAiOi"}}}', ['cloud-key']],
  ['root/.git-credentials', 'https://u:sesame-open@example.com\n', ['password']],
  ['srv/app/.git/config', '[remote "origin"]\n\turl = https://u:sesame-open@example.com/a.git\n', ['password']],
  ['srv/app/.git/config', '[remote "origin"]\n\turl = https://example.com/a.git\n', []],
  ['etc/pip.conf', `[global]\nindex-url = https://u:$\{PASSWORD}@example.com/simple\n`, []],
  ['root/.pgpass', '# host:port:db:user:word\n*:*:*:u:sesame-open\n', ['password']],
  ['root/.my.cnf', '[client]\npassword="sesame-open"\n', ['password']],
  ['etc/shadow', `root:${HASH}:19000:0:99999:7:::\ndaemon:*:19000::::::\n`, ['password-hash']],
  ['etc/shadow', 'root:*:1:::::::\nbin:!:1:::::::\nu:!!:1:::::::\nv::1:::::::\n', []],
  ['etc/nginx/.htpasswd', `u:$2y$05$${'a'.repeat(53)}\n`, ['password-hash']],
  ['app/.env', 'DB_PASSWORD=sesame-open\nexport API_KEY="0123-abc"\n', ['password', 'token']],
  [
    'app/.env',
    'PASSWORD_FILE=/run/secrets/a\nTOKEN_URL=https://example.com\nDB_PASSWORD=\nSECRET=<secret>\nMAX_TOKENS=5\n',
    [],
  ],
  ['app/.env', 'DB_PASSWORD=changeme\n', ['password*']],
  ['var/run/secrets/kubernetes.io/serviceaccount/token', 'eyJhbGciOiJSUzI1NiJ9.e30.c2ln', ['token']],
  ['app/terraform.tfstate', JSON.stringify({ private_key_pem: PEM }), ['private-key']],
];

for (const [index, [path, content, expected]] of TABLE.entries()) {
  test(`${index} ${path}: ${expected.join(', ') || 'nothing'}`, () => assert.deepEqual(kinds(path, content), expected));
}

test('every pattern leads to a form, and forms are looked for where the name means them', () => {
  for (const pattern of SECRET_PATTERNS) {
    const name = pattern.replace('**/', '').replace('*', 'a');
    const folders = [
      'a',
      '.docker',
      '.kube',
      'kubernetes',
      '.aws',
      '.azure',
      '.ssh',
      'serviceaccount',
      'etc',
      '.cargo',
      'gh',
    ];
    assert.ok(
      folders.some((folder) => secretForm(header(`x/${folder}/${name}`)) !== undefined),
      pattern,
    );
  }
  assert.equal(secretForm(header('root/.netrc', { size: 0 })), undefined);
  assert.equal(secretForm(header('root/.netrc', { type: 'hardlink' })), undefined);
});

test('what openssl, ssh-keygen and keytool write', needsPrograms('openssl', 'ssh-keygen'), () => {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-secrets-'));
  const run = (program: string, ...args: readonly string[]): void => {
    execFileSync(program, args, { cwd: folder, stdio: 'ignore' });
  };
  const file = (name: string): Buffer => readFileSync(join(folder, name));
  try {
    run('openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', 'key', '-out', 'cert', '-subj', '/CN=a');
    run('openssl', 'pkcs12', '-export', '-inkey', 'key', '-in', 'cert', '-out', 'both', '-passout', 'pass:word');
    run('openssl', 'pkcs12', '-export', '-nokeys', '-in', 'cert', '-out', 'certs', '-passout', 'pass:word');
    run('openssl', 'rsa', '-aes256', '-traditional', '-in', 'key', '-out', 'locked', '-passout', 'pass:word');
    run('openssl', 'rsa', '-traditional', '-in', 'key', '-out', 'pkcs1');
    assert.deepEqual(kinds('a.p12', file('both')), ['key-store!']);
    assert.deepEqual(kinds('a.p12', file('certs')), []);
    assert.deepEqual(kinds('a.key', file('locked')), ['private-key!'], 'Proc-Type: 4,ENCRYPTED');
    assert.deepEqual(kinds('a.key', file('pkcs1')), ['private-key']);
    for (const type of ['rsa', 'ecdsa', 'ed25519']) {
      run('ssh-keygen', '-q', '-t', type, '-N', '', '-f', type);
      run('ssh-keygen', '-q', '-t', type, '-N', 'sesame', '-f', `${type}-locked`);
      assert.deepEqual(kinds('root/.ssh/id_rsa', file(type)), ['private-key'], type);
      assert.deepEqual(kinds('root/.ssh/id_rsa', file(`${type}-locked`)), ['private-key!'], type);
      assert.deepEqual(kinds('root/.ssh/id_rsa', file(`${type}.pub`)), [], type);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('what people choose has no fingerprint, by which it could be guessed; what machines make has', () => {
  const printed = (path: string, content: string): readonly boolean[] => {
    const body = Buffer.from(content);
    const { data } = secrets.read?.(body, header(path, { size: body.length })) ?? {};
    return (data as SecretFact).secrets.map(({ fingerprint }) => fingerprint !== undefined);
  };
  assert.deepEqual(printed('root/.docker/config.json', '{"auths":{"r":{"auth":"dTpw","identitytoken":"0123abcd"}}}'), [
    true,
    false,
  ]);
  assert.deepEqual(printed('root/.npmrc', '_auth=dTpw\n//r/:_password=c2VzYW1l\n//r/:_authToken=0123abcd\n'), [
    true,
    false,
  ]);
  assert.deepEqual(printed('root/.netrc', 'machine r login u password sesame-open\n'), [false]);
});

test('a Java key store is told from a store of certificates', () => {
  const store = (tags: readonly number[]): Buffer =>
    Buffer.concat([
      Buffer.from('feedfeed00000002', 'hex'),
      Buffer.from([0, 0, 0, tags.length]),
      ...tags.map((tag) =>
        Buffer.from(`0000000${tag}000161${'00'.repeat(8)}0005582e3530390000000201020000`.slice(0, -4), 'hex'),
      ),
    ]);
  assert.deepEqual(kinds('a.jks', store([2, 2, 2])), []);
  assert.deepEqual(kinds('a.jks', store([2, 2, 1])), ['key-store!']);
  assert.deepEqual(kinds('a.jks', store([])), []);
});

test('whatever the bytes, nothing is thrown and nothing of the secret is in the result', () => {
  const words = fc.constantFrom(
    PEM,
    '-----BEGIN RSA PRIVATE KEY-----',
    'password=',
    'AKIA',
    ' ',
    '\n',
    'sesame-open',
    '":"',
    '\0',
  );
  fc.assert(
    fc.property(
      fc.array(fc.oneof(words, fc.string()), { maxLength: 12 }),
      fc.constantFrom(...TABLE),
      (parts, [path]) => {
        const text = parts.join('');
        const entry = header(path, { size: 1 });
        const result = JSON.stringify(secrets.read?.(Buffer.from(text), entry) ?? {});
        assert.ok(!result.includes('sesame') && !result.includes(PEM.split('\n')[1] ?? ''));
      },
    ),
    { numRuns: 300 },
  );
});

for (const [name, hostile] of [
  ['beginnings of keys', '-----BEGIN RSA PRIVATE KEY-----\n'.repeat(30_000)],
  ['keys of many names', Array.from({ length: 20_000 }, (_, i) => `-----BEGIN A${i} PRIVATE KEY-----\n`).join('')],
  ['spaces', ' '.repeat(1_000_000)],
  ['lines', '\n'.repeat(1_000_000)],
  ['an assignment of spaces', `password=${' '.repeat(1_000_000)}x`],
  ['short assignments', 'a:\n'.repeat(300_000)],
  ['colons', ':'.repeat(1_000_000)],
  ['addresses', 'https://a'.repeat(100_000)],
  ['words', 'password '.repeat(100_000)],
] as const) {
  test(`a file of ${name} takes no longer than its size allows`, () => {
    const paths = new Map(TABLE.map(([path]) => [secretForm(header(path)), path]));
    const started = process.cpuUsage();
    for (const path of paths.values()) kinds(path, hostile);
    const { user, system } = process.cpuUsage(started);
    assert.ok(user + system < 5_000_000, `${(user + system) / 1000} ms`);
  });
}

async function inventoryOf(layers: readonly Uint8Array[], config: object = {}): Promise<Inventory> {
  const reports = [];
  for (const layer of layers) reports.push(await readLayer(() => [layer], { readers: CATALOGUERS }));
  const parsed = parseImageConfig(Buffer.from(JSON.stringify({ os: 'linux', architecture: 'amd64', ...config })), 'a');
  const subject = { image: DIGEST, platform: 'linux/amd64', config: parsed, foreignLayers: 0 };
  return mergeInventory(subject, reports, viewOf(reports), CATALOGUERS);
}

test('secrets of deleted and replaced files are still in the image, with the layer that has them', async () => {
  const { secrets: found, gaps } = await inventoryOf([
    makeTar({ 'root/.ssh/id_rsa': PEM, 'app/.env': 'TOKEN=0123-abc', 'root/.netrc': 'password sesame-open' }),
    makeTar({ 'root/.ssh/.wh.id_rsa': '', 'app/.env': 'TOKEN=', 'root/.netrc': 'password sesame-open' }),
  ]);
  assert.deepEqual(
    found?.files.map(({ path, layer, kind, removed }) => [path, layer, kind, removed === true]),
    [
      ['app/.env', 0, 'token', true],
      ['root/.netrc', 0, 'password', true],
      ['root/.ssh/id_rsa', 0, 'private-key', true],
      ['root/.netrc', 1, 'password', false],
    ],
  );
  assert.deepEqual(gaps, []);
});

test('keys that packages bring are known as theirs: by the package database, by their place', async () => {
  const status = 'Package: server\nStatus: install ok installed\nVersion: 1\nArchitecture: all\n';
  const { secrets: found, packages } = await inventoryOf([
    makeTar({
      'etc/os-release': 'ID=debian\nVERSION_ID=12\n',
      'var/lib/dpkg/status': status,
      'var/lib/dpkg/info/server.list': '/.\n/usr/share/server/demo.key\n',
      'usr/share/server/demo.key': PEM,
      'usr/share/server/other.key': PEM,
      'usr/share/doc/openvpn/examples/client.key': PEM,
      'usr/lib/python3/dist-packages/twisted/test/server.pem': PEM,
      'usr/lib/python3/dist-packages/ours/server.pem': PEM,
      'usr/lib/python3.11/test/certdata/keycert.pem': PEM,
      'app/node_modules/@a/b/test/fixtures/key.pem': PEM,
      'root/go/pkg/mod/example.com/m@v1.2.3/key.pem': PEM,
      'usr/local/go/src/crypto/tls/testdata/example-key.pem': PEM,
      'etc/ssl/private/ssl-cert-snakeoil.key': PEM,
      'app/test/key.pem': PEM,
    }),
  ]);
  const owner = (packages as readonly Package[])[0]?.purl;
  const byPath = new Map(found?.files.map(({ path, publishedBy }) => [path, publishedBy]));
  assert.deepEqual(Object.fromEntries(byPath), {
    'app/test/key.pem': undefined,
    'usr/lib/python3/dist-packages/ours/server.pem': undefined,
    'usr/share/server/other.key': undefined,
    'app/node_modules/@a/b/test/fixtures/key.pem': '@a/b',
    'etc/ssl/private/ssl-cert-snakeoil.key': 'ssl-cert, for tests',
    'root/go/pkg/mod/example.com/m@v1.2.3/key.pem': 'example.com/m@v1.2.3',
    'usr/lib/python3.11/test/certdata/keycert.pem': 'python3.11',
    'usr/lib/python3/dist-packages/twisted/test/server.pem': 'twisted',
    'usr/local/go/src/crypto/tls/testdata/example-key.pem': 'go',
    'usr/share/doc/openvpn/examples/client.key': 'openvpn',
    'usr/share/server/demo.key': owner,
  });
  assert.equal(new Set(found?.files.map(({ fingerprint }) => fingerprint)).size, 1, 'one key, one fingerprint');
});

test("a file that a later layer puts in a package's place is not the package's", async () => {
  const packaged = {
    'etc/os-release': 'ID=debian\nVERSION_ID=12\n',
    'var/lib/dpkg/status': 'Package: server\nStatus: install ok installed\nVersion: 1\nArchitecture: all\n',
    'var/lib/dpkg/info/server.list': '/.\n/etc/server/demo.key\n',
  };
  const other = pem(generateKeyPairSync('ed25519').privateKey);
  const { secrets: found } = await inventoryOf([
    makeTar({ ...packaged, 'etc/server/demo.key': PEM }),
    makeTar({ 'etc/server/demo.key': other }),
  ]);
  assert.deepEqual(
    found?.files.map(({ layer, publishedBy, removed }) => [layer, publishedBy !== undefined, removed === true]),
    [
      [1, false, false],
      [0, true, true],
    ],
  );
});

test('environment, labels, build arguments and commands', async () => {
  const { secrets: found } = await inventoryOf([makeTar({})], {
    config: {
      Env: [
        'PATH=/bin',
        'DB_PASSWORD=sesame-open',
        'GPG_KEY=0D96DF4D4110E5C43FBFB17F2D347EA6AA65421D',
        'KEYSTORE_PASSWORD=changeit',
      ],
      Labels: { source: 'https://u:sesame-open@example.com/a.git' },
    },
    history: [
      { created_by: '/bin/sh -c #(nop)  ENV DB_PASSWORD=sesame-open' },
      { created_by: 'RUN |1 NPM_TOKEN=0123-abc /bin/sh -c npm ci # buildkit' },
      {
        created_by: 'RUN /bin/sh -c mysql --password=$(cat /run/secrets/a) && curl -H "x: ghp_'.concat(
          'a'.repeat(36),
          '"',
        ),
      },
      { created_by: 'COPY --chown=1:1 a b' },
    ],
  });
  assert.deepEqual(
    found?.config.map(({ place, name, kind, wellKnown }) => [place, name, kind, wellKnown === true]),
    [
      ['environment', 'DB_PASSWORD', 'password', false],
      ['environment', 'KEYSTORE_PASSWORD', 'password', true],
      ['label', 'source', 'password', false],
      ['history', 'NPM_TOKEN', 'token', false],
      ['history', '', 'token', false],
    ],
  );
  assert.ok(!JSON.stringify(found).includes('sesame'));
});

test('a candidate that is too large is told with the secrets, and is no gap of the packages', async () => {
  const { secrets: found, gaps } = await inventoryOf([
    makeTar({ 'app/big.pem': Buffer.alloc(LIMITS.secretFileBytes + 1) }),
  ]);
  assert.match(found?.unread.join() ?? '', /^app\/big\.pem: /);
  assert.deepEqual(gaps, []);
});
