// The commands of keys and configurations as a user meets them: what is printed, what is written and with which mode, and that no key comes out.
import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { NO_CONTEXT } from '../../test/support/command-context.ts';
import { runCommand } from '../../test/support/run-command.ts';
import { resultValidator } from '../../test/support/schemas.ts';
import { encryptionKeysCommand } from './encryption-keys.ts';
import { encryptionLintCommand } from './encryption-lint.ts';

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-keys-'));
after(() => rmSync(folder, { recursive: true }));

const KEY = 'wLe8SnDsXZxKtCoXzQyn6xcNeuVmZ+0KTAslKYeHbNs=';
const FINGERPRINT = /kfp1:[0-9a-f]{32}/;

function place(name: string): string {
  return join(folder, name);
}

function put(name: string, text: string, mode = 0o600): void {
  writeFileSync(place(name), text);
  chmodSync(place(name), mode);
}

function configuration(providers: string): string {
  return `apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\nresources:\n  - resources: [secrets]\n    providers: [${providers}]\n`;
}

const RIGHT = configuration(`{secretbox: {keys: [{name: key-1, secret: ${KEY}}]}}`);

async function run(...args: readonly string[]) {
  return runCommand(['encryption', ...args], { folder });
}

/** Runs a command of a group with standard input. */
async function withInput(
  make: typeof encryptionKeysCommand | typeof encryptionLintCommand,
  input: string,
  args: readonly string[],
): Promise<string> {
  let stdout = '';
  const context = {
    ...NO_CONTEXT,
    workingDirectory: folder,
    stdout: (text: string | Uint8Array) => {
      stdout += text;
    },
  };
  async function* pieces() {
    for (const character of input) yield character;
  }
  await make(context, pieces)
    .exitOverride()
    .parseAsync([...args], { from: 'user' });
  return stdout;
}

test('lint: 0 for what is right, 1 for a failure, and the JSON follows its schema', async () => {
  put('right.yaml', RIGHT);
  put('wrong.yaml', configuration('{identity: {}}'), 0o644);
  const right = await run('lint', 'right.yaml', '--etcd-data', '.');
  assert.equal(right.code, 1, 'beside the etcd data');
  assert.match(right.stdout, /fail: beside-etcd-data {2}right\.yaml \(same-tree\)/);
  assert.equal((await run('lint', 'right.yaml')).code, 0);
  const wrong = await run('lint', 'right.yaml', 'wrong.yaml', '--format', 'json');
  assert.equal(wrong.code, 1);
  const validate = resultValidator('encryption-lint-1');
  assert.ok(validate(JSON.parse(wrong.stdout)), JSON.stringify(validate.errors));
  assert.deepEqual(
    JSON.parse(wrong.stdout)
      .files[1].verdicts.slice(0, 3)
      .map(({ check }: { readonly check: string }) => check),
    ['file-mode', 'secrets-encrypted', 'identity-first'],
  );
  assert.equal((await run('lint', 'right.yaml', 'wrong.yaml', '--format', 'json')).stdout, wrong.stdout);
});

test('lint: standard input has no file, and what is no configuration says where', async () => {
  const text = await withInput(encryptionLintCommand, RIGHT, ['-']);
  assert.match(text, /not known: file-mode {2}stdin/);
  put('other.yaml', 'kind: Pod\napiVersion: v1\n');
  const other = await run('lint', 'other.yaml');
  assert.equal(other.code, 3);
  assert.match(other.stderr, /other\.yaml:1:1: not an encryption configuration/);
  const missing = await run('lint', 'nowhere.yaml');
  assert.equal(missing.code, 3);
  assert.match(missing.stderr, /nowhere\.yaml: there is no such file/);
});

test('a key from its making to a server, sealed on the way', async () => {
  put('pass', 'correct horse battery staple\n');
  const made = await run('keys', 'generate', '--passphrase-file', 'pass', '--output', 'key.json');
  assert.equal(made.code, 0, made.stderr);
  assert.match(made.stderr, FINGERPRINT);
  const again = await run('keys', 'generate', '--passphrase-file', 'pass', '--output', 'key.json');
  assert.equal(again.code, 2, 'a sealed key is not written over');
  const [fingerprint = ''] = FINGERPRINT.exec(made.stderr) ?? [];
  const unseal = ['keys', 'unseal', 'key.json', '--passphrase-file', 'pass', '--output'];
  const refused = await run(...unseal, 'no.yaml', '--expect', `kfp1:${'0'.repeat(32)}`);
  assert.equal(refused.code, 3);
  assert.match(refused.stderr, /is expected/);
  const opened = await run(...unseal, 'provider.yaml', '--expect', fingerprint);
  assert.equal(opened.code, 0, opened.stderr);
  assert.equal(opened.stdout, '', 'a key is not printed');
  assert.equal(statSync(place('provider.yaml')).mode & 0o777, 0o600);
  assert.equal((await run(...unseal, 'provider.yaml')).code, 2, 'a file that is there is not written');
  assert.equal((await run('keys', 'unseal', 'key.json', '--passphrase-file', 'pass')).code, 2, 'nor is a key printed');
  put(
    'made.yaml',
    `${RIGHT.slice(0, RIGHT.indexOf('    providers'))}    providers:\n${readFileSync(place('provider.yaml'), 'utf8')}`,
  );
  assert.equal((await run('lint', 'made.yaml')).code, 0);
  assert.match((await run('keys', 'list', 'made.yaml')).stdout, new RegExp(fingerprint));
});

test('a key that exists is taken from standard input, never from an argument', async () => {
  put('pass', 'correct horse battery staple\n');
  const args = ['generate', '--from', '-', '--name', 'key-1', '--provider', 'aescbc', '--passphrase-file', 'pass'];
  const text = await withInput(encryptionKeysCommand, `${KEY}\n`, args);
  assert.ok(resultValidator('encryption-sealed-key-1')(JSON.parse(text)));
  assert.ok(!text.includes(KEY.slice(0, 10)));
  put('by-hand', `${Buffer.from('typed-by-hand-1234567890-abcdef!').toString('base64')}\n`);
  const typed = await run(
    'keys',
    'generate',
    '--from',
    'by-hand',
    '--passphrase-file',
    'pass',
    '--output',
    'typed.json',
  );
  assert.match(typed.stderr, /weak key/);
  for (const wrong of [
    ['generate'],
    ['generate', '--passphrase-file', '-', '--from', '-'],
    ['generate', '--passphrase-file', 'pass', '--name', 'a:b'],
  ]) {
    assert.equal((await run('keys', ...wrong)).code, 2, wrong.join(' '));
  }
  assert.equal((await run('keys', 'generate', '--passphrase-file', 'nowhere')).code, 3);
});

test('receipts are appended and shown with the key, and altered ones are refused', async () => {
  put('pass', 'correct horse battery staple\n');
  put('named', `${KEY}\n`);
  const generate = [
    '--from',
    'named',
    '--name',
    'key-1',
    '--passphrase-file',
    'pass',
    '--output',
    'named.json',
    '--quiet',
  ];
  assert.equal((await run('keys', 'generate', ...generate)).code, 0);
  const receipt = [
    'keys',
    'receipt',
    'named.json',
    '--ledger',
    'receipts.jsonl',
    '--holder',
    'Site security',
    '--place',
    'safe 2',
  ];
  const opened = await run(...receipt, '--passphrase-file', 'pass', '--format', 'json');
  assert.equal(opened.code, 0, opened.stderr);
  const validate = resultValidator('encryption-receipt-1');
  assert.ok(validate(JSON.parse(opened.stdout)), JSON.stringify(validate.errors));
  writeFileSync(place('receipts.jsonl'), readFileSync(place('receipts.jsonl'), 'utf8').trimEnd());
  assert.match((await run(...receipt)).stdout, /\(stated\)\nreceipt 2 of receipts\.jsonl, sha256:/);
  assert.equal((await run(...receipt.with(6, ' '))).code, 2, 'a receipt that could not be read again');
  put('right.yaml', RIGHT);
  const list = ['keys', 'list', 'right.yaml', '--receipts', 'receipts.jsonl'];
  assert.match((await run(...list)).stdout, /in escrow: Site security, safe 2 \(opened 2022-05-01\)/);
  put('receipts.jsonl', readFileSync(place('receipts.jsonl'), 'utf8').replace('safe 2', 'desk 1'));
  const altered = await run(...list);
  assert.equal(altered.code, 3);
  assert.match(altered.stderr, /receipts\.jsonl:1: the receipt was altered/);
  assert.equal((await run(...list.with(4, 'nowhere'))).code, 3);
});

test('list: who needs a key, from results of inspections', async () => {
  put('right.yaml', RIGHT);
  const use = (writer: string) => ({
    writer,
    current: 3,
    old: 0,
    deleted: 0,
    wal: 0,
    firstRevision: 4,
    lastRevision: 9,
  });
  const files = ['B3', 'B4'].map((path) => ({ path, kind: 'snapshot', writers: [use('aescbc:K')] }));
  put('inspection.json', JSON.stringify({ schemaVersion: 1, files, gaps: [] }));
  const keys = configuration(
    `{secretbox: {keys: [{name: key-1, secret: ${KEY}}]}}, {aescbc: {keys: [{name: K, secret: ${KEY.replace('w', 'x')}}]}}`,
  );
  put('both.yaml', keys);
  const both = await run('keys', 'list', 'both.yaml', '--data', 'inspection.json');
  assert.match(both.stdout, /^aescbc:K: do not remove: backups B3 and B4 need it \(6 current\)$/m);
  const json = await run('keys', 'list', 'right.yaml', '--data', 'inspection.json', '--format', 'json');
  const validate = resultValidator('encryption-keys-1');
  assert.ok(validate(JSON.parse(json.stdout)), JSON.stringify(validate.errors));
  assert.equal(JSON.parse(json.stdout).keys[0].removal.answer, 'missing');
  assert.ok(!`${both.stdout}${json.stdout}`.includes(KEY.slice(1, 10)));
});

test('a passphrase that others can read is told', async () => {
  const generate = async (name: string, ...more: readonly string[]): Promise<string> => {
    put('told', 'correct horse battery staple\n', name.startsWith('open') ? 0o644 : 0o600);
    const { code, stderr } = await run('keys', 'generate', '--passphrase-file', 'told', '--output', name, ...more);
    assert.equal(code, 0, stderr);
    return stderr;
  };
  assert.match(await generate('open.sealed.json'), /told holds the passphrase and can be read by others/);
  assert.doesNotMatch(await generate('closed.sealed.json'), /can be read by others/);
  assert.equal(await generate('open-quiet.sealed.json', '--quiet'), '');
});
