import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { needsShared, sharedPath } from '../../test/support/needs.ts';
import { runCommand } from '../../test/support/run-command.ts';
import { resultValidator } from '../../test/support/schemas.ts';
import type { Release } from '../scan/release/release.ts';

const root = mkdtempSync(join(tmpdir(), 'plimsoll-release-'));
after(() => rmSync(root, { recursive: true }));
const validate = resultValidator('release-1');

function run(args: readonly string[], columns?: number) {
  const terminal = columns === undefined ? {} : { columns };
  return runCommand(['release', ...args], { folder: root, ...terminal });
}

mkdirSync(join(root, 'demo-1.0/docker'), { recursive: true });
mkdirSync(join(root, 'demo-1.0/manifests'));
writeFileSync(
  join(root, 'demo-1.0/docker/index.yaml'),
  'team.example/stable:\n  images:\n    app: ["1"]\n    docker.io/library/alpine: ["3.16"]\n',
);
writeFileSync(
  join(root, 'demo-1.0/manifests/p.yaml'),
  'apiVersion: manifests/v1beta1\nmetadata: {name: p}\nspec:\n  charts:\n  - {name: app, version: 1.0.0, namespace: services}\n  - {name: app, version: 1.1.0, namespace: services}\n',
);
const target = `csm:${join(root, 'demo-1.0')}`;

test('JSON follows its schema, is the same each time, and the gaps are named on stderr', async () => {
  const first = await run(['show', target, '--format', 'json']);
  assert.deepEqual(await run(['show', target, '--format', 'json']), first);
  const result: unknown = JSON.parse(first.stdout);
  assert.equal(validate(result), true, JSON.stringify(validate.errors));
  assert.match(first.stderr, /^plimsoll: not-scanned manifests\/: the images of 2 of 2 chart entries are not known/);
  assert.equal((await run(['show', target, '--format', 'json', '--quiet'])).stderr, '');
});

test('plimsoll.yaml decides what is our own', async () => {
  const origins = async (...args: readonly string[]): Promise<unknown> =>
    JSON.parse((await run(['show', target, '--format', 'json', ...args])).stdout).images.map(
      (image: { readonly origin: string }) => image.origin,
    );
  assert.deepEqual(await origins(), ['third-party', 'third-party']);
  writeFileSync(join(root, 'own.yaml'), 'release: {own: [team.example]}\n');
  assert.deepEqual(await origins('--config', 'own.yaml'), ['own', 'own']);
  writeFileSync(join(root, 'own.yaml'), 'release: {own: [team.example/stable]}\n');
  assert.deepEqual(await origins('--config', 'own.yaml'), ['own', 'third-party']);
  writeFileSync(join(root, 'own.yaml'), 'release: {owned: []}\n');
  const wrong = await run(['show', target, '--config', 'own.yaml']);
  assert.equal(wrong.code, 2);
  assert.match(wrong.stderr, /own\.yaml:1/);
});

test('the mirror rules say where images are; what they refuse is named', async () => {
  writeFileSync(
    join(root, 'mirrors.yaml'),
    'release: {mirrors: [{match: team.example/stable/docker.io}, {match: "", to: mirror.example/all}]}\n',
  );
  const args = ['show', target, '--config', 'mirrors.yaml'];
  const result: unknown = JSON.parse((await run([...args, '--format', 'json', '--quiet'])).stdout);
  assert.equal(validate(result), true, JSON.stringify(validate.errors));
  const { images, lint } = result as Release;
  assert.deepEqual(
    images.map(({ physical, refused }) => [physical, refused]),
    [
      ['mirror.example/all/team.example/stable/app:1', undefined],
      [
        undefined,
        'team.example/stable/docker.io/library/alpine:3.16 is refused by the rule for team.example/stable/docker.io',
      ],
    ],
  );
  assert.deepEqual(
    lint.map(({ check, verdict }) => [check, verdict]),
    [
      ['reference-refused', 'fail'],
      ['release-at-two-versions', 'warn'],
    ],
  );
  const { stdout } = await run(args);
  assert.match(stdout, /0 pinned, 0 on disk, 1 refused\n/);
  assert.match(stdout, /app:1 .* as mirror\.example\/all\/team\.example\/stable\/app:1 {2}docker\/index\.yaml\n/);
  assert.match(stdout, /alpine:3\.16 +third-party +refused +docker\/index\.yaml\n/);
  assert.match(stdout, /fail reference-refused team\.example/);
});

test('text is complete where lines may be long', async () => {
  const { stdout, stderr } = await run(['show', target]);
  assert.equal(stderr, '');
  assert.equal(
    stdout,
    `demo 1.0
${target}

2 images: 0 own, 2 third-party; 0 pinned, 0 on disk
2 explicit references under 2 names
2 chart entries: 1 release of 1 chart in 1 namespace

Images
  team.example/stable/app:1                          third-party  docker/index.yaml
  team.example/stable/docker.io/library/alpine:3.16  third-party  docker/index.yaml

Charts
  app  1.0.0  services  p
  app  1.1.0  services  p

Namespaces
  services 2

Lint (1)
  warn release-at-two-versions services/app: one Helm release is declared at 2 versions: 1.0.0, 1.1.0
    manifests/p.yaml:5 p/app:1.0.0
    manifests/p.yaml:6 p/app:1.1.0

Not covered (1)
  not-scanned manifests/: the images of 2 of 2 chart entries are not known, as far as they have any: there is no index.txt, chartmap.csv or docker/ tree
`,
  );
});

test('--output writes the file and leaves stdout empty', async () => {
  const { stdout } = await run(['show', target, '--output', join(root, 'out.txt')], 80);
  assert.equal(stdout, '');
  assert.match(readFileSync(join(root, 'out.txt'), 'utf8'), /^demo 1\.0\n/);
});

test(
  'every real release follows the schema',
  needsShared('data/csm/release/v1.5.0', 'data/csm/release/v1.2.0-alpha.21'),
  async () => {
    for (const point of ['v1.5.0', 'v1.2.0-alpha.21', 'v1.2.0-beta.97', 'main-2024-10-24']) {
      const { stdout } = await run(['show', `csm:${sharedPath(`data/csm/release/${point}`)}`, '--format', 'json']);
      assert.equal(validate(JSON.parse(stdout)), true, JSON.stringify(validate.errors));
    }
  },
);
