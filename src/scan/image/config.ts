// Parses an image configuration (OCI image-spec config.md; Docker's image JSON has the same fields).
// Of environment variables the names are taken, the values of PATH and HOME, and which values are secrets: they are where people leave them.
import { LimitError, ParseError } from '../../platform/errors.ts';
import { LIMITS } from '../../platform/limits.ts';
import { objectIn, objectsIn, optionalText, readObject, textMapIn, textsIn } from './json-fields.ts';
import { isPlatformWord, UNKNOWN_PLATFORM } from './platform.ts';
import { coveredLabels, secretsOfConfig } from './secrets/config-secrets.ts';
import type { ImageConfig } from './source.ts';

/**
 * Reads the fields that the program uses. `what` names the document in messages.
 * @throws ParseError, LimitError.
 */
export function parseImageConfig(bytes: Uint8Array, what: string): ImageConfig {
  if (bytes.length > LIMITS.configBytes) {
    throw new LimitError(`${what} has ${bytes.length} bytes (at most ${LIMITS.configBytes})`);
  }
  const fields = readObject(bytes, what);
  const run = objectIn(fields, 'config', what);
  const created = optionalText(fields, 'created', what);
  // The OCI specification requires both; Docker's image JSON does not, and Docker runs such images.
  const os = optionalText(fields, 'os', what) ?? UNKNOWN_PLATFORM;
  const architecture = optionalText(fields, 'architecture', what) ?? UNKNOWN_PLATFORM;
  const variant = optionalText(fields, 'variant', what);
  if (![os, architecture, variant ?? 'v1'].every(isPlatformWord)) {
    throw new ParseError(`${what}: its platform is not made of plain words`);
  }
  const user = optionalText(run, 'User', what);
  const entrypoint = textsIn(run, 'Entrypoint', what);
  const command = textsIn(run, 'Cmd', what);
  const environment = textsIn(run, 'Env', what) ?? [];
  const workingDirectory = optionalText(run, 'WorkingDir', what);
  const volumes = Object.keys(objectIn(run, 'Volumes', what)).sort();
  const [searchPath, home] = [lastValue(environment, 'PATH'), lastValue(environment, 'HOME')];
  const labels = textMapIn(run, 'Labels', what);
  const history = objectsIn(fields, 'history', what);
  const commands = history.map((entry) => optionalText(entry, 'created_by', what) ?? '');
  const secrets = secretsOfConfig(environment, labels, commands);
  return {
    ...(created === undefined ? {} : { created }),
    os,
    architecture,
    ...(variant === undefined ? {} : { variant }),
    ...(user === undefined ? {} : { user }),
    ...(entrypoint === undefined ? {} : { entrypoint }),
    ...(command === undefined ? {} : { command }),
    ...(workingDirectory === undefined ? {} : { workingDirectory }),
    ...(volumes.length === 0 ? {} : { volumes }),
    ...(searchPath === undefined ? {} : { searchPath }),
    ...(home === undefined ? {} : { home }),
    environmentNames: [...new Set(environment.map((entry) => entry.split('=', 1)[0] ?? ''))].sort(),
    exposedPorts: Object.keys(objectIn(run, 'ExposedPorts', what)).sort(),
    labels: coveredLabels(labels),
    historyLength: history.length,
    ...(secrets.length === 0 ? {} : { secrets }),
    diffIds: textsIn(objectIn(fields, 'rootfs', what), 'diff_ids', what) ?? [],
  };
}

/** The value of an environment variable; of several entries the last counts, as for a process. */
function lastValue(environment: readonly string[], name: string): string | undefined {
  return environment.findLast((entry) => entry.startsWith(`${name}=`))?.slice(name.length + 1);
}
