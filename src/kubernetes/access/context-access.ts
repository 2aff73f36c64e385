// Access by a context of a kubeconfig: certificates, tokens, credential programs, impersonation. kubeconfig v1 as kubectl reads it.
import { dirname, resolve } from 'node:path';
import { PlimsollError } from '../../platform/errors.ts';
import type { ApiAccess } from '../api/access.ts';
import { makeEndpoint, type TlsMaterial } from '../transport/endpoint.ts';
import { type ExecCredentials, execCredentials } from './exec-credential.ts';
import { type KubeconfigCluster, type KubeconfigUser, type Named, parseKubeconfig } from './kubeconfig.ts';
import { readAccessFile } from './read-file.ts';
import { tokenOfFile } from './token-file.ts';

/** Which context, and what it may do. */
export interface ContextChoice {
  /** The current one when absent. */
  readonly context?: string | undefined;
  /** Run the credential program that the kubeconfig names, if it names one. */
  readonly allowExec?: boolean | undefined;
  /** Of the credential program. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** A credential program is asked again this long before what it gave expires. */
const RENEW_MS = 60_000;

/**
 * Opens the access of one context.
 * @param paths kubeconfigs, whole paths; the first one that has a name wins
 * @throws PlimsollError `cluster` for what is missing in them or cannot be used; `input-missing`, `input-unreadable`, ParseError and LimitError for files
 */
export async function contextAccess(paths: readonly string[], choice: ContextChoice): Promise<ApiAccess> {
  const files = await Promise.all(
    paths.map(async (file) => ({ file, text: await readAccessFile(file, 'kubeconfig') })),
  );
  const config = parseKubeconfig(files);
  const name = choice.context ?? config.currentContext;
  if (name === undefined) {
    throw new PlimsollError('cluster', `${paths.join(', ')}: no current context: give --context`);
  }
  const context = config.contexts.get(name)?.value;
  if (context === undefined) {
    const known = [...config.contexts.keys()].sort().join(', ') || 'none';
    throw new PlimsollError('cluster', `${paths.join(', ')}: there is no context "${name}" (there are: ${known})`);
  }
  const origin = `context ${name} of ${paths.join(', ')}`;
  const cluster = entry(config.clusters, context.cluster, 'cluster', origin);
  const user = entry(config.users, context.user, 'user', origin);
  const exec = await execOf(user, choice, origin);
  const material = await materialOf(cluster, user, await exec?.());
  const token = tokenOf(user, exec);
  const headers = impersonation(user.value, origin);
  const proxy = cluster.value['proxy-url'];
  const serverName = cluster.value['tls-server-name'];
  return {
    endpoint: makeEndpoint(
      {
        server: cluster.value.server,
        ...(serverName === undefined ? {} : { serverName }),
        ...(cluster.value['insecure-skip-tls-verify'] === true ? { insecure: true } : {}),
        ...(proxy === undefined ? {} : { proxy }),
      },
      material,
      origin,
    ),
    origin,
    ...(context.namespace === undefined ? {} : { namespace: context.namespace }),
    ...(token === undefined ? {} : { token }),
    ...(headers === undefined ? {} : { headers }),
  };
}

function entry<T>(map: ReadonlyMap<string, Named<T>>, name: string, kind: string, origin: string): Named<T> {
  const found = map.get(name);
  if (found === undefined) throw new PlimsollError('cluster', `${origin}: there is no ${kind} "${name}"`);
  return found;
}

/** Asks the credential program, and again when what it gave is about to expire. Undefined when the user has none. */
async function execOf(
  { file, value }: Named<KubeconfigUser>,
  { allowExec = false, environment }: ContextChoice,
  origin: string,
): Promise<(() => Promise<ExecCredentials>) | undefined> {
  const { exec, username } = value;
  if (value['auth-provider'] != null || username !== undefined) {
    const what = username === undefined ? 'an auth-provider' : 'a password';
    throw new PlimsollError(
      'cluster',
      `${origin}: ${what} is no longer accepted by API servers: use a certificate or token`,
    );
  }
  if (exec == null) return undefined;
  if (!allowExec) {
    const what = `the kubeconfig wants to run the program ${exec.command}`;
    throw new PlimsollError(
      'cluster',
      `${origin}: ${what}, which is not allowed: use another user of the cluster, or --allow-exec`,
    );
  }
  // As with kubectl: a path is relative to the kubeconfig, a bare name is looked for on PATH.
  const command = exec.command.includes('/') ? resolve(dirname(file), exec.command) : exec.command;
  let kept: ExecCredentials | undefined;
  return async () => {
    const stale = kept?.expires !== undefined && kept.expires.getTime() - RENEW_MS < Date.now();
    if (kept === undefined || stale) kept = await execCredentials({ ...exec, command }, origin, environment);
    return kept;
  };
}

async function materialOf(
  cluster: Named<KubeconfigCluster>,
  user: Named<KubeconfigUser>,
  exec: ExecCredentials | undefined,
): Promise<TlsMaterial> {
  const ca = await pem(cluster, 'certificate-authority-data', 'certificate-authority');
  const certificate = exec?.certificate ?? (await pem(user, 'client-certificate-data', 'client-certificate'));
  const key = exec?.key ?? (await pem(user, 'client-key-data', 'client-key'));
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(certificate === undefined ? {} : { certificate }),
    ...(key === undefined ? {} : { key }),
  };
}

/** PEM text that stands in the kubeconfig, or in a file that it names. */
async function pem<Field extends string>(
  { file, value }: Named<{ readonly [field in Field]?: unknown }>,
  data: Field,
  path: Field,
): Promise<string | undefined> {
  const inline = value[data];
  if (typeof inline === 'string') return Buffer.from(inline, 'base64').toString('utf8');
  const named = value[path];
  return typeof named === 'string'
    ? readAccessFile(resolve(dirname(file), named), path.replaceAll('-', ' '))
    : undefined;
}

function tokenOf(
  { file, value }: Named<KubeconfigUser>,
  exec: (() => Promise<ExecCredentials>) | undefined,
): ApiAccess['token'] {
  const { token, tokenFile } = value;
  // The file wins over the text, as with kubectl.
  if (tokenFile !== undefined) return tokenOfFile(resolve(dirname(file), tokenFile));
  if (token !== undefined) return async () => token;
  return exec === undefined ? undefined : async () => (await exec()).token;
}

/** Headers that make the server act for somebody else. @throws PlimsollError `cluster` for what kubectl refuses, too, or cannot be said in a header */
function impersonation(user: KubeconfigUser, origin: string): ApiAccess['headers'] {
  const { as, 'as-uid': uid, 'as-groups': groups, 'as-user-extra': extra } = user;
  // To leave a part of it out would be to act with other rights than the kubeconfig says.
  const refuse = (what: string): PlimsollError =>
    new PlimsollError('cluster', `${origin}: the user to act as ${what}: use a user of the cluster`);
  if (extra != null) throw refuse('has extra fields, which is not supported');
  if (as === undefined) {
    if (groups.length > 0 || uid !== undefined) throw refuse('has groups or a uid, but no name');
    return undefined;
  }
  if (![as, uid ?? '', ...groups].every((text) => /^[\x20-\x7e]*$/.test(text)))
    throw refuse('has other letters than ASCII');
  return {
    'impersonate-user': as,
    ...(groups.length === 0 ? {} : { 'impersonate-group': groups }),
    ...(uid === undefined ? {} : { 'impersonate-uid': uid }),
  };
}
