// Names by which a file in a folder of programs is notable: shells, package managers, tools.

/** Shells, and the multi-call programs that are one. */
export const SHELLS: ReadonlySet<string> = new Set(
  'sh ash bash csh dash elvish fish hush ksh ksh93 lksh mksh nu oksh osh pdksh posh pwsh rbash rksh rzsh tcsh xonsh yash zsh busybox toybox'.split(
    ' ',
  ),
);

/** Programs that add packages to an image, of distributions and of languages. Numbered names of pip are in `isPackageManager`. */
const PACKAGE_MANAGERS: ReadonlySet<string> = new Set(
  (
    'apk apt apt-get aptitude brew dnf dnf-3 dnf5 dpkg emerge flatpak microdnf nix-env opkg pacman rpm snap swupd tdnf urpmi xbps-install yum zypper ' +
    'bundle bundler bun cargo composer conda corepack cpan cpanm easy_install gem luarocks mamba micromamba npm npx pear pecl pip pip3 pipenv pipx ' +
    'pnpm poetry uv yarn yarnpkg'
  ).split(' '),
);

/** Whether a program of this name installs packages; `pip3.11` as pip. */
export function isPackageManager(name: string): boolean {
  return PACKAGE_MANAGERS.has(name) || (name.startsWith('pip') && /^pip\d+(?:\.\d+)*$/.test(name));
}

/** Compilers, debuggers, and clients and listeners of the network: of use to whoever looks around in a container. */
export const TOOLS: ReadonlySet<string> = new Set(
  (
    'c++ cc clang clang++ cmake g++ gcc javac ld make rustc tcc gdb lldb ltrace perf strace tcpdump ' +
    'curl dig ftp nc ncat netcat nmap nslookup rsync scp sftp socat ssh telnet tftp wget'
  ).split(' '),
);
