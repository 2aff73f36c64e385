// plimsoll.yaml: reads the configuration file, gives checked settings with defaults. Every key: docs/guide/configuration.md.
// A key that is not known is an error with its line, since a misspelt setting that is silently ignored changes results.
import { readFileSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { invalidConfig } from './config-error.ts';
import { messageOf } from './errors.ts';
import { type Config, DEFAULT_CONFIG } from './settings.ts';

/** Name of the file that is looked for in the working directory. */
export const CONFIG_FILE = 'plimsoll.yaml';

/**
 * Reads the configuration.
 * @param path of the file, from the working directory; absent: plimsoll.yaml there, or the defaults when there is none
 * @throws PlimsollError `config-invalid` with file and line
 */
export async function loadConfig(path: string | undefined, workingDirectory: string): Promise<Config> {
  const name = path ?? CONFIG_FILE;
  const file = resolve(workingDirectory, name);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const absent = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (absent && path === undefined) return DEFAULT_CONFIG;
    throw invalidConfig(`${name}: ${absent ? 'there is no such file' : messageOf(error)}`, error);
  }
  // Loaded only when there is a file: YAML and its schema are most of what a small command would load.
  const { parseConfig } = await import('./config-document.ts');
  const config = parseConfig(text, name);
  const { ca, ...registries } = config.registries;
  if (ca === undefined) return config;
  return { ...config, registries: { ...registries, ca: readAuthorities(ca, dirname(file), name) } };
}

function readAuthorities(path: string, folder: string, name: string): string {
  const file = isAbsolute(path) ? path : join(folder, path);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw invalidConfig(`${name}: registries.ca: ${path} cannot be read: ${messageOf(error)}`, error);
  }
  if (!text.includes('-----BEGIN CERTIFICATE-----')) {
    throw invalidConfig(`${name}: registries.ca: ${path} holds no certificate in PEM form`);
  }
  return text;
}
