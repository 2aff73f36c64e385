// Encryption at rest on a current API server: the same walk with its own commands, and what only newer servers do: loading a changed file by themselves, and
// telling in their metrics what they loaded and what they could not read.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { SECRETS } from '../../src/kubernetes/api/resource.ts';
import type { EncryptionStatus } from '../../src/operate/encryption/status/status.ts';
import { runCommand } from '../support/run-command.ts';
import { needsCluster } from './assets.ts';
import { startCluster } from './cluster.ts';
import { ENCRYPTION_CONFIG } from './node.ts';
import { Operator } from './operator.ts';
import { startAnew } from './start-anew.ts';
import { inTraffic } from './traffic.ts';

/** The server looks at its file every minute. */
const RELOAD_MS = 150_000;
const FLAG = '--encryption-provider-config-automatic-reload=true';

describe('encryption at rest on a current API server', needsCluster('current'), () => {
  test('enable, rotate, disable, with clients that read and write through all three', async () => {
    const cluster = await startCluster({ version: 'current' });
    try {
      const operator = await Operator.begin(cluster);
      for (const provider of ['aesgcm', 'aesgcm', undefined] as const) {
        const key = provider === undefined ? undefined : await operator.newKey(provider);
        const kind = key === undefined ? 'disable' : key.file === 'key-1.sealed.json' ? 'enable' : 'rotate';
        await inTraffic(cluster, async (traffic) => {
          await operator.reach({ kind, ...(key === undefined ? {} : { key }) }, { traffic });
        });
      }
    } finally {
      await cluster.stop();
    }
  });

  test('a file that the process loaded by itself is known by its hash, and what it could not read is counted', async () => {
    const [first, second] = [newKey('a'), newKey('b')];
    const cluster = await startCluster({ version: 'current', servers: 1, encryption: configuration(first) });
    try {
      const [node] = cluster.nodes;
      assert.ok(node !== undefined);
      const manifest = readFileSync(node.manifest, 'utf8');
      writeFileSync(node.manifest, manifest.replace(/( +- )(--encryption-provider-config=.*\n)/, `$1$2$1${FLAG}\n`));
      await startAnew(node);
      await cluster.waitReady();
      const api = await cluster.api();
      const named = { namespace: 'default', name: 'written-before' };
      await api.create(SECRETS, { metadata: named });
      const look = async (): Promise<EncryptionStatus['servers'][number] | undefined> => {
        const args = ['encryption', 'status', `${node.name}=${node.directory}`, '--kubeconfig', cluster.kubeconfig];
        const { stdout, stderr } = await runCommand([...args, '--format', 'json'], {
          folder: cluster.directory,
          now: new Date().toISOString(),
        });
        assert.notEqual(stdout, '', stderr);
        return JSON.parse(stdout).servers[0];
      };
      const loaded = async (): Promise<string> => {
        const running = (await look())?.running;
        return running?.state === 'loaded' ? running.transformers.map((id) => id.replace(/#.*/, '')).join(' ') : '';
      };
      assert.equal(await loaded(), 'secretbox:a');
      const change = async (text: string, list: string): Promise<void> => {
        writeFileSync(node.path(ENCRYPTION_CONFIG), text);
        assert.equal(await loaded(), '', 'it has the file of before');
        const end = performance.now() + RELOAD_MS;
        while ((await loaded()) !== list) {
          assert.ok(performance.now() < end, `it did not load ${list}`);
          await sleep(2000);
        }
      };
      await change(configuration(second, first), 'secretbox:b secretbox:a');
      assert.notEqual((await look())?.reloadedAt, undefined);
      assert.equal((await look())?.failures, undefined);
      await change(configuration(second), 'secretbox:b');
      await assert.rejects(api.get(SECRETS, named));
      const failures = (await look())?.failures ?? [];
      assert.ok(failures.some(({ direction, count }) => direction === 'read' && count > 0));
      api.close();
    } finally {
      await cluster.stop();
    }
  });
});

function newKey(name: string): string {
  return `{ name: ${name}, secret: ${randomBytes(32).toString('base64')} }`;
}

function configuration(...keys: readonly string[]): string {
  return `kind: EncryptionConfiguration
apiVersion: apiserver.config.k8s.io/v1
resources:
  - resources: [secrets]
    providers:
      - secretbox: { keys: [${keys.join(', ')}] }
`;
}
