// The text of plimsoll.yaml to settings: YAML with positions, every key checked. Loaded by config.ts when there is a file.
import { type Document, isMap, isScalar, LineCounter, visit } from 'yaml';
import { z } from 'zod';
import { invalidConfig } from './config-error.ts';
import { messageOf } from './errors.ts';
import {
  type ClockRule,
  type Config,
  type Embargo,
  type GateCriteria,
  type HygieneSettings,
  type OwnerRule,
  SETTING_SEVERITIES,
  type StatementSettings,
  type TicketSettings,
  TRACKERS,
} from './settings.ts';
import { waiverSchema } from './waiver-schema.ts';
import { parseYamlDocument } from './yaml-document.ts';

/** How many problems of one kind are told. */
const TOLD = 20;

/**
 * Checks the text of a configuration. `registries.ca` is still the path that the text names.
 * @param name of the file, for messages
 * @throws PlimsollError `config-invalid` with file and line
 */
export function parseConfig(text: string, name: string): Config {
  const lines = new LineCounter();
  const document = documentOf(text, lines, name);
  const [error] = document.errors;
  if (error !== undefined) throw invalidConfig(`${name}:${lines.linePos(error.pos[0]).line}: ${error.message}`, error);
  refuseRepeatedKeys(document, name, lines);
  const schema = configSchema();
  const result = schema.safeParse(plainValue(document, name) ?? {});
  if (result.success) return result.data;
  const problems = result.error.issues.slice(0, TOLD).flatMap((issue) => describe(issue, document, lines));
  throw invalidConfig(problems.map((problem) => `${name}:${problem}`).join('\n'), result.error);
}

/** @throws PlimsollError `config-invalid`: which one of two values was meant, nobody can tell. */
function refuseRepeatedKeys(document: Document.Parsed, name: string, lines: LineCounter): void {
  visit(document, {
    Map: (_key, map) => {
      const seen = new Set<string>();
      for (const { key } of map.items) {
        const text = isScalar(key) ? String(key.value) : undefined;
        if (text === undefined) continue;
        if (seen.has(text)) {
          const range = hasRange(key) ? key.range : undefined;
          const line = range == null ? 1 : lines.linePos(range[0]).line;
          throw invalidConfig(`${name}:${line}: the key "${text}" is there twice`);
        }
        seen.add(text);
      }
    },
  });
}

function documentOf(text: string, lines: LineCounter, name: string): Document.Parsed {
  try {
    return parseYamlDocument(text, lines, name);
  } catch (error) {
    throw invalidConfig(messageOf(error), error);
  }
}

/** The document as plain values; aliases that multiply it beyond the library's bound are refused. */
function plainValue(document: Document.Parsed, name: string): unknown {
  try {
    return document.toJS();
  } catch (error) {
    throw invalidConfig(`${name}: ${messageOf(error)}`, error);
  }
}

function configSchema(): z.ZodType<Config> {
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
  return z
    .strictObject({
      release: section(release),
      registries: section(registries),
      gate: gateSchema().nullish(),
      statements: statementsSchema().nullish(),
      owners: z.array(ownerSchema()).nullish(),
      clocks: z.array(clockSchema()).nullish(),
      tickets: ticketsSchema().nullish(),
      embargoes: z.array(embargoSchema()).nullish(),
      hygiene: hygieneSchema().nullish(),
      mitigations: z.strictObject({ keys: z.array(z.string().trim().min(1)).min(1) }).nullish(),
    })
    .transform(({ gate, statements, owners, clocks, tickets, embargoes, hygiene, mitigations, ...rest }) => ({
      ...rest,
      ...(gate == null ? {} : { gate }),
      ...(statements == null ? {} : { statements }),
      ...(owners == null ? {} : { owners }),
      ...(clocks == null ? {} : { clocks }),
      ...(tickets == null ? {} : { tickets }),
      ...(embargoes == null ? {} : { embargoes }),
      ...(hygiene == null ? {} : { hygiene }),
      ...(mitigations == null ? {} : { mitigations }),
    }));
}

function ownerSchema(): z.ZodType<OwnerRule> {
  const patterns = z.array(z.string().trim().min(1)).min(1).exactOptional();
  return z.strictObject({
    owner: z.string().trim().min(1),
    images: patterns,
    charts: patterns,
    packages: patterns,
    origin: z.enum(['own', 'third-party']).exactOptional(),
  });
}

function clockSchema(): z.ZodType<ClockRule> {
  return z.strictObject({
    days: z.number().int().min(0).max(3650),
    severities: z.array(z.enum(SETTING_SEVERITIES)).min(1).exactOptional(),
    exploited: z.boolean().exactOptional(),
    fixable: z.boolean().exactOptional(),
  });
}

function ticketsSchema(): z.ZodType<TicketSettings> {
  const text = z.string().regex(/^\S+$/, 'must be text without white space').exactOptional();
  return z.strictObject({
    tracker: z.enum(TRACKERS),
    address: text,
    project: z.string().regex(/^[\w.-]+(?:\/[\w.-]+)*$/, 'must be owner/repository, group/project or a key'),
    account: text,
    public: z.boolean().exactOptional(),
    issueType: z.string().trim().min(1).exactOptional(),
  });
}

function embargoSchema(): z.ZodType<Embargo> {
  return z.strictObject({
    vulnerability: z.string().trim().min(1),
    until: z.iso.date().exactOptional(),
  });
}

function hygieneSchema(): z.ZodType<HygieneSettings> {
  const text = z.string().trim().min(1);
  return z.strictObject({
    parameters: z.record(z.string(), z.record(z.string(), z.unknown())).exactOptional(),
    waivers: z.array(waiverSchema()).exactOptional(),
    keys: z.array(text).exactOptional(),
  });
}

function statementsSchema(): z.ZodType<StatementSettings> {
  return z.strictObject({
    maximumDays: z.number().int().min(1).max(3650).exactOptional(),
    soonDays: z.number().int().min(0).max(3650).exactOptional(),
    trusted: z.array(z.string().trim().min(1)).exactOptional(),
  });
}

function gateSchema(): z.ZodType<GateCriteria> {
  const severity = z.enum(SETTING_SEVERITIES);
  const most = z.number().int().nonnegative();
  return z.strictObject({
    knownExploited: z.enum(['none', 'excepted']).exactOptional(),
    fixableOlderThan: z.partialRecord(severity, z.number().int().nonnegative()).exactOptional(),
    coverage: z.number().min(0).max(100).exactOptional(),
    triaged: z.array(severity).min(1).exactOptional(),
    most: z.partialRecord(z.enum([...SETTING_SEVERITIES, 'total', 'fixable']), most).exactOptional(),
    endOfLife: z.literal('none').exactOptional(),
  });
}

/** `LINE: what is wrong` for an issue; the line of the key for an unknown one. */
function describe(issue: z.core.$ZodIssue, document: Document.Parsed, lines: LineCounter): readonly string[] {
  const path = issue.path.map((part) => (typeof part === 'number' ? part : String(part)));
  if (issue.code !== 'unrecognized_keys') {
    return [`${lineAt(path, document, lines)}: ${path.join('.') || 'the file'}: ${issue.message}`];
  }
  const parent = path.length === 0 ? document.contents : document.getIn(path, true);
  return issue.keys.slice(0, TOLD).map((key) => {
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
