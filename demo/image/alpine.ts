// The files of an Alpine root file system that package scanners look at: os-release, the apk database, a shell.
// Format of the database: apk-tools, "apk v2 installed database" (one letter, a colon and a value a line).
import { createHash } from 'node:crypto';
import type { DemoBase, DemoPackage } from '../facts.ts';
import type { TarEntry } from './tar.ts';

/** The base layer of an Alpine image. */
export function alpineBase(base: DemoBase): readonly TarEntry[] {
  const branch = base.version.split('.').slice(0, 2).join('.');
  return [
    { path: 'bin', type: 'dir' },
    { path: 'bin/busybox', mode: 0o755, body: 'busybox' },
    { path: 'bin/sh', type: 'symlink', link: '/bin/busybox' },
    { path: 'etc', type: 'dir' },
    { path: 'etc/alpine-release', body: `${base.version}\n` },
    {
      path: 'etc/os-release',
      body: `NAME="Alpine Linux"\nID=alpine\nVERSION_ID=${base.version}\nPRETTY_NAME="Alpine Linux v${branch}"\nHOME_URL="https://alpinelinux.org/"\n`,
    },
    { path: 'etc/passwd', body: 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/sbin/nologin\n' },
    { path: 'tmp', type: 'dir', mode: 0o1777 },
    ...alpinePackages(base.packages),
  ];
}

/** The apk database after an installation, with the packages' licence files. `installed` is everything that is there. */
export function alpinePackages(installed: readonly DemoPackage[]): readonly TarEntry[] {
  return [
    { path: 'lib/apk/db', type: 'dir' },
    { path: 'lib/apk/db/installed', body: installed.map(databaseEntry).join('') },
    ...installed.map((item) => ({ path: `usr/share/licenses/${item.name}/LICENSE`, body: item.name })),
  ];
}

function databaseEntry(item: DemoPackage): string {
  return [
    `C:Q1${createHash('sha1').update(`${item.name}-${item.version}`).digest('base64')}`,
    `P:${item.name}`,
    `V:${item.version}`,
    'A:x86_64',
    'S:4096',
    'I:8192',
    `T:${item.name}`,
    `o:${item.source}`,
    `F:usr/share/licenses/${item.name}`,
    'R:LICENSE',
    `Z:Q1${createHash('sha1').update(item.name).digest('base64')}`,
    '',
    '',
  ].join('\n');
}
