// How registries are reached: where credentials are, which hosts may speak plain HTTP, mirrors, patience. Plain data, so that a worker gets a copy.
import { join } from 'node:path';
import { ParseError } from '../../../platform/errors.ts';

/** References under `prefix` are fetched under `location` first; the original place is asked when it has none. */
export interface MirrorRule {
  /** `registry` or `registry/path`, in normal form (docker.io/library, not library). */
  readonly prefix: string;
  readonly location: string;
}

/** All that a registry client needs to know of its surroundings. */
export interface RegistryAccess {
  /** Files with credentials; the first that has some for a registry wins. */
  readonly authFiles: readonly string[];
  /** Variables for credential helpers (PATH, HOME) and proxies (HTTPS_PROXY, NO_PROXY). */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Certificate authorities to trust besides the system's, PEM. */
  readonly ca?: string;
  /** Registries (`host[:port]`) that may be spoken to over plain HTTP when they do not speak TLS. Loopback always may. */
  readonly insecure: readonly string[];
  readonly mirrors: readonly MirrorRule[];
  /** Connections at once to one host. */
  readonly concurrency: number;
  /** Attempts at one request before it is given up. */
  readonly attempts: number;
  /** Wait before the first repetition, in milliseconds; doubles each time. */
  readonly backoffMs: number;
  /** Longest wait that a registry may ask for with Retry-After, in milliseconds. */
  readonly retryAfterMs: number;
  /** Silence after which a connection counts as dead, in milliseconds. */
  readonly stallMs: number;
}

/** What of the access a user may set. */
export type RegistrySettings = Partial<Omit<RegistryAccess, 'authFiles' | 'environment'>>;

const DEFAULTS = {
  insecure: [],
  mirrors: [],
  concurrency: 6,
  attempts: 5,
  backoffMs: 500,
  retryAfterMs: 60_000,
  stallMs: 30_000,
} as const satisfies RegistrySettings;

/** Access from the environment, with a user's settings over the defaults. */
export function registryAccess(
  environment: Readonly<Record<string, string | undefined>>,
  settings: RegistrySettings = {},
): RegistryAccess {
  // A copy: process.env itself cannot be sent to a worker.
  return { ...DEFAULTS, ...settings, environment: { ...environment }, authFiles: authFilesOf(environment) };
}

/**
 * Files that may hold credentials, in the order of containers-auth.json(5): REGISTRY_AUTH_FILE alone when it is set, else
 * $XDG_RUNTIME_DIR/containers/auth.json, $XDG_CONFIG_HOME/containers/auth.json, $DOCKER_CONFIG/config.json.
 */
function authFilesOf(environment: Readonly<Record<string, string | undefined>>): readonly string[] {
  const chosen = environment['REGISTRY_AUTH_FILE'] ?? '';
  if (chosen !== '') return [chosen];
  const home = environment['HOME'] ?? '';
  const runtime = environment['XDG_RUNTIME_DIR'] ?? '';
  const config = environment['XDG_CONFIG_HOME'] || (home === '' ? '' : join(home, '.config'));
  const docker = environment['DOCKER_CONFIG'] || (home === '' ? '' : join(home, '.docker'));
  return [
    ...(runtime === '' ? [] : [join(runtime, 'containers', 'auth.json')]),
    ...(config === '' ? [] : [join(config, 'containers', 'auth.json')]),
    ...(docker === '' ? [] : [join(docker, 'config.json')]),
  ];
}

/** Host of the API that serves a registry's name. */
export function apiHost(registry: string): string {
  return registry === 'docker.io' ? 'registry-1.docker.io' : registry;
}

/** Whether `host[:port]` is this machine. */
export function isLoopback(host: string): boolean {
  const name = hostName(host);
  return name === 'localhost' || name.endsWith('.localhost') || name === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(name);
}

/** Whether plain HTTP to `host[:port]` is allowed. */
export function mayUseHttp(host: string, access: RegistryAccess): boolean {
  return isLoopback(host) || access.insecure.includes(host);
}

/**
 * The host of a URL without its port, in the form in which registries are compared.
 * @throws ParseError when it is not a host.
 */
function hostName(host: string): string {
  const url = URL.parse(`https://${host}`);
  if (url === null) throw new ParseError(`"${host}" is not a host`);
  return url.hostname;
}
