// Our judgement of configurations against that of real API servers: each is started with each file, and stops at a certificate that is not there unless it
// stopped at the configuration.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { freeAddresses } from '../../../../test/cluster/addresses.ts';
import {
  CURRENT_VERSION,
  clusterProgram,
  needsCluster,
  PLATFORM_VERSION,
  type ServerVersion,
} from '../../../../test/cluster/assets.ts';
import { ParseError } from '../../../platform/errors.ts';
import { judgeConfiguration } from './read.ts';
import { AESCBC, BROKEN, file, HEAD, kms, RIGHT, SECRET } from './test-configurations.ts';

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-api-server-'));
after(() => rmSync(folder, { recursive: true }));

const NOT_THERE = join(folder, 'no-such-authority.pem');
const SERVERS: readonly (readonly [version: ServerVersion, release: string, flags: readonly string[]])[] = [
  ['1.20', PLATFORM_VERSION, []],
  ['current', CURRENT_VERSION, ['--feature-gates=KMSv1=true']],
];

/** Texts that are no configuration, or are one to our reading and not to theirs. */
const UNREADABLE: readonly string[] = [
  'kind: Pod\napiVersion: v1\n',
  file('[{aescbc: []}]'),
  file('{}'),
  file(`[{aescbc: {keys: [{name: yes, secret: ${SECRET}}]}}]`),
  file(`[{aescbc: {keys: [{name: 1, secret: ${SECRET}}]}}]`),
  file(`[{aescbc: {keys: [{name: 1_000, secret: ${SECRET}}]}}]`),
  kms('cachesize: many'),
  `${HEAD}resources: [{resources: [secrets], providers: ${AESCBC}`,
];

/** The flags of an address at which nothing listens. */
let listen: readonly string[] = [];

before(async () => {
  const { addresses, ports } = await freeAddresses(1);
  listen = [`--bind-address=${addresses[0]}`, `--secure-port=${ports.apiServer}`];
  // The private key's own file serves for both of the flags that name keys of service accounts.
  execFileSync('openssl', ['genrsa', '-out', join(folder, 'sa.key'), '2048'], { stdio: 'ignore' });
});

function isTaken(server: string, flags: readonly string[], text: string): boolean {
  const path = join(folder, 'encryption.yaml');
  writeFileSync(path, text, { mode: 0o600 });
  const key = join(folder, 'sa.key');
  const args = [
    ...flags,
    `--encryption-provider-config=${path}`,
    '--etcd-servers=https://127.0.0.1:1',
    `--etcd-cafile=${NOT_THERE}`,
    '--service-account-issuer=https://localhost',
    `--service-account-signing-key-file=${key}`,
    `--service-account-key-file=${key}`,
    `--cert-dir=${join(folder, 'certificates')}`,
    ...listen,
  ];
  const { stderr, stdout } = spawnSync(server, args, { encoding: 'utf8', timeout: 60_000 });
  const said = `${stdout}${stderr}`;
  if (said.includes(NOT_THERE)) return true;
  assert.match(
    said,
    /error while parsing|masked by earlier rule|encryption provider/i,
    `${text}\n${said.slice(-1000)}`,
  );
  return false;
}

/** Whether a release takes a file by our judgement. */
function isRight(text: string, release: string): boolean {
  try {
    return judgeConfiguration(text, 'f').violations.every(
      ({ since }) => since !== undefined && isBefore(release, since),
    );
  } catch (error) {
    assert.ok(error instanceof ParseError);
    return false;
  }
}

function isBefore(release: string, since: string): boolean {
  return Number(release.split('.')[1]) < Number(since.split('.')[1]);
}

for (const [version, release, flags] of SERVERS) {
  const options = needsCluster(version);
  test(`kube-apiserver ${release} takes what we say it takes, and refuses the rest`, options, () => {
    const server = clusterProgram('kube-apiserver', version) ?? '';
    for (const text of [...Object.values(BROKEN).flat(), ...RIGHT, ...UNREADABLE]) {
      assert.equal(isTaken(server, flags, text), isRight(text, release), text);
    }
  });
}
