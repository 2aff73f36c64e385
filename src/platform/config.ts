// plimsoll.yaml: finds the configuration, gives checked settings with defaults. Every key: docs/guide/configuration.md.
// A key that is not known is an error with its line, since a misspelt setting that is silently ignored changes results.
// A file that merely lies in the working directory may come from whoever wrote the release: it says nothing about trust (docs/adr).
import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { invalidConfig } from './config-error.ts';
import { LimitError, messageOf } from './errors.ts';
import { LIMITS } from './limits.ts';
import { type Config, DEFAULT_CONFIG } from './settings.ts';

/** Name of the file that is looked for in the working directory and in the folder of the user's settings. */
export const CONFIG_FILE = 'plimsoll.yaml';

/** Environment variable that names the file, as --config does. */
const CONFIG_VARIABLE = 'PLIMSOLL_CONFIG';

/** Where the configuration is looked for. */
export interface ConfigPlaces {
  /** The file that --config names, from the working directory. */
  readonly path?: string | undefined;
  readonly workingDirectory: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/**
 * Reads the configuration: the file that --config or PLIMSOLL_CONFIG names, alone; else the user's own file, with the section `release` of the
 * plimsoll.yaml in the working directory in place of its own, and its sections `gate`, `statements`, `owners`, `clocks`, `hygiene` and `embargoes` where the user has none. Defaults hold where there is neither.
 * @throws PlimsollError `config-invalid` with file and line, also for a file of the working directory that says whom to trust
 */
export async function loadConfig({ path, workingDirectory, environment }: ConfigPlaces): Promise<Config> {
  const named = path ?? (environment[CONFIG_VARIABLE] || undefined);
  if (named !== undefined) {
    const config = await readConfig(resolve(workingDirectory, named), named);
    if (config === undefined) throw invalidConfig(`${named}: there is no such file`);
    return config;
  }
  const file = userFile(environment);
  const own = file === undefined ? undefined : await readConfig(file, file);
  const local = await readConfig(resolve(workingDirectory, CONFIG_FILE), CONFIG_FILE, refuseTrust);
  // Criteria of a release's own repository hold unless the user has some: the gate names each one it applied.
  const gate = own?.gate ?? local?.gate;
  const statements = own?.statements ?? local?.statements;
  const owners = own?.owners ?? local?.owners;
  const clocks = own?.clocks ?? local?.clocks;
  const hygiene = own?.hygiene ?? local?.hygiene;
  // Of both: what one file holds back, no other may let go.
  const embargoes = [...(own?.embargoes ?? []), ...(local?.embargoes ?? [])];
  return {
    ...DEFAULT_CONFIG,
    ...own,
    ...(local === undefined ? {} : { release: local.release }),
    ...(gate === undefined ? {} : { gate }),
    ...(statements === undefined ? {} : { statements }),
    ...(owners === undefined ? {} : { owners }),
    ...(clocks === undefined ? {} : { clocks }),
    ...(hygiene === undefined ? {} : { hygiene }),
    ...(embargoes.length === 0 ? {} : { embargoes }),
  };
}

/** The user's own file (XDG Base Directory Specification 0.8); undefined without a home. */
function userFile(environment: ConfigPlaces['environment']): string | undefined {
  const { HOME: home = '', XDG_CONFIG_HOME: stated = '' } = environment;
  const folder = stated || (home && join(home, '.config'));
  return folder === '' ? undefined : join(folder, 'plimsoll', CONFIG_FILE);
}

/**
 * A checkout decides what a release is, never whom the program trusts: with `ca`, `insecure` or a mirror, its author could answer for any registry; with a
 * trusted issuer, explain any finding away; with a tracker, have the token sent to them; with a key, sign any image
 * and have any mitigation applied.
 * @throws PlimsollError `config-invalid`
 */
function refuseTrust({ registries, statements, tickets, hygiene, mitigations }: Config, name: string): void {
  const { insecure, ca, mirrors } = registries;
  const keys = [
    ...(insecure.length > 0 ? ['registries.insecure'] : []),
    ...(ca === undefined ? [] : ['registries.ca']),
    ...(mirrors.length > 0 ? ['registries.mirrors'] : []),
    ...((statements?.trusted ?? []).length > 0 ? ['statements.trusted'] : []),
    ...(tickets === undefined ? [] : ['tickets']),
    ...((hygiene?.keys ?? []).length > 0 ? ['hygiene.keys'] : []),
    ...(mitigations === undefined ? [] : ['mitigations.keys']),
  ];
  if (keys.length === 0) return;
  throw invalidConfig(
    `${name}: ${keys.join(' and ')}: a file that was found in the working directory may not say which registries, issuers, trackers or keys to trust; if it is yours, name it ` +
      `with --config ${name} or ${CONFIG_VARIABLE}, or move these settings to ~/.config/plimsoll/${CONFIG_FILE}`,
  );
}

/** Undefined when there is no such file. `check` comes before anything else that the file names is read. */
async function readConfig(
  file: string,
  name: string,
  check: (config: Config, name: string) => void = () => undefined,
): Promise<Config | undefined> {
  let text: string;
  try {
    text = readSettings(file);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw invalidConfig(`${name}: ${messageOf(error)}`, error);
  }
  // Loaded only when there is a file: YAML and its schema are most of what a small command would load.
  const { parseConfig } = await import('./config-document.ts');
  const config = parseConfig(text, name);
  check(config, name);
  const { hygiene, mitigations } = config;
  const placedKeys = (paths: readonly string[]): readonly string[] => paths.map((path) => resolve(dirname(file), path));
  const placed = {
    ...config,
    ...(hygiene?.keys === undefined ? {} : { hygiene: { ...hygiene, keys: placedKeys(hygiene.keys) } }),
    ...(mitigations === undefined ? {} : { mitigations: { keys: placedKeys(mitigations.keys) } }),
  };
  const { ca, ...registries } = config.registries;
  if (ca === undefined) return placed;
  return { ...placed, registries: { ...registries, ca: readAuthorities(ca, dirname(file), name) } };
}

function readAuthorities(path: string, folder: string, name: string): string {
  const file = isAbsolute(path) ? path : join(folder, path);
  let text: string;
  try {
    text = readSettings(file);
  } catch (error) {
    throw invalidConfig(`${name}: registries.ca: ${path} cannot be read: ${messageOf(error)}`, error);
  }
  if (!text.includes('-----BEGIN CERTIFICATE-----')) {
    throw invalidConfig(`${name}: registries.ca: ${path} holds no certificate in PEM form`);
  }
  return text;
}

/** A file of text. A link to a device or a pipe, as a checkout may bring, is refused, not read without end. */
function readSettings(path: string): string {
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const status = fstatSync(file);
    if (!status.isFile()) throw new TypeError('it is not a file');
    if (status.size > LIMITS.settingsBytes) throw new LimitError(`it has more than ${LIMITS.settingsBytes} bytes`);
    return readFileSync(file, 'utf8');
  } finally {
    closeSync(file);
  }
}
