// Names by which a file is notable: shells and package managers in a folder of programs, and files that by their name may hold a secret.
// Names only: whether a candidate really holds a secret is for a check that reads it.

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

/** Names of files that hold credentials or private keys, wherever they are. */
const SECRET_ANYWHERE =
  'id_dsa id_ecdsa id_ecdsa_sk id_ed25519 id_ed25519_sk id_rsa .boto .dockercfg .env .erlang.cookie .git-credentials .htpasswd .my.cnf .netrc ' +
  '_netrc .npmrc .pgpass .pypirc .s3cfg .terraformrc .vault-token application_default_credentials.json kubeconfig secring.gpg ssh_host_dsa_key ' +
  'ssh_host_ecdsa_key ssh_host_ed25519_key ssh_host_rsa_key terraform.tfstate';

/** Names of files that may hold a secret; a list says in which folders alone the name has that meaning. */
export const SECRET_NAMES: ReadonlyMap<string, readonly string[] | 'anywhere'> = new Map<
  string,
  readonly string[] | 'anywhere'
>([
  ...SECRET_ANYWHERE.split(' ').map((name) => [name, 'anywhere'] as const),
  ['auth.json', ['containers', '.docker']],
  ['config', ['.kube']],
  ['config.json', ['.docker']],
  ['credentials', ['.aws', '.cargo', '.gem']],
  ['credentials.toml', ['.cargo']],
  ['hosts.yml', ['gh']],
]);

/** Endings of private keys, key stores and password stores. */
export const SECRET_ENDINGS: readonly string[] = '.pem .key .p8 .p12 .pfx .jks .keystore .kdbx .kubeconfig .ppk'.split(
  ' ',
);

/** `.pem` files that hold certificates alone: the usual bundles, by name. */
const PUBLIC_PEMS: ReadonlySet<string> = new Set(
  (
    'ca.pem ca-bundle.pem ca-cert.pem cacert.pem cert.pem chain.pem dhparam.pem email-ca-bundle.pem fullchain.pem objsign-ca-bundle.pem roots.pem ' +
    'tls-ca-bundle.pem'
  ).split(' '),
);

/** Folders of certificates that everyone may read. */
const PUBLIC_FOLDERS = ['etc/ssl/certs/', 'etc/pki/ca-trust/', 'ca-certificates/'];

/** Whether a file with an ending of `SECRET_ENDINGS` is a well-known public one. */
export function isPublicCertificate(path: string, name: string): boolean {
  return PUBLIC_PEMS.has(name) || (name.endsWith('.pem') && PUBLIC_FOLDERS.some((folder) => path.includes(folder)));
}
