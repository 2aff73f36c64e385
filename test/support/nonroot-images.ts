// Images of each kind that matters to users other than root, made of one static busybox: numeric and named users, closed files and folders, scripts, file
// capabilities, setuid programs, volumes. Written as a tree of `dir:` images that targets name, and unpacked for a runtime.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packTar, type TarEntry } from '../../demo/image/tar.ts';
import { findProgram } from './needs.ts';
import { makeImage } from './oci-layout.ts';

/** What an image is made of. */
export interface KindRecipe {
  /** Entries of a layer above the base. */
  readonly files?: readonly TarEntry[];
  /** Members of the configuration's `config`. */
  readonly config?: Readonly<Record<string, unknown>>;
}

const APPLETS = 'sh cat chown id ip nc touch sleep kill true mkdir su chmod test'.split(' ');

/** Entries that every image has: busybox, accounts, an open /tmp. */
export function baseFiles(): readonly TarEntry[] {
  const folders = ['bin', 'etc', 'proc', 'sys', 'dev', 'root', 'home', 'app', 'var', 'var/run'];
  return [
    ...folders.map((path): TarEntry => ({ path, type: 'dir' })),
    { path: 'tmp', type: 'dir', mode: 0o1777 },
    { path: 'home/app', type: 'dir', uid: 1000, gid: 1000 },
    { path: 'bin/busybox', mode: 0o755, body: readFileSync(findProgram('busybox') ?? '/bin/busybox') },
    ...APPLETS.map((name): TarEntry => ({ path: `bin/${name}`, type: 'symlink', link: 'busybox' })),
    { path: 'etc/passwd', body: 'root::0:0:root:/root:/bin/sh\napp:x:1000:1000:app:/home/app:/bin/sh\n' },
    { path: 'etc/group', body: 'root:x:0:\napp:x:1000:\ndata:x:2000:app\n' },
  ];
}

/** An executable script of `sh -e`. */
export function script(path: string, body: string, more: Partial<TarEntry> = {}): TarEntry {
  return { path, mode: 0o755, body: `#!/bin/sh -e\n${body}\n`, ...more };
}

/** `security.capability` of cap_net_bind_service=ep, revision 2 (linux/capability.h), and a copy of busybox that has it. */
export function withBindCapability(path: string): TarEntry {
  const attribute = `\u0001\0\0\u0002\0\u0004\0\0${'\0'.repeat(12)}`;
  return { ...busyboxCopy(path), pax: { 'SCHILY.xattr.security.capability': attribute } };
}

/** A copy of busybox that is a program of its own. */
export function busyboxCopy(path: string, mode = 0o755): TarEntry {
  return { path, mode, body: readFileSync(findProgram('busybox') ?? '/bin/busybox') };
}

/** Unpacked archives of an image's layers, lowest first. */
export function layersOf({ files = [] }: KindRecipe): readonly Buffer[] {
  base ??= packTar(baseFiles());
  return [base, ...(files.length === 0 ? [] : [packTar(files)])];
}

let base: Buffer | undefined;

/** Writes an image as `skopeo copy … dir:` does, at its reference below the tree. */
export function writeDirTreeImage(
  tree: string,
  reference: string,
  layers: readonly Uint8Array[],
  config: KindRecipe['config'] = {},
): void {
  const folder = join(tree, reference);
  mkdirSync(folder, { recursive: true });
  const [manifest, ...blobs] = makeImage({ layers, run: config });
  writeFileSync(join(folder, 'version'), 'Directory Transport Version: 1.1\n');
  writeFileSync(join(folder, 'manifest.json'), manifest.bytes);
  for (const { digest, bytes } of blobs) writeFileSync(join(folder, digest.slice('sha256:'.length)), bytes);
}
