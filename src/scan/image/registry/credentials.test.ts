import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { registryAccess } from './access.ts';
import { parseChallenges } from './challenge.ts';
import { CredentialFinder } from './credentials.ts';

test('the most specific key wins; Docker Hub goes by all its names', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-credentials-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const auth = (name: string) => ({ auth: Buffer.from(`${name}:x`).toString('base64') });
  writeFileSync(
    join(folder, 'a.json'),
    JSON.stringify({
      auths: {
        'quay.io': auth('host'),
        'quay.io/team': auth('team'),
        'quay.io/team/app': auth('app'),
        'https://old.example/v1/': auth('old'),
        'emptied.example': {},
        'plain.example': { username: 'plain', password: 'x' },
        'both.example': { ...auth('packed'), username: 'plain', password: 'x' },
        'half.example': { username: 'half' },
      },
    }),
  );
  writeFileSync(
    join(folder, 'b.json'),
    JSON.stringify({
      auths: {
        'https://index.docker.io/v1/': auth('hub'),
        'quay.io': auth('later file'),
        'emptied.example': auth('second'),
      },
    }),
  );
  const files = [join(folder, 'none.json'), join(folder, 'a.json'), join(folder, 'b.json')];
  const finder = new CredentialFinder(files, {});
  const rows: readonly (readonly [string, string, string | undefined])[] = [
    ['quay.io', 'other', 'host'],
    ['quay.io', 'team', 'team'],
    ['quay.io', 'team/x', 'team'],
    ['quay.io', 'teamwork/x', 'host'],
    ['quay.io', 'team/app', 'app'],
    ['quay.io', 'team/app/deep', 'app'],
    ['old.example', 'x', 'old'],
    ['docker.io', 'library/alpine', 'hub'],
    ['emptied.example', 'x', 'second'],
    ['plain.example', 'x', 'plain'],
    ['both.example', 'x', 'packed'],
    ['half.example', 'x', undefined],
    ['quay.io.evil.example', 'team/app', undefined],
    ['quay.io:8443', 'team/app', undefined],
  ];
  for (const [registry, repository, expected] of rows) {
    const { credentials } = await finder.find(registry, repository);
    const name = credentials?.kind === 'password' ? credentials.username : undefined;
    assert.equal(name, expected, `${registry}/${repository}`);
  }
  const search = await finder.find('none.example', 'x');
  assert.deepEqual(search.lookedIn, [`${files[0]} (not there)`, files[1], files[2]]);
});

test('where credentials are looked for', () => {
  const files = (environment: Record<string, string>) => registryAccess(environment).authFiles;
  assert.deepEqual(files({ REGISTRY_AUTH_FILE: '/a', HOME: '/h' }), ['/a']);
  assert.deepEqual(files({ HOME: '/h', XDG_RUNTIME_DIR: '/r' }), [
    '/r/containers/auth.json',
    '/h/.config/containers/auth.json',
    '/h/.docker/config.json',
  ]);
  assert.deepEqual(files({ HOME: '/h', DOCKER_CONFIG: '/d', XDG_CONFIG_HOME: '/c' }), [
    '/c/containers/auth.json',
    '/d/config.json',
  ]);
  assert.deepEqual(files({}), []);
  const access = registryAccess(process.env);
  assert.deepEqual(structuredClone(access), access, 'a worker gets the same');
});

test('challenges of real registries and odd ones', () => {
  const read = (header: string) =>
    parseChallenges(header).map(({ scheme, parameters }) => [scheme, Object.fromEntries(parameters)]);
  assert.deepEqual(
    read(
      'Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:library/alpine:pull"',
    ),
    [
      [
        'bearer',
        {
          realm: 'https://auth.docker.io/token',
          service: 'registry.docker.io',
          scope: 'repository:library/alpine:pull',
        },
      ],
    ],
  );
  assert.deepEqual(read('Negotiate, BASIC realm="a \\"b\\", c", Bearer realm=x , scope = "y"'), [
    ['negotiate', {}],
    ['basic', { realm: 'a "b", c' }],
    ['bearer', { realm: 'x', scope: 'y' }],
  ]);
  assert.deepEqual(read(''), []);
  assert.deepEqual(read('"'), []);
  assert.deepEqual(read(`Basic realm="${'\\'.repeat(10_000)}`), [['basic', {}]]);
});
