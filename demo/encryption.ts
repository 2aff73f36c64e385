// The demo of encryption at rest: what stays behind in plain text after encryption was turned on, and after each of the usual remedies. With a folder it
// inspects the snapshots in there; without one it starts an etcd of its own on loopback, plays kube-apiserver, and inspects what etcd then holds. Results are
// under demo/out/encryption. The program is asked as a user would ask it.
//   npm run demo:encryption [DIR]
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import type { Transformer } from '../src/operate/encryption/configuration/configuration.ts';
import { writeConfiguration } from '../src/operate/encryption/configuration/write.ts';
import { plainSecret } from '../src/operate/encryption/etcd/test-files.ts';
import { generateKey } from '../src/operate/encryption/key/generate.ts';
import { sealValue } from '../src/operate/encryption/provider/open.ts';
import { findProgram } from '../test/support/needs.ts';
import { type LocalEtcd, startEtcd } from './etcd.ts';

type Writer = Exclude<Transformer, { readonly provider: 'kms' }>;

const OUT = join('demo', 'out', 'encryption');
const SECRETS = ['database-password', 'registry-token', 'tls-key', 'backup-key'];
const FIRST_SEGMENT = '0000000000000000-0000000000000000.wal';
const IDENTITY: Writer = { provider: 'identity' };

const [given] = process.argv.slice(2);
const folder = given === undefined ? undefined : resolve(given);
// Paths are relative to the checkout, in what is run and in what is written.
process.chdir(resolve(import.meta.dirname, '..'));
rmSync(OUT, { recursive: true, force: true });
mkdirSync(OUT, { recursive: true });

if (folder !== undefined) {
  report([relative('.', folder) || '.']);
} else if (findProgram('etcd') === undefined || findProgram('etcdctl') === undefined) {
  console.error('etcd and etcdctl are not on PATH: name a folder with snapshots, npm run demo:encryption DIR');
  process.exitCode = 2;
} else {
  await play();
}

/** Turns encryption on, step after step, and looks at what is left after each. */
async function play(): Promise<void> {
  const data = mkdtempSync(join(tmpdir(), 'plimsoll-demo-'));
  const etcd = await startEtcd(data);
  const configuration = join(OUT, 'encryption.yaml');
  const key = generateKey('secretbox', randomBytes);
  const writer: Writer = { provider: 'secretbox', key };
  const providers = [{ kind: 'secretbox' as const, keys: [key] }, { kind: 'identity' as const }];
  const rules = [{ resources: ['secrets'], providers }];
  try {
    writeFileSync(configuration, writeConfiguration({ kind: 'EncryptionConfiguration', rules }), { mode: 0o600 });
    tell('Before: four Secrets, written without encryption, and one of them deleted again');
    await writeSecrets(etcd, IDENTITY);
    await etcd.delete(keyOf('backup-key'));
    const snapshots = [look(etcd, '0-before')];

    tell('Encryption is on and all Secrets are written again: the current values are encrypted, the history is not');
    await writeSecrets(etcd, writer);
    snapshots.push(look(etcd, '1-rewritten'));

    tell('etcdctl compact: the history is gone, its bytes lie in free pages, and snapshots copy them');
    await etcd.compact(await etcd.revision());
    snapshots.push(look(etcd, '2-compacted'));

    tell('etcdctl defrag: the database is clean');
    await etcd.defragment();
    const last = look(etcd, '3-defragmented');
    snapshots.push(last);

    tell('But the WAL keeps every value that was ever written, until the member is rebuilt');
    await etcd.stop();
    const log = join(OUT, 'wal');
    mkdirSync(log);
    copyFileSync(join(etcd.data, 'member', 'wal', FIRST_SEGMENT), join(log, FIRST_SEGMENT));
    plimsoll('encryption', 'inspect', log);

    tell('With the keys, every value opens to the Secret that its key names');
    plimsoll('encryption', 'inspect', last, '--encryption-config', configuration);
    report([...snapshots, log]);
  } finally {
    await etcd.stop();
    rmSync(data, { recursive: true, force: true });
  }
}

/** Takes a snapshot and inspects it; gives its path. */
function look(etcd: LocalEtcd, name: string): string {
  const file = join(OUT, `${name}.db`);
  etcd.snapshot(file);
  plimsoll('encryption', 'inspect', file);
  return file;
}

async function writeSecrets(etcd: LocalEtcd, writer: Writer): Promise<void> {
  for (const name of SECRETS.filter((one) => writer === IDENTITY || one !== 'backup-key')) {
    const plain = plainSecret('demo', name, `not really a ${name}`);
    await etcd.put(keyOf(name), sealValue(plain, writer, keyOf(name), randomBytes));
  }
}

function keyOf(name: string): string {
  return `/registry/secrets/demo/${name}`;
}

/** Inspects all at once, for programs and as a page. */
function report(paths: readonly string[]): void {
  const inspect = ['encryption', 'inspect', ...paths];
  if (folder !== undefined) plimsoll(...inspect);
  for (const [format, file] of [
    ['json', join(OUT, 'inspection.json')],
    ['html', join(OUT, 'inspection.html')],
  ] as const) {
    plimsoll(...inspect, '--quiet', '--format', format, '--output', file);
  }
  console.log(`\nWritten:\n  ${join(OUT, 'inspection.json')}: the result, for programs`);
  console.log(`  ${join(OUT, 'inspection.html')}: the report, for a browser`);
}

function tell(text: string): void {
  console.log(`\n${text}\n`);
}

/** Shows a command and runs it; ends the demo when it fails. */
function plimsoll(...args: readonly string[]): void {
  const program = join('bin', 'plimsoll');
  console.log(`$ ${[program, ...args].join(' ')}`);
  const { status, error } = spawnSync(program, args, { stdio: 'inherit' });
  if (error !== undefined) throw error;
  if (status !== 0) process.exit(4);
}
