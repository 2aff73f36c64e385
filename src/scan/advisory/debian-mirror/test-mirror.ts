// For the tests of this folder: a small Debian mirror with packages made by dpkg-deb, signed by a key of its own, on loopback.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';

/** A binary package of the mirror. */
export interface MadePackage {
  readonly name: string;
  readonly source: string;
  readonly version: string;
  /** Absent: a package without a changelog; `->NAME`: one that shares the documents of another. */
  readonly changelog?: string;
  /** Bytes of another file in it. */
  readonly ballast?: number;
}

/** What a suite's Release file says beside its indexes; other fields of it replace these. */
export interface MadeSuite {
  readonly packages: readonly MadePackage[];
  readonly release?: Readonly<Record<string, string>>;
  /** Ending of the index: `.gz`, `.xz` or none. */
  readonly packing?: string;
  /** Changes the index before it is packed. */
  readonly alter?: (index: string) => string;
}

/** Runs a program that must succeed. */
function must(program: string, args: readonly string[], input?: string | Buffer): Buffer {
  const { status, stdout, stderr } = spawnSync(program, [...args], { input, maxBuffer: 1 << 28 });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${stderr}`);
  return stdout;
}

/** A changelog of `[version, text]`, newest first. */
export function changelogOf(source: string, ...entries: readonly (readonly [version: string, text: string])[]): string {
  return entries
    .map(
      ([version, text]) =>
        `${source} (${version}) stable; urgency=medium\n\n  * ${text}\n\n -- A <a@example.org>  Tue, 29 Sep 2026 08:59:07 +0700\n`,
    )
    .join('\n');
}

/** A mirror in a folder, and the key that signs it. */
export class TestMirror {
  readonly folder: string;
  readonly keyring: string;
  readonly #home: string;

  constructor(folder: string) {
    this.folder = join(folder, 'mirror');
    this.#home = join(folder, 'gnupg');
    this.keyring = join(folder, 'key.gpg');
    mkdirSync(this.folder, { recursive: true });
    mkdirSync(this.#home, { mode: 0o700 });
    this.#gpg(['--quick-generate-key', 'mirror@example.org', 'ed25519', 'sign', 'never']);
    writeFileSync(this.keyring, this.#gpg(['--export']));
  }

  /** Writes a suite anew: its packages, its index of amd64, its signed Release file. */
  suite(path: string, { packages, release = {}, packing = '.gz', alter = (index) => index }: MadeSuite): void {
    const index = Buffer.from(alter(packages.map((one) => this.#package(one)).join('\n')));
    const folder = join(this.folder, path);
    const packed = packing === '.gz' ? gzipSync(index) : packing === '.xz' ? must('xz', ['-c'], index) : index;
    const file = `main/binary-amd64/Packages${packing}`;
    mkdirSync(join(folder, dirname(file)), { recursive: true });
    writeFileSync(join(folder, file), packed);
    const fields = {
      Codename: path.slice(path.lastIndexOf('/') + 1),
      Date: 'Fri, 20 Nov 2026 00:12:41 UTC',
      Components: 'main',
      ...release,
      SHA256: `\n ${sha256(packed)} ${packed.length} ${file}`,
    };
    this.sign(
      path,
      `${Object.entries(fields)
        .map(([name, value]) => `${name}: ${value}`)
        .join('\n')}\n`,
    );
  }

  /** Writes a Release file and its signatures. */
  sign(path: string, release: string): void {
    const file = join(this.folder, path, 'Release');
    writeFileSync(file, release);
    for (const [name, args] of [
      ['InRelease', ['--clearsign']],
      ['Release.gpg', ['--armor', '--detach-sign']],
    ] as const) {
      rmSync(join(this.folder, path, name), { force: true });
      this.#gpg([...args, '--output', join(this.folder, path, name), file]);
    }
  }

  /** Ends the program that holds the key. */
  close(): void {
    spawnSync('gpgconf', ['--homedir', this.#home, '--kill', 'all']);
  }

  #gpg(args: readonly string[]): Buffer {
    return must('gpg', [
      '--homedir',
      this.#home,
      '--batch',
      '--passphrase',
      '',
      '--pinentry-mode',
      'loopback',
      ...args,
    ]);
  }

  /** Makes the package and gives its stanza of the index. */
  #package({ name, source, version, changelog, ballast = 0 }: MadePackage): string {
    const path = `pool/${name}_${version.replace(/^\d+:/, '')}_amd64.deb`;
    const folder = join(this.folder, '..', 'package');
    rmSync(folder, { recursive: true, force: true });
    const documents = join(folder, 'usr/share/doc');
    mkdirSync(join(folder, 'DEBIAN'), { recursive: true });
    mkdirSync(documents, { recursive: true });
    const control = `Package: ${name}\nSource: ${source} (${version})\nVersion: ${version}\nArchitecture: amd64\n`;
    writeFileSync(join(folder, 'DEBIAN/control'), `${control}Maintainer: A <a@example.org>\nDescription: x\n`);
    writeFileSync(join(folder, 'usr/ballast'), Buffer.alloc(ballast, 7));
    if (changelog?.startsWith('->')) symlinkSync(changelog.slice(2), join(documents, name));
    else if (changelog !== undefined) {
      mkdirSync(join(documents, name));
      writeFileSync(join(documents, name, 'changelog.Debian.gz'), gzipSync(changelog));
    }
    mkdirSync(join(this.folder, 'pool'), { recursive: true });
    const file = join(this.folder, path);
    must('dpkg-deb', ['--build', '--root-owner-group', '-Zgzip', folder, file]);
    return `${control}Filename: ${path}\nSize: ${statSync(file).size}\nSHA256: ${sha256(readFileSync(file))}\n`;
  }
}

/** A server of a folder on loopback. `answers` come before the files; `asked` are the paths of all requests. */
export interface TestServer {
  readonly url: string;
  readonly asked: string[];
  readonly answers: Map<string, (response: ServerResponse) => void>;
  close(): void;
}

/** What opens the part of the server that is closed: user and secret. */
const LOGIN = `Basic ${Buffer.from('user:secret').toString('base64')}`;

/** Serves the folder, and the same below /closed to those who log in. */
export async function serve(folder: string): Promise<TestServer> {
  const asked: string[] = [];
  const answers = new Map<string, (response: ServerResponse) => void>();
  const server: Server = createServer((request, response) => {
    // apt writes ~ as %7e.
    const path = decodeURIComponent(request.url ?? '/');
    asked.push(path);
    const answer = answers.get(path);
    const file = join(folder, path.replace(/^\/closed\//, '/'));
    const closed = path.startsWith('/closed/') && request.headers.authorization !== LOGIN;
    if (closed) response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
    else if (answer !== undefined) answer(response);
    else if (existsSync(file) && statSync(file).isFile()) response.end(readFileSync(file));
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    answers,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
