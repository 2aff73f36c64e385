// Says which secrets a file holds, by its content: the name only says what to look for. Whatever the bytes, nothing is thrown.
import { assignmentsIn, passwordOfUrl, tokensIn } from '../../image/secrets/assignments.ts';
import {
  chosenSecret,
  isPlaceholder,
  madeSecret,
  type RecognizedSecret,
  type SecretKind,
} from '../../image/secrets/secret.ts';
import type { SecretForm } from './names.ts';
import { keyStoreIn, privateKeysIn } from './private-keys.ts';

/** Secrets of one file that are told one by one. */
const MOST = 20;

/** The secrets of a file; none for most that only have such a name. */
export function recognizeSecrets(form: SecretForm, body: Uint8Array): readonly RecognizedSecret[] {
  const all = form === 'key-store' ? keyStoreIn(body) : inText(form, Buffer.from(body).toString('utf8'));
  // The same secret twice in a file is one.
  return [...new Map(all.map((one) => [JSON.stringify(one), one])).values()].slice(0, MOST);
}

function inText(form: SecretForm, text: string): readonly RecognizedSecret[] {
  return [...privateKeysIn(text), ...tokensIn(text), ...READERS[form](text)];
}

const READERS: Readonly<Record<SecretForm, (text: string) => readonly RecognizedSecret[]>> = {
  keys: () => [],
  'key-store': () => [],
  'docker-login': dockerLogins,
  kubeconfig: clusterLogins,
  netrc: (text) => chosen('password', text.matchAll(/\bpassword\s+(\S{1,1000})/g)),
  npmrc: (text) => [
    ...made('token', text.matchAll(/:_authToken\s*=\s*"?([^\s"]{1,1000})/g)),
    ...chosen('password', text.matchAll(/(?:^|:)_(?:auth|password)\s*=\s*"?([^\s"]{1,1000})/gm)),
  ],
  assignments: assignmentsIn,
  'cloud-json': cloudKeys,
  'git-url': (text) =>
    text.split('\n').flatMap((line) => {
      const password = passwordOfUrl(line);
      return password === undefined ? [] : [password];
    }),
  pgpass: (text) => chosen('password', text.matchAll(/^(?!#)(?:[^:\n]*:){4}(.{1,1000})$/gm)),
  'password-hashes': passwordHashes,
  token: (text) => (/^[\x21-\x7e]{8,8192}\s*$/.test(text) ? [madeSecret('token', text.trim())] : []),
};

function made(kind: SecretKind, matches: Iterable<RegExpExecArray>): readonly RecognizedSecret[] {
  return [...matches].flatMap(([, value = '']) => (isPlaceholder(value) ? [] : [madeSecret(kind, value)]));
}

function chosen(kind: SecretKind, matches: Iterable<RegExpExecArray>): readonly RecognizedSecret[] {
  return [...matches].flatMap(([, value = '']) => chosenSecret(kind, value) ?? []);
}

/** `auth` is user and password in base64, `identitytoken` what a login service gave (containers-auth.json(5)). */
function dockerLogins(text: string): readonly RecognizedSecret[] {
  return [
    ...made('registry-login', text.matchAll(/"(?:identitytoken|registrytoken)"\s*:\s*"([^"\\]{1,10000})"/g)),
    ...chosen('registry-login', text.matchAll(/"(?:auth|password)"\s*:\s*"([^"\\]{1,10000})"/g)),
  ];
}

/** Client keys and tokens of a kubeconfig; a certificate authority or a command that fetches a token is none. */
function clusterLogins(text: string): readonly RecognizedSecret[] {
  return [
    ...made('cluster-login', text.matchAll(/\bclient-key-data"?\s*:\s*"?([A-Za-z0-9+/=]{60,20000})/g)),
    ...made('cluster-login', text.matchAll(/^[ \t-]*"?(?:token|id-token|refresh-token)"?\s*:\s*"?([^\s"]{8,20000})/gm)),
    ...chosen('cluster-login', text.matchAll(/^[ \t-]*"?password"?\s*:\s*"?([^\s"]{1,1000})/gm)),
  ];
}

/** Refresh tokens and client secrets of gcloud and az; the private key of a service account is found as a key. */
function cloudKeys(text: string): readonly RecognizedSecret[] {
  const matches = text.matchAll(
    /"(?:refresh_token|refreshToken|accessToken|client_secret|clientSecret|secret)"\s*:\s*"([^"\\]{8,20000})"/g,
  );
  return made('cloud-key', matches);
}

/** Hashes of shadow(5) and htpasswd: locked accounts (`!`, `*`) have none, and neither have those without a password. */
function passwordHashes(text: string): readonly RecognizedSecret[] {
  const found: RecognizedSecret[] = [];
  for (const [, hash = ''] of text.matchAll(/^[^:\s#]{1,256}:!{0,2}([^:\n]{13,500})/gm)) {
    if (/^(?:\$[a-z0-9]+\$.{10,}|\{SHA\}.{20,}|[./0-9A-Za-z]{13})$/.test(hash.trim()))
      found.push({ kind: 'password-hash' });
  }
  return found;
}
