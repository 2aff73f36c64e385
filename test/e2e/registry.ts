// A real registry on loopback: Debian's docker-registry, with its storage and its access log at hand.
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { must } from './program.ts';

/** A running registry. */
export class Registry {
  /** `127.0.0.1:PORT` */
  readonly host: string;
  readonly #folder: string;
  readonly #process: ChildProcess;

  private constructor(folder: string, host: string, child: ChildProcess) {
    this.#folder = folder;
    this.host = host;
    this.#process = child;
  }

  /** Starts a registry with its files in the folder, and waits until it answers. */
  static async start(folder: string): Promise<Registry> {
    const port = await freePort();
    const host = `127.0.0.1:${port}`;
    const configuration = join(folder, 'registry.yml');
    const storage = JSON.stringify(join(folder, 'registry'));
    writeFileSync(
      configuration,
      `version: 0.1\nlog: {level: error}\nstorage: {filesystem: {rootdirectory: ${storage}}}\nhttp: {addr: ${host}}\n`,
    );
    const log = openSync(join(folder, 'access.log'), 'w');
    const child = spawn('docker-registry', ['serve', configuration], { stdio: ['ignore', log, log] });
    closeSync(log);
    const registry = new Registry(folder, host, child);
    for (let attempt = 0; attempt < 100; attempt += 1) {
      try {
        await fetch(`http://${host}/v2/`);
        return registry;
      } catch {
        await sleep(100);
      }
    }
    await registry.stop();
    throw new Error(`docker-registry does not answer on ${host}: ${registry.#log()}`);
  }

  /** Copies an image (a skopeo source) to `REPOSITORY:TAG`. */
  async push(source: string, name: string): Promise<void> {
    await must('skopeo', ['copy', '-q', '--dest-tls-verify=false', source, `docker://${this.host}/${name}`]);
  }

  /** Inverts one bit in the middle of a stored blob. */
  flipBit(digest: string): void {
    const hex = digest.slice('sha256:'.length);
    const file = join(this.#folder, 'registry/docker/registry/v2/blobs/sha256', hex.slice(0, 2), hex, 'data');
    const bytes = readFileSync(file);
    const middle = bytes.length >> 1;
    bytes[middle] = (bytes[middle] ?? 0) ^ 1;
    writeFileSync(file, bytes);
  }

  /** Digests of the blobs that were served, in order, from the access log: since the start, or since a mark. */
  blobsServed(since = 0): readonly string[] {
    const served = this.#log()
      .slice(since)
      .matchAll(/"GET \/v2\/\S+\/blobs\/(sha256:[0-9a-f]{64}) HTTP\/1\.[01]" (?:200|206)/g);
    return [...served].map((match) => match[1] ?? '');
  }

  /** A mark for `blobsServed`. */
  mark(): number {
    return this.#log().length;
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode !== null) return;
    const ended = new Promise((fulfil) => this.#process.once('exit', fulfil));
    this.#process.kill();
    await ended;
  }

  #log(): string {
    return readFileSync(join(this.#folder, 'access.log'), 'utf8');
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((fulfil) => server.listen(0, '127.0.0.1', fulfil));
  const address = server.address();
  await new Promise((fulfil) => server.close(fulfil));
  if (address === null || typeof address === 'string') throw new Error('no port on loopback');
  return address.port;
}
