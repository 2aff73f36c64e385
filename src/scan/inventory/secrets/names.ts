// Names of files that may hold a secret, and what to look for in each. Whether one does is said by its content alone.
import type { EntryHeader } from '../../image/layer/layer-report.ts';

/** What a file of a name may be. Private keys and tokens of known form are looked for in all. */
export type SecretForm =
  | 'keys'
  | 'key-store'
  | 'docker-login'
  | 'kubeconfig'
  | 'netrc'
  | 'npmrc'
  | 'assignments'
  | 'cloud-json'
  | 'git-url'
  | 'pgpass'
  | 'password-hashes'
  | 'token';

/** By name: the form, and the folders in which alone the name has that meaning. */
const NAMES: Readonly<Record<string, readonly [form: SecretForm, ...folders: readonly string[]]>> = {
  id_dsa: ['keys'],
  id_ecdsa: ['keys'],
  id_ed25519: ['keys'],
  id_rsa: ['keys'],
  identity: ['keys', '.ssh'],
  ssh_host_dsa_key: ['keys'],
  ssh_host_ecdsa_key: ['keys'],
  ssh_host_ed25519_key: ['keys'],
  ssh_host_rsa_key: ['keys'],
  'secring.gpg': ['key-store'],
  'tls.key': ['keys'],
  '.dockercfg': ['docker-login'],
  '.dockerconfigjson': ['docker-login'],
  'config.json': ['docker-login', '.docker'],
  'auth.json': ['docker-login', 'containers', '.docker'],
  kubeconfig: ['kubeconfig'],
  'admin.conf': ['kubeconfig', 'kubernetes'],
  'super-admin.conf': ['kubeconfig', 'kubernetes'],
  'kubelet.conf': ['kubeconfig', 'kubernetes'],
  'scheduler.conf': ['kubeconfig', 'kubernetes'],
  'controller-manager.conf': ['kubeconfig', 'kubernetes'],
  config: ['kubeconfig', '.kube', '.git'],
  token: ['token', 'serviceaccount'],
  '.netrc': ['netrc'],
  _netrc: ['netrc'],
  '.npmrc': ['npmrc'],
  '.pypirc': ['assignments'],
  'pip.conf': ['git-url'],
  '.env': ['assignments'],
  '.boto': ['assignments'],
  '.s3cfg': ['assignments'],
  '.my.cnf': ['assignments'],
  '.terraformrc': ['assignments'],
  'terraform.tfstate': ['keys'],
  'terraform.tfvars': ['assignments'],
  credentials: ['assignments', '.aws', '.cargo', '.gem'],
  'credentials.toml': ['assignments', '.cargo'],
  'hosts.yml': ['assignments', 'gh'],
  'application_default_credentials.json': ['cloud-json'],
  'service-account.json': ['cloud-json'],
  'service_account.json': ['cloud-json'],
  'serviceaccount.json': ['cloud-json'],
  'credentials.json': ['cloud-json'],
  'accessTokens.json': ['cloud-json', '.azure'],
  'msal_token_cache.json': ['cloud-json', '.azure'],
  '.git-credentials': ['git-url'],
  '.pgpass': ['pgpass'],
  '.htpasswd': ['password-hashes'],
  htpasswd: ['password-hashes'],
  shadow: ['password-hashes', 'etc'],
  'shadow-': ['password-hashes', 'etc'],
  '.vault-token': ['token'],
  '.erlang.cookie': ['token'],
};

/** By ending. */
const ENDINGS: Readonly<Record<string, SecretForm>> = {
  '.pem': 'keys',
  '.key': 'keys',
  '.p8': 'keys',
  '.ppk': 'keys',
  '.p12': 'key-store',
  '.pfx': 'key-store',
  '.jks': 'key-store',
  '.keystore': 'key-store',
  '.kdbx': 'key-store',
  '.kubeconfig': 'kubeconfig',
};

/** `.pem` files that hold certificates alone: the usual bundles, some MB in many copies. */
const PUBLIC_PEMS: ReadonlySet<string> = new Set(
  (
    'ca.pem ca-bundle.pem ca-cert.pem cacert.pem cert.pem chain.pem dhparam.pem email-ca-bundle.pem fullchain.pem objsign-ca-bundle.pem roots.pem ' +
    'tls-ca-bundle.pem'
  ).split(' '),
);

/** Folders of certificates that everyone may read. */
const PUBLIC_FOLDERS = ['etc/ssl/certs/', 'etc/pki/ca-trust/', 'ca-certificates/'];

/** What the walk is asked for. */
export const SECRET_PATTERNS: readonly string[] = [
  ...Object.keys(NAMES).map((name) => `**/${name}`),
  ...Object.keys(ENDINGS).map((ending) => `**/*${ending}`),
];

/** The form of a file by its path; undefined where the name means something else there. */
export function secretForm({ path, type, size }: EntryHeader): SecretForm | undefined {
  if (type !== 'file' || size === 0) return undefined;
  const slash = path.lastIndexOf('/');
  const name = path.slice(slash + 1);
  const named = Object.hasOwn(NAMES, name) ? NAMES[name] : undefined;
  if (named !== undefined) {
    const [form, ...folders] = named;
    const parent = path.slice(path.lastIndexOf('/', slash - 1) + 1, Math.max(slash, 0));
    if (folders.length > 0 && !folders.includes(parent)) return undefined;
    return name === 'config' && parent === '.git' ? 'git-url' : form;
  }
  if (name.endsWith('.pem') && (PUBLIC_PEMS.has(name) || PUBLIC_FOLDERS.some((folder) => path.includes(folder)))) {
    return undefined;
  }
  const ending = name.slice(name.lastIndexOf('.'));
  return Object.hasOwn(ENDINGS, ending) ? ENDINGS[ending] : undefined;
}
