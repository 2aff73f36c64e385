import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { needsShared, sharedPath } from '../../test/support/needs.ts';
import { runCommand } from '../../test/support/run-command.ts';
import { resultValidator } from '../../test/support/schemas.ts';

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-versions-'));
after(() => rmSync(folder, { recursive: true }));

function versions(...args: readonly string[]) {
  return runCommand(['kubernetes', 'versions', ...args], { folder });
}

writeFileSync(
  join(folder, 'lines.yaml'),
  'lines:\n  - {name: "1.2", state: supported, kubernetes: "1.20.13", end: 2023-12-31}\n  - {name: "1.3", state: supported}\n',
);

test('all minors, a step, lines: text, JSON by the schema, and a page', async () => {
  const all = await versions('--format', 'json');
  assert.equal(all.code, 0, all.stderr);
  const validate = resultValidator('kubernetes-versions-1');
  const step = await versions('--from', '1.20', '--to', 'v1.24.1', '--lines', 'lines.yaml', '--format', 'json');
  for (const { stdout } of [all, step]) {
    const result: unknown = JSON.parse(stdout);
    assert.ok(validate(result), JSON.stringify(validate.errors));
  }
  const text = await versions('--from', '1.24', '--to', '1.25');
  assert.match(text.stdout, /Lost\n {2}PodSecurityPolicy \(deprecated to ended\)/);
  assert.match(
    text.stdout,
    /No longer served\n(?:.*\n)*? {2}batch\/v1beta1 CronJob; use batch\/v1, served since 1\.21/,
  );
  assert.match((await versions('--format', 'html')).stdout, /kubernetes\.io\/releases/);
});

test('lines: one that is kept longer than its Kubernetes fails, one without a version is a gap', async () => {
  const { stdout, code } = await versions('--lines', 'lines.yaml', '--as-of', '2022-04-20', '--fail-on', 'fail');
  assert.equal(code, 1);
  assert.match(stdout, /fail 1\.2: upstream ended Kubernetes 1\.20 on 2022-02-28, and the line is kept/);
  assert.equal((await versions('--line', '1.3', '--fail-on', 'gaps')).code, 1);
  assert.equal((await versions('--line', '1.3', '--fail-on', 'fail')).code, 0);
  assert.equal((await versions('--line', '9')).code, 2);
});

test('versions that the table does not know, and manifests without one, are refused', async () => {
  for (const args of [
    ['--to', '1.99'],
    ['--from', 'x'],
    ['--from', '1.24', '--to', '1.20'],
  ]) {
    assert.equal((await versions(...args)).code, 2, args.join(' '));
  }
  writeFileSync(join(folder, 'm.yaml'), 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n');
  assert.equal((await versions('--manifests', 'm.yaml')).code, 2);
});

const PSP = 'data/csm/k8s/uas-namespace-sidecar-psp.yaml';

test('a shipped PodSecurityPolicy is not served from 1.25 on', needsShared(PSP), async () => {
  const path = sharedPath(PSP);
  const of = async (to: string) =>
    (await versions('--from', '1.20', '--to', to, '--manifests', path, '--fail-on', 'fail')).code;
  assert.deepEqual([await of('1.24'), await of('1.25')], [0, 1]);
});
