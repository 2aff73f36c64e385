// Finds the credentials for a registry: containers-auth.json(5), docker's config.json (`auths`, `credHelpers`, `credsStore`) and the helper programs
// that these name (github.com/docker/docker-credential-helpers, `docker-credential-NAME get`). No message ever quotes what was found.
import { readFileSync } from 'node:fs';
import { messageOf, PlimsollError } from '../../../platform/errors.ts';
import { LIMITS } from '../../../platform/limits.ts';
import { type Fields, objectIn, optionalText, readObject, requiredText, textMapIn } from '../json-fields.ts';
import { codeOf } from './http.ts';

/** What opens a registry: a name and password, a refresh token for its token service, or a token for itself. */
export type Credentials =
  | { readonly kind: 'password'; readonly username: string; readonly password: string }
  | { readonly kind: 'identity-token'; readonly token: string }
  | { readonly kind: 'registry-token'; readonly token: string };

/** The result of a search: where it looked is for the message when the registry refuses. */
export interface CredentialSearch {
  readonly credentials?: Credentials;
  /** Files and helpers without an answer, with the reason where there is one. */
  readonly lookedIn: readonly string[];
}

interface AuthFile {
  readonly path: string;
  /** By normalised key: `host` or `host/path`. */
  readonly auths: ReadonlyMap<string, Fields>;
  readonly helpers: Readonly<Record<string, string>>;
  readonly store: string | undefined;
}

interface HelperAnswer {
  readonly credentials?: Credentials;
  readonly problem?: string;
}

/** Milliseconds that a helper may take; some ask a cloud service. */
const HELPER_MS = 30_000;
/** Under which names Docker Hub's credentials are kept. */
const DOCKER_HUB = ['docker.io', 'index.docker.io', 'registry-1.docker.io'] as const;
const DOCKER_HUB_SERVER = 'https://index.docker.io/v1/';

/** Searches the files of one environment; files are read once, helpers are asked once a server. */
export class CredentialFinder {
  readonly #paths: readonly string[];
  readonly #environment: Readonly<Record<string, string | undefined>>;
  #files: readonly (AuthFile | string)[] | undefined;
  readonly #answers = new Map<string, Promise<HelperAnswer>>();

  constructor(paths: readonly string[], environment: Readonly<Record<string, string | undefined>>) {
    this.#paths = paths;
    this.#environment = environment;
  }

  /**
   * The credentials for a repository, most specific key first, in the order of the files.
   * @throws PlimsollError `config-invalid` when a file is not what it should be.
   */
  async find(registry: string, repository: string): Promise<CredentialSearch> {
    this.#files ??= this.#paths.map(readAuthFile);
    const lookedIn: string[] = [];
    for (const file of this.#files) {
      if (typeof file === 'string') {
        lookedIn.push(file);
        continue;
      }
      for (const { name, server } of helpersFor(file, registry)) {
        const { credentials, problem } = await this.#ask(name, server);
        if (credentials !== undefined) return { credentials, lookedIn };
        lookedIn.push(`docker-credential-${name} (${problem})`);
      }
      const credentials = storedCredentials(file, registry, repository);
      if (credentials !== undefined) return { credentials, lookedIn };
      lookedIn.push(file.path);
    }
    return { lookedIn };
  }

  #ask(name: string, server: string): Promise<HelperAnswer> {
    const key = `${name} ${server}`;
    let answer = this.#answers.get(key);
    if (answer === undefined) {
      answer = askHelper(name, server, this.#environment);
      this.#answers.set(key, answer);
    }
    return answer;
  }
}

/** The file, or a remark when it is not there. */
function readAuthFile(path: string): AuthFile | string {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return `${path} (not there)`;
    throw new PlimsollError('config-invalid', `the credentials in ${path} cannot be read: ${messageOf(error)}`);
  }
  try {
    const fields = readObject(bytes, path);
    const auths = objectIn(fields, 'auths', path);
    return {
      path,
      auths: new Map(Object.keys(auths).map((key) => [normalizeKey(key), objectIn(auths, key, path)])),
      helpers: textMapIn(fields, 'credHelpers', path),
      store: optionalText(fields, 'credsStore', path),
    };
  } catch (error) {
    throw new PlimsollError('config-invalid', `credentials: ${messageOf(error)}`);
  }
}

/** Docker writes `https://index.docker.io/v1/` where others write a host or `host/path`. */
function normalizeKey(key: string): string {
  const bare = key.replace(/^https?:\/\//, '');
  return bare === key ? bare.replace(/\/(?:v[12]\/?)?$/, '') : (bare.split('/', 1)[0] ?? '');
}

function hostsOf(registry: string): readonly string[] {
  return registry === 'docker.io' ? DOCKER_HUB : [registry];
}

function helpersFor(file: AuthFile, registry: string): readonly { name: string; server: string }[] {
  const hosts = hostsOf(registry);
  const own = Object.keys(file.helpers).filter((key) => hosts.includes(normalizeKey(key)));
  const helpers = own.map((server) => ({ name: file.helpers[server] ?? '', server }));
  const server = registry === 'docker.io' ? DOCKER_HUB_SERVER : registry;
  return file.store === undefined ? helpers : [...helpers, { name: file.store, server }];
}

function storedCredentials(file: AuthFile, registry: string, repository: string): Credentials | undefined {
  const parts = repository.split('/');
  for (let length = parts.length; length >= 0; length--) {
    for (const host of hostsOf(registry)) {
      const fields = file.auths.get([host, ...parts.slice(0, length)].join('/'));
      const credentials = fields === undefined ? undefined : credentialsIn(fields, file.path);
      if (credentials !== undefined) return credentials;
    }
  }
  return undefined;
}

function credentialsIn(fields: Fields, path: string): Credentials | undefined {
  const registryToken = optionalText(fields, 'registrytoken', path);
  if (registryToken !== undefined) return { kind: 'registry-token', token: registryToken };
  const identityToken = optionalText(fields, 'identitytoken', path);
  if (identityToken !== undefined) return { kind: 'identity-token', token: identityToken };
  const auth = optionalText(fields, 'auth', path);
  if (auth === undefined) return plainPassword(fields, path);
  const pair = Buffer.from(auth, 'base64').toString('utf8').replace(/\0+$/, '');
  const colon = pair.indexOf(':');
  if (colon < 1) throw new PlimsollError('config-invalid', `${path}: an "auth" is not base64 of name:password`);
  return { kind: 'password', username: pair.slice(0, colon), password: pair.slice(colon + 1) };
}

/** Secrets of Kubernetes and files made by hand name the two in plain; `auth` counts where it is there, as for Docker. */
function plainPassword(fields: Fields, path: string): Credentials | undefined {
  const username = optionalText(fields, 'username', path);
  const password = optionalText(fields, 'password', path);
  return username === undefined || password === undefined ? undefined : { kind: 'password', username, password };
}

function askHelper(
  name: string,
  server: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<HelperAnswer> {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(name)) {
    return Promise.resolve({ problem: 'not the name of a credential helper' });
  }
  const options = { env: environment, timeout: HELPER_MS, maxBuffer: LIMITS.tokenBytes };
  return new Promise((resolve) => {
    // Only with a credential helper: importing it costs every scan 10 ms.
    const { execFile } = process.getBuiltinModule('node:child_process');
    const child = execFile(`docker-credential-${name}`, ['get'], options, (error, stdout) => {
      resolve(error === null ? parseHelperAnswer(stdout) : { problem: helperProblem(error, stdout) });
    });
    child.stdin?.on('error', () => {});
    child.stdin?.end(`${server}\n`);
  });
}

function helperProblem(error: Error, stdout: string): string {
  if (stdout.includes('credentials not found')) return 'has none';
  if (codeOf(error) === 'ENOENT') return 'not installed';
  return 'failed';
}

function parseHelperAnswer(stdout: string): HelperAnswer {
  try {
    const fields = readObject(Buffer.from(stdout), 'answer');
    const username = requiredText(fields, 'Username', 'answer');
    const secret = requiredText(fields, 'Secret', 'answer');
    const credentials: Credentials =
      username === '<token>'
        ? { kind: 'identity-token', token: secret }
        : { kind: 'password', username, password: secret };
    return { credentials };
  } catch {
    return { problem: 'answered something unreadable' };
  }
}
