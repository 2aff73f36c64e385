// plimsoll.yaml: reads the configuration file, gives checked settings with defaults. Every key: docs/guide/configuration.md.
// A key that is not known is an error with its line, since a misspelt setting that is silently ignored changes results.
import { readFileSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import type { Document, LineCounter } from 'yaml';
import type { z } from 'zod';
import { messageOf, PlimsollError } from './errors.ts';

/** Name of the file that is looked for in the working directory. */
export const CONFIG_FILE = 'plimsoll.yaml';

/** How logical references become physical ones: the first rule that matches applies. Prefixes are whole components of a name. */
export interface ReferenceMapping {
  /** `registry` or `registry/path` in normal form; '' matches every reference. */
  readonly match: string;
  /** What takes the matched part's place; absent: such references are refused. */
  readonly to?: string;
}

/** Where references under a prefix are fetched first. */
export interface RegistryMirror {
  readonly prefix: string;
  readonly location: string;
}

/** All settings, defaults filled in. */
export interface Config {
  readonly release: {
    readonly mirrors: readonly ReferenceMapping[];
    /** Prefixes of images of our own; absent: the default of the release's adapter. */
    readonly own?: readonly string[];
  };
  readonly registries: {
    /** Registries (`host[:port]`) that may be spoken to over plain HTTP. */
    readonly insecure: readonly string[];
    /** Certificate authorities to trust besides the system's: the PEM text of the file that the configuration names. */
    readonly ca?: string;
    readonly mirrors: readonly RegistryMirror[];
  };
}

/** What holds without a file. */
export const DEFAULT_CONFIG: Config = { release: { mirrors: [] }, registries: { insecure: [], mirrors: [] } };

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
    throw invalid(`${name}: ${absent ? 'there is no such file' : messageOf(error)}`, error);
  }
  const config = await parseConfig(text, name);
  const { ca, ...registries } = config.registries;
  if (ca === undefined) return config;
  return { ...config, registries: { ...registries, ca: readAuthorities(ca, dirname(file), name) } };
}

/**
 * Checks the text of a configuration. `registries.ca` is still the path that the text names.
 * @param name of the file, for messages
 * @throws PlimsollError `config-invalid` with file and line
 */
export async function parseConfig(text: string, name: string): Promise<Config> {
  const yaml = await import('yaml');
  const lines = new yaml.LineCounter();
  const document = yaml.parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: 'silent' });
  const [error] = document.errors;
  if (error !== undefined) throw invalid(`${name}:${lines.linePos(error.pos[0]).line}: ${error.message}`, error);
  const schema = await configSchema();
  const result = schema.safeParse(plainValue(document, name) ?? {});
  if (result.success) return result.data;
  const problems = result.error.issues.flatMap((issue) => describe(issue, document, lines, yaml.isMap));
  throw invalid(problems.map((problem) => `${name}:${problem}`).join('\n'), result.error);
}

/** The document as plain values; aliases that multiply it beyond the library's bound are refused. */
function plainValue(document: Document.Parsed, name: string): unknown {
  try {
    return document.toJS();
  } catch (error) {
    throw invalid(`${name}: ${messageOf(error)}`, error);
  }
}

async function configSchema(): Promise<z.ZodType<Config>> {
  const { z } = await import('zod');
  // A section or list whose keys are all commented out reads as null.
  const section = <T extends z.ZodType>(schema: T) => z.preprocess((value) => value ?? {}, schema);
  const list = <T extends z.ZodType>(item: T) => z.preprocess((value) => value ?? [], z.array(item));
  const text = z.string().regex(/^\S+$/, 'must be text without white space');
  const prefix = text.transform((value) => value.replace(/\/+$/, ''));
  const host = z.string().regex(/^[^\s/]+$/, 'must be a registry as host or host:port, without scheme and path');
  const mapping = z
    .strictObject({ match: z.union([z.literal(''), prefix]), to: prefix.optional() })
    .transform(({ match, to }) => (to === undefined ? { match } : { match, to }));
  const release = z
    .strictObject({ mirrors: list(mapping), own: z.array(prefix).nullish() })
    .transform(({ mirrors, own }) => (own == null ? { mirrors } : { mirrors, own }));
  const registries = z
    .strictObject({
      insecure: list(host),
      ca: text.nullish(),
      mirrors: list(z.strictObject({ prefix, location: prefix })),
    })
    .transform(({ ca, ...rest }) => (ca == null ? rest : { ...rest, ca }));
  return z.strictObject({ release: section(release), registries: section(registries) });
}

/** `LINE: what is wrong` for an issue; the line of the key for an unknown one. */
function describe(
  issue: z.core.$ZodIssue,
  document: Document.Parsed,
  lines: LineCounter,
  isMap: typeof import('yaml').isMap,
): readonly string[] {
  const path = issue.path.map((part) => (typeof part === 'number' ? part : String(part)));
  if (issue.code !== 'unrecognized_keys') {
    return [`${lineAt(path, document, lines)}: ${path.join('.') || 'the file'}: ${issue.message}`];
  }
  const parent = path.length === 0 ? document.contents : document.getIn(path, true);
  return issue.keys.map((key) => {
    const pair = isMap(parent) ? parent.items.find((item) => String(item.key) === key) : undefined;
    const range = hasRange(pair?.key) ? pair.key.range : undefined;
    const line = range == null ? lineAt(path, document, lines) : lines.linePos(range[0]).line;
    return `${line}: there is no key "${[...path, key].join('.')}"`;
  });
}

/** Line of the node at a path, or of the nearest one above it. */
function lineAt(path: readonly (string | number)[], document: Document.Parsed, lines: LineCounter): number {
  for (let length = path.length; length > 0; length -= 1) {
    const node: unknown = document.getIn(path.slice(0, length), true);
    if (hasRange(node) && node.range != null) return lines.linePos(node.range[0]).line;
  }
  return 1;
}

function hasRange(node: unknown): node is { readonly range?: readonly [number, number, number] | null } {
  return typeof node === 'object' && node !== null && 'range' in node;
}

function readAuthorities(path: string, folder: string, name: string): string {
  const file = isAbsolute(path) ? path : join(folder, path);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw invalid(`${name}: registries.ca: ${path} cannot be read: ${messageOf(error)}`, error);
  }
  if (!text.includes('-----BEGIN CERTIFICATE-----')) {
    throw invalid(`${name}: registries.ca: ${path} holds no certificate in PEM form`);
  }
  return text;
}

function invalid(message: string, cause?: unknown): PlimsollError {
  return new PlimsollError('config-invalid', message, cause === undefined ? undefined : { cause });
}
