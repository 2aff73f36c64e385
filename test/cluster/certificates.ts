// A control plane's certificates as kubeadm makes them, by openssl: node:crypto reads X.509 but cannot issue it. P-256 keys, for speed.
// kubernetes.io, "PKI certificates and requirements".
import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A certificate and its key, files in PEM. */
export interface KeyedCertificate {
  readonly certificate: string;
  readonly key: string;
}

/** Whom a certificate is for, and for what. */
export interface CertificateRequest {
  readonly commonName: string;
  /** Groups of a user. */
  readonly organizations?: readonly string[];
  readonly uses: readonly ('clientAuth' | 'serverAuth')[];
  /** Addresses of a server: `IP:127.0.0.1`, `DNS:localhost`. */
  readonly names?: readonly string[];
  /** Its time is over already. */
  readonly expired?: boolean;
}

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

/** Makes an authority: `FOLDER/NAME.crt` and `FOLDER/NAME.key`. */
export function makeAuthority(folder: string, name: string, commonName: string): KeyedCertificate {
  const made = placeOf(folder, name);
  const usage = ['-addext', 'keyUsage=critical,digitalSignature,keyEncipherment,keyCertSign'];
  openssl(['req', '-x509', ...NEW_KEY, ...outputs(made), '-days', '3650', '-subj', `/CN=${commonName}`, ...usage]);
  return made;
}

/** Issues a certificate: `FOLDER/NAME.crt` and `FOLDER/NAME.key`. */
export function issue(
  authority: KeyedCertificate,
  folder: string,
  name: string,
  request: CertificateRequest,
): KeyedCertificate {
  const { commonName, organizations = [], uses, names = [], expired = false } = request;
  const made = placeOf(folder, name);
  const subject = `${organizations.map((organization) => `/O=${organization}`).join('')}/CN=${commonName}`;
  const extensions = [
    'basicConstraints=critical,CA:FALSE',
    'keyUsage=critical,digitalSignature,keyEncipherment',
    `extendedKeyUsage=${uses.join(',')}`,
    ...(names.length === 0 ? [] : [`subjectAltName=${names.join(',')}`]),
  ].flatMap((extension) => ['-addext', extension]);
  const asked = ['req', ...NEW_KEY, '-keyout', made.key, '-subj', subject, ...extensions];
  const signer = ['-CA', authority.certificate, '-CAkey', authority.key];
  if (!expired) {
    openssl([...asked, '-x509', ...signer, '-out', made.certificate, '-days', '365']);
    return made;
  }
  // Only `openssl x509` gives out certificates that end before they begin to be used.
  const paper = `${made.certificate}.csr`;
  openssl([...asked, '-new', '-out', paper]);
  openssl([
    'x509',
    '-req',
    '-in',
    paper,
    ...signer,
    '-copy_extensions',
    'copy',
    '-out',
    made.certificate,
    '-days',
    '-1',
  ]);
  return made;
}

/** The key pair that signs service-account tokens: `FOLDER/sa.key` and `FOLDER/sa.pub`. */
export function makeTokenKeys(folder: string): void {
  const { privateKey, publicKey } = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    privateKeyEncoding: { type: 'sec1', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  writeFileSync(join(folder, 'sa.key'), privateKey, { mode: 0o600 });
  writeFileSync(join(folder, 'sa.pub'), publicKey);
}

function placeOf(folder: string, name: string): KeyedCertificate {
  return { certificate: join(folder, `${name}.crt`), key: join(folder, `${name}.key`) };
}

function outputs({ certificate, key }: KeyedCertificate): readonly string[] {
  return ['-keyout', key, '-out', certificate];
}

function openssl(args: readonly string[]): void {
  execFileSync('openssl', args, { stdio: ['ignore', 'ignore', 'pipe'], timeout: 30_000 });
}
