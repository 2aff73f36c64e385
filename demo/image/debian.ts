// The files of a Debian root file system that package scanners look at: os-release, the dpkg database, set-user-ID programs.
// Format of the database: dpkg(1) FILES and deb822(5).
import type { DemoBase, DemoPackage } from '../facts.ts';
import type { TarEntry } from './tar.ts';

/** The base layer of a Debian image. */
export function debianBase(base: DemoBase): readonly TarEntry[] {
  const codename = base.codename ?? '';
  return [
    { path: 'etc', type: 'dir' },
    { path: 'etc/debian_version', body: `${base.version}.2\n` },
    { path: 'etc/os-release', type: 'symlink', link: '../usr/lib/os-release' },
    { path: 'etc/passwd', body: 'root:x:0:0:root:/root:/bin/bash\nnobody:x:65534:65534:nobody:/:/usr/sbin/nologin\n' },
    { path: 'tmp', type: 'dir', mode: 0o1777 },
    { path: 'usr/bin', type: 'dir' },
    { path: 'usr/bin/bash', mode: 0o755, body: 'bash' },
    { path: 'usr/bin/passwd', mode: 0o4755, body: 'passwd' },
    { path: 'usr/bin/su', mode: 0o4755, body: 'su' },
    {
      path: 'usr/lib/os-release',
      body: `PRETTY_NAME="Debian GNU/Linux ${base.version} (${codename})"\nNAME="Debian GNU/Linux"\nVERSION_ID="${base.version}"\nVERSION="${base.version} (${codename})"\nVERSION_CODENAME=${codename}\nID=debian\n`,
    },
    ...debianPackages(base.packages),
  ];
}

/** The dpkg database after an installation, with the packages' copyright files. `installed` is everything that is there. */
export function debianPackages(installed: readonly DemoPackage[]): readonly TarEntry[] {
  return [
    { path: 'var/lib/dpkg', type: 'dir' },
    { path: 'var/lib/dpkg/status', body: installed.map(statusParagraph).join('\n') },
    ...installed.flatMap((item): readonly TarEntry[] => [
      { path: `usr/share/doc/${item.name}/copyright`, body: item.name },
      {
        path: `var/lib/dpkg/info/${item.name}.list`,
        body: `/.\n/usr\n/usr/share\n/usr/share/doc\n/usr/share/doc/${item.name}\n/usr/share/doc/${item.name}/copyright\n`,
      },
    ]),
  ];
}

function statusParagraph(item: DemoPackage): string {
  const otherVersion = item.sourceVersion === item.version ? '' : ` (${item.sourceVersion})`;
  const source = item.source === item.name && otherVersion === '' ? [] : [`Source: ${item.source}${otherVersion}`];
  return [
    `Package: ${item.name}`,
    'Status: install ok installed',
    'Priority: optional',
    'Section: misc',
    'Installed-Size: 8',
    'Maintainer: none',
    'Architecture: amd64',
    ...source,
    `Version: ${item.version}`,
    `Description: ${item.name}`,
    '',
  ].join('\n');
}
