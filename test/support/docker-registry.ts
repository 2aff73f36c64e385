// Debian's docker-registry (the distribution project's registry) on loopback, as an oracle for tests.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A running registry. */
export interface DockerRegistry {
  /** `127.0.0.1:PORT`. */
  readonly host: string;
  stop(): Promise<void>;
}

/** Parts of its configuration (YAML is a superset of JSON). */
export interface DockerRegistryOptions {
  /** The `auth` section. */
  readonly auth?: Readonly<Record<string, unknown>>;
  /** Files with the PEM certificate and key: makes it speak TLS. */
  readonly tls?: { readonly certificate: string; readonly key: string };
}

/** Starts a registry on a free port with empty storage; both go when it is stopped. */
export async function startDockerRegistry(options: DockerRegistryOptions = {}): Promise<DockerRegistry> {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-registry-'));
  const host = `127.0.0.1:${await freePort()}`;
  const config = {
    version: 0.1,
    log: { level: 'error' },
    compatibility: { schema1: { enabled: true } },
    storage: { filesystem: { rootdirectory: join(folder, 'storage') }, delete: { enabled: true } },
    http: { addr: host, ...(options.tls === undefined ? {} : { tls: options.tls }) },
    ...(options.auth === undefined ? {} : { auth: options.auth }),
  };
  writeFileSync(join(folder, 'config.yml'), JSON.stringify(config));
  const child = spawn('docker-registry', ['serve', join(folder, 'config.yml')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let complaints = '';
  child.stderr.on('data', (piece: Buffer) => {
    complaints += piece.toString();
  });
  const stop = async (): Promise<void> => {
    if (child.exitCode === null) {
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await gone;
    }
    rmSync(folder, { recursive: true, force: true });
  };
  for (let tries = 0; tries < 200; tries++) {
    if (child.exitCode !== null) break;
    if (await answers(host, options.tls !== undefined)) return { host, stop };
    await sleep(50);
  }
  await stop();
  throw new Error(`docker-registry did not start: ${complaints.slice(0, 2000)}`);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function answers(host: string, secure: boolean): Promise<boolean> {
  return new Promise((resolve) => {
    const url = `${secure ? 'https' : 'http'}://${host}/v2/`;
    const request = secure ? httpsRequest(url, { rejectUnauthorized: false }) : httpRequest(url);
    request.on('response', (response) => {
      response.resume();
      resolve(true);
    });
    request.on('error', () => resolve(false));
    request.end();
  });
}
