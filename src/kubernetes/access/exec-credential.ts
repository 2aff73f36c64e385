// Credentials from a program that a kubeconfig names (client-go credential plug-ins, client.authentication.k8s.io/v1 and v1beta1). A kubeconfig that
// was sent by someone could name any program, so one runs only when the caller allows it.
import { spawn } from 'node:child_process';
import { z } from 'zod';
import { messageOf, PlimsollError } from '../../platform/errors.ts';
import { LIMITS } from '../../platform/limits.ts';
import type { KubeconfigExec } from './kubeconfig.ts';

const VERSIONS: ReadonlySet<string> = new Set([
  'client.authentication.k8s.io/v1',
  'client.authentication.k8s.io/v1beta1',
]);

/** Milliseconds that a program may take: some open a browser. */
const TIMEOUT_MS = 120_000;

const ExecCredential = z.object({
  kind: z.literal('ExecCredential'),
  status: z.object({
    token: z.string().optional(),
    clientCertificateData: z.string().optional(),
    clientKeyData: z.string().optional(),
    expirationTimestamp: z.string().optional(),
  }),
});

/** What the program gave. */
export interface ExecCredentials {
  readonly token?: string;
  /** PEM. */
  readonly certificate?: string;
  readonly key?: string;
  /** When it has to be asked again. */
  readonly expires?: Date;
}

/**
 * Runs the program. Its standard error goes to ours, since it may ask the user to do something.
 * @param origin what to name in errors
 * @throws PlimsollError `cluster`; the message never has what the program printed
 */
export async function execCredentials(
  exec: KubeconfigExec,
  origin: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<ExecCredentials> {
  const { apiVersion, command, interactiveMode, provideClusterInfo } = exec;
  const fail = (why: string): PlimsollError =>
    new PlimsollError('cluster', `${origin}: the credential program ${command} ${why}`);
  if (!VERSIONS.has(apiVersion)) throw fail(`is of ${apiVersion}, which is not known`);
  if (interactiveMode === 'Always') throw fail('wants to ask the user; log in with it first');
  if (provideClusterInfo === true) throw fail('wants to be told about the cluster, which is not supported');
  const output = await run(exec, environment, fail);
  const result = ExecCredential.safeParse(parseJson(output));
  if (!result.success) throw fail('did not give an ExecCredential');
  const { token, clientCertificateData, clientKeyData, expirationTimestamp } = result.data.status;
  const expires = expirationTimestamp === undefined ? undefined : new Date(expirationTimestamp);
  return {
    ...(token === undefined ? {} : { token }),
    ...(clientCertificateData === undefined ? {} : { certificate: clientCertificateData }),
    ...(clientKeyData === undefined ? {} : { key: clientKeyData }),
    ...(expires === undefined || Number.isNaN(expires.getTime()) ? {} : { expires }),
  };
}

function run(
  { apiVersion, command, args, env }: KubeconfigExec,
  environment: Readonly<Record<string, string | undefined>>,
  fail: (why: string) => PlimsollError,
): Promise<string> {
  const info = { kind: 'ExecCredential', apiVersion, spec: { interactive: false } };
  const own = Object.fromEntries(env.map(({ name, value }) => [name, value]));
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...environment, ...own, KUBERNETES_EXEC_INFO: JSON.stringify(info) },
    });
    const end = (why: string): void => {
      clearTimeout(timer);
      child.kill();
      // Programs that it started may hold the other end for ever.
      child.stdout.destroy();
      child.unref();
      reject(fail(why));
    };
    const timer = setTimeout(() => end(`did not end within ${TIMEOUT_MS / 1000} s`), TIMEOUT_MS);
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (piece: string) => {
      output += piece;
      if (output.length > LIMITS.tokenBytes) end('prints without an end');
    });
    child.once('error', (error) => end(`cannot be started (${messageOf(error)})`));
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      if (code === 0) resolve(output);
      else reject(fail(`failed (${signal ?? `exit code ${code}`})`));
    });
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
