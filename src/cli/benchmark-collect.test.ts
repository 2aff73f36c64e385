// `benchmark collect` and `node collect` without a cluster: the script, joining, signing; and reading evidence back as other commands do.
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { NO_CONTEXT } from '../../test/support/command-context.ts';
import { partText } from '../../test/support/evidence-part.ts';
import { runCommand } from '../../test/support/run-command.ts';
import { resultValidator } from '../../test/support/schemas.ts';
import { PlimsollError } from '../platform/errors.ts';
import { readEvidenceFiles } from './evidence-input.ts';

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-collect-'));
after(() => rmSync(folder, { recursive: true }));
const run = (...args: readonly string[]) => runCommand(args, { folder });
const collect = (...args: readonly string[]) => run('benchmark', 'collect', ...args);

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
writeFileSync(join(folder, 'key.pem'), privateKey.export({ type: 'pkcs8', format: 'pem' }));
writeFileSync(join(folder, 'key.pub'), publicKey.export({ type: 'spki', format: 'pem' }));
writeFileSync(
  join(folder, 'other.pub'),
  generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }),
);
const FAILED = { kind: 'failed', what: '/etc/kubernetes', reason: 'Permission denied' };
writeFileSync(join(folder, 'n1.part'), partText('n1', [FAILED]));
writeFileSync(join(folder, 'n2.part'), partText('n2', []));

test('the script, for all checks or for some, by either command', async () => {
  const all = await run('node', 'collect');
  assert.equal(all.code, 0, all.stderr);
  assert.equal((await collect('--script')).stdout, all.stdout);
  const benchmark = (await collect('--script', '--for', 'benchmark')).stdout;
  assert.match(all.stdout, /^#!\/bin\/sh\n[\s\S]*\n {2}benchmark\n {2}node\n}\n/);
  assert.match(benchmark, /probes='\["benchmark"\]'/);
  assert.doesNotMatch(benchmark, /modinfo|sarus/);
  assert.doesNotMatch(all.stdout, /curl|wget|\/dev\/tcp|mktemp| >\/(?!dev\/null)/, 'no network, no file is written');
});

test('parts become a signed bundle; what could not be read is said; the same parts give the same bytes', async () => {
  const { code, stdout, stderr } = await collect('--offline', '--nodes', 'n2.part', 'n1.part');
  assert.equal(code, 0, stderr);
  assert.ok(resultValidator('evidence-1')(JSON.parse(stdout)));
  assert.match(stderr, /n1: could not be read: \/etc\/kubernetes \(Permission denied\)\n.*not signed/);
  const signed = await collect('--offline', '--nodes', 'n1.part', 'n2.part', '--key', 'key.pem', '--output', 'e.json');
  assert.deepEqual([signed.code, signed.stdout], [0, '']);
  assert.equal(readFileSync(join(folder, 'e.json'), 'utf8'), stdout);
  assert.ok(existsSync(join(folder, 'e.json.dsse.json')));
});

test('usage: nothing to collect, a signature without a file, doubled and broken parts', async () => {
  const cases: readonly (readonly [code: number, message: RegExp, args: readonly string[]])[] = [
    [2, /nothing to collect/, ['--offline']],
    [2, /name its file with --output/, ['--offline', '--nodes', 'n1.part', '--key', 'key.pem']],
    [2, /--for is for --script/, ['--offline', '--nodes', 'n1.part', '--for', 'node']],
    [2, /--kubelets asks/, ['--offline', '--nodes', 'n1.part', '--kubelets']],
    [2, /n1 is there twice/, ['--offline', '--nodes', 'n1.part', 'n1.part']],
    [3, /no-such.part cannot be read/, ['--offline', '--nodes', 'no-such.part']],
    [3, /key.pub:1: no part of a node/, ['--offline', '--nodes', 'key.pub']],
    [3, /no cluster to ask/, ['--nodes', 'n1.part']],
  ];
  for (const [code, message, args] of cases) {
    const outcome = await collect(...args);
    assert.equal(outcome.code, code, outcome.stderr);
    assert.match(outcome.stderr, message);
  }
  const role = await collect('--rbac', '--kubelets');
  assert.match(role.stdout, /nodes\/proxy/);
  assert.doesNotMatch(role.stdout, /"secrets"/);
});

test('commands read bundles and parts: a key that is named must have signed', async () => {
  const context = { ...NO_CONTEXT, workingDirectory: folder };
  const remarks: string[] = [];
  const read = (files: readonly string[], ...evidenceKey: readonly string[]) =>
    readEvidenceFiles(files, { evidenceKey }, context, (line) => remarks.push(line));
  const refused = (made: Promise<unknown>, message: RegExp) =>
    assert.rejects(made, (error) => error instanceof PlimsollError && message.test(error.message));
  const bundle = await read(['e.json'], 'key.pub');
  assert.deepEqual(remarks, []);
  assert.deepEqual(await read(['e.json'], 'other.pub', 'key.pub'), bundle);
  assert.deepEqual(await read(['n1.part', 'n2.part']), bundle);
  assert.deepEqual(await read(['e.json']), bundle);
  assert.deepEqual(remarks, ['who signed e.json was not looked at (--evidence-key)']);
  await refused(read(['e.json'], 'other.pub'), /none of the given keys signed it/);
  await refused(read(['n1.part'], 'key.pub'), /which nobody signs/);
  await refused(read(['e.json', 'n1.part']), /one bundle, or parts/);
  await refused(read([]), /name a bundle/);
  writeFileSync(
    join(folder, 'e.json'),
    readFileSync(join(folder, 'e.json'), 'utf8').replace('Permission', 'permission'),
  );
  await refused(read(['e.json'], 'key.pub'), /it was altered/);
  rmSync(join(folder, 'e.json.dsse.json'));
  await refused(read(['e.json'], 'key.pub'), /it is not signed/);
});
