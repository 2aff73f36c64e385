// Runs helm on a chart that lies on disk and gives what it prints. No shell, no network, none of the user's settings, plug-ins or clusters;
// bounded in time and output. Commands: helm.sh/docs/helm/helm_template, helm_show_chart (helm 3 and 4).
import { execFile } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { LimitError, messageOf, PlimsollError } from '../../../platform/errors.ts';
import { LIMITS } from '../../../platform/limits.ts';

/** Environment variables. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** How long one run may take. Charts with a hundred templates take a second. */
const MILLISECONDS = 60_000;
/** How much of what helm says on stderr stands in an error message, in characters. */
const QUOTED = 1000;
/** A place that holds no settings: the Filesystem Hierarchy Standard's name for a home directory that must not exist. */
const NOWHERE = '/nonexistent';

/** Runs a helm command on charts; what it is given on stdin is `input`. */
export type Helm = (args: readonly string[], input?: string) => Promise<string>;

/**
 * The helm that HELM_BIN names, else the first on PATH.
 * @throws PlimsollError `unsupported` when there is none
 */
export function findHelm(environment: Environment): Helm {
  const { HELM_BIN: named = '', PATH: path = '' } = environment;
  const program = isProgram(named) ? named : onPath(named === '' ? 'helm' : named, path);
  if (program === undefined) {
    const where = named === '' ? 'there is no helm on PATH' : `HELM_BIN names ${named}, which is no program`;
    throw new PlimsollError(
      'unsupported',
      `charts are rendered by helm, and ${where}: install helm 3 or newer, or name it in HELM_BIN, or render the chart elsewhere with \`helm template\` and name the output as manifests:FILE`,
    );
  }
  return (args, input = '') => runHelm(program, args, input, path);
}

function runHelm(program: string, args: readonly string[], input: string, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(
      program,
      [...args],
      {
        encoding: 'utf8',
        timeout: MILLISECONDS,
        killSignal: 'SIGKILL',
        maxBuffer: LIMITS.releaseFileBytes,
        env: {
          PATH: path,
          HOME: NOWHERE,
          HELM_CACHE_HOME: NOWHERE,
          HELM_CONFIG_HOME: NOWHERE,
          HELM_DATA_HOME: NOWHERE,
          HELM_NO_PLUGINS: '1',
          KUBECONFIG: NOWHERE,
        },
      },
      (error, stdout, stderr) => {
        if (error === null) resolve(stdout);
        else reject(failure(error, stderr));
      },
    );
    // A helm that ends without reading breaks the pipe; its exit says why.
    child.stdin?.on('error', () => undefined).end(input);
  });
}

function failure(error: Error, stderr: string): PlimsollError {
  const code = 'code' in error ? error.code : undefined;
  if (code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER') {
    return new LimitError(`helm printed more than ${LIMITS.releaseFileBytes} bytes`);
  }
  if ('killed' in error && error.killed === true) {
    return new LimitError(`helm did not finish within ${MILLISECONDS / 1000} seconds`);
  }
  const said = stderr.replace(/^(?:level=|WARNING:).*\n/gm, '').trim();
  return new PlimsollError('input-unreadable', (said === '' ? messageOf(error) : said).slice(0, QUOTED), {
    cause: error,
  });
}

function onPath(name: string, path: string): string | undefined {
  if (name.includes('/')) return undefined;
  const folders = path.split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => join(folder, name)).find(isProgram);
}

function isProgram(path: string): boolean {
  if (!path.includes('/')) return false;
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
