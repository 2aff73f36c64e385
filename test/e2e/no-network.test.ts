// A scan of local images opens no socket: it runs where there is no network at all, and under a guard that refuses and records every attempt, in the
// program's own thread and in its workers.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { packTar } from '../../demo/image/tar.ts';
import { COMMANDS } from '../../src/cli/program.ts';
import { digestOf } from '../../src/platform/canonical.ts';
import { partText } from '../support/evidence-part.ts';
import { alpine, writeImage } from './hostile-images.ts';
import { WatchedPlace } from './watched-place.ts';

/** Loaded before the program. Records who loads it and whatever asks for the network, which it refuses. */
const GUARD = `
import { appendFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { isMainThread } from 'node:worker_threads';
const require = createRequire(import.meta.url);
const note = (line) => appendFileSync(process.env.GUARD_LOG, (isMainThread ? 'main ' : 'worker ') + line + '\\n');
const refuse = (name) => function () { note(name); throw new Error('the network was asked for: ' + name); };
note('guarded');
const net = require('node:net');
net.Socket.prototype.connect = refuse('net.connect');
net.Server.prototype.listen = refuse('net.listen');
for (const name of ['connect', 'createConnection']) net[name] = refuse('net.' + name);
require('node:tls').connect = refuse('tls.connect');
require('node:dgram').createSocket = refuse('dgram.createSocket');
for (const dns of [require('node:dns'), require('node:dns').promises])
  for (const name of Object.keys(dns)) if (/^(lookup|resolve|reverse)/.test(name)) dns[name] = refuse('dns.' + name);
for (const name of ['http', 'https']) for (const call of ['request', 'get']) require('node:' + name)[call] = refuse(name + '.' + call);
require('node:http2').connect = refuse('http2.connect');
globalThis.fetch = refuse('fetch');
globalThis.WebSocket = class { constructor() { refuse('WebSocket')(); } };
`;

const APART = ['unshare', '--net'];
const needsNamespace = {
  skip:
    spawnSync(APART[0] ?? '', [...APART.slice(1), 'true']).status === 0
      ? false
      : 'needs the right to make a network namespace',
};

describe('the scan of a local release', () => {
  const place = new WatchedPlace();
  after(() => place.remove());
  const log = place.path('guard.log');
  const guard = place.path('guard.mjs');
  writeFileSync(guard, GUARD);
  const layer = packTar(alpine(['musl']));
  const targets = [
    writeImage(join(place.inputs, 'layout'), [gzipSync(layer), gzipSync(packTar(alpine(['musl', 'zlib'])))]),
    `docker-archive:${dockerArchive('saved.tar', (bytes) => bytes)}`,
    `docker-archive:${dockerArchive('saved.tar.gz', gzipSync)}`,
    `oci:${join(place.inputs, 'gone')}:t`,
  ];
  const scan = ['scan', ...targets, '--as-of', '2026-01-01', '--format', 'json'];

  function dockerArchive(name: string, pack: (bytes: Uint8Array) => Uint8Array): string {
    const path = join(place.inputs, name);
    const config = JSON.stringify({ os: 'linux', rootfs: { type: 'layers', diff_ids: [digestOf(layer)] } });
    const manifest = JSON.stringify([{ Config: 'config.json', RepoTags: [`${name}:1`], Layers: ['layer.tar'] }]);
    const members = { 'layer.tar': layer, 'config.json': config, 'manifest.json': manifest };
    writeFileSync(path, pack(packTar(Object.entries(members).map(([member, body]) => ({ path: member, body })))));
    return path;
  }

  /** Runs under the guard and gives what it recorded. */
  async function guarded(
    args: readonly string[],
  ): Promise<{ readonly status: number | null; readonly stdout: string; readonly lines: readonly string[] }> {
    rmSync(log, { force: true });
    const environment = { NODE_OPTIONS: `--import=${guard}`, GUARD_LOG: log };
    const { status, stdout } = await place.watch(args, { environment });
    return { status, stdout, lines: existsSync(log) ? readFileSync(log, 'utf8').trimEnd().split('\n') : [] };
  }

  test('asks for no network, in no thread', async () => {
    const { stdout, lines } = await guarded(scan);
    assert.ok(lines.includes('main guarded') && lines.includes('worker guarded'), lines.join('\n'));
    assert.deepEqual(
      lines.filter((line) => !line.endsWith(' guarded')),
      [],
    );
    const result: { readonly packages: readonly unknown[]; readonly gaps: readonly { readonly reason: string }[] } =
      JSON.parse(stdout);
    assert.ok(result.packages.length >= 3);
    assert.ok(result.gaps.some(({ reason }) => /does not name its whole platform \(linux\/unknown\)/.test(reason)));
  });

  test('nor does any other work on what is here', async () => {
    const result = place.path('work', 'assessment.json');
    const bill = join(place.inputs, 'bill.json');
    const component = { type: 'library', name: 'minimist', version: '1.2.5', purl: 'pkg:npm/minimist@1.2.5' };
    writeFileSync(bill, JSON.stringify({ bomFormat: 'CycloneDX', specVersion: '1.5', components: [component] }));
    const kev = join(place.inputs, 'kev.json');
    writeFileSync(kev, JSON.stringify({ vulnerabilities: [{ cveID: 'CVE-2021-44228', dateAdded: '2021-12-10' }] }));
    const work = (name: string) => place.path('work', name);
    writeFileSync(work('gate.yaml'), 'gate: {most: {critical: 9}}\n');
    writeFileSync(work('lines.yaml'), 'lines: [{name: "1.2", state: supported, end: 2030-12-31}]\n');
    writeFileSync(work('statements.yaml'), 'statements: []\n');
    const pod =
      'apiVersion: v1\nkind: Pod\nmetadata: {name: p, namespace: n}\nspec: {containers: [{name: c, image: "a:1"}]}\n';
    writeFileSync(work('pod.yaml'), pod);
    writeFileSync(work('n1.part'), partText('n1', []));
    const key = '{name: key-1, secret: wLe8SnDsXZxKtCoXzQyn6xcNeuVmZ+0KTAslKYeHbNs=}';
    const rules = `[{resources: [secrets], providers: [{secretbox: {keys: [${key}]}}]}]`;
    const encryption = `apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\nresources: ${rules}\n`;
    writeFileSync(work('encryption.yaml'), encryption, { mode: 0o600 });
    const calls = [
      [...scan, '--output', result],
      ['scan', `sbom:${bill}`, '--format', 'html', '--output', work('report.html')],
      ['release', 'show', ...targets],
      ['reassess', result],
      ['compare', result, result],
      ['where', 'musl'],
      ['history'],
      ['review', result],
      ['statements', 'check', work('statements.yaml'), '--assessment', result],
      ['publish', work('bundle'), '--assessment', result, '--audience', 'internal'],
      ['publish', 'verify', work('bundle')],
      ['plan', result],
      ['triage', result],
      ['tickets', 'sync', result, '--files', work('tickets'), '--apply'],
      ['patch-set', result, result],
      ['gate', result, '--config', work('gate.yaml')],
      ['lines', 'status', '--lines', work('lines.yaml'), '--as-of', '2026-01-01'],
      ['advisories', 'build', '--feed', `kev=${kev}`],
      ['advisories', 'status'],
      ['hygiene', result],
      ['policy', 'check', '--pss', 'baseline:v1.20', work('pod.yaml')],
      ['reach', 'list', work('pod.yaml')],
      ['benchmark', 'collect', '--offline', '--nodes', work('n1.part'), '--output', work('evidence.json')],
      ['node', 'collect'],
      ['nonroot', ...targets],
      ['tenancy', 'check', work('pod.yaml')],
      ['kubernetes', 'versions', '--from', '1.20', '--to', '1.24'],
      ['mitigation', 'list'],
      ['encryption', 'lint', work('encryption.yaml')],
      ['versions', 'compare', 'deb', '1', '2'],
    ];
    assert.deepEqual(
      COMMANDS.map(({ name }) => name).filter((name) => !calls.some(([called]) => called === name)),
      // Runs tests in a cluster, and is asked for one.
      ['helm-tests'],
    );
    for (const args of calls) {
      const { status, lines } = await guarded(args);
      // Without a whole feed the gate has no evidence.
      assert.equal(status, args[0] === 'gate' ? 1 : 0, args.join(' '));
      assert.deepEqual(
        lines.filter((line) => !line.endsWith(' guarded')),
        [],
        args.join(' '),
      );
    }
  });

  test('the guard sees an image in a registry', async () => {
    const { lines } = await guarded(['scan', 'docker://127.0.0.1:9/app:1', '--format', 'json']);
    assert.ok(
      lines.some((line) => /^main https?\.request$/.test(line)),
      lines.join('\n'),
    );
  });

  test('is the same where there is no network', needsNamespace, async () => {
    const outcome = await place.watch([...scan, '--store', place.path('home', 'data', 'apart.db')], { under: APART });
    assert.equal(outcome.status, 0, outcome.stderr);
    assert.equal(outcome.stdout, (await place.watch(scan)).stdout);
  });
});
