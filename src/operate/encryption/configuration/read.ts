// An EncryptionConfiguration from its YAML or JSON: strictly for all that will act on it, or with what is wrong with it for those that judge it.
import { ParseError } from '../../../platform/errors.ts';
import type { EncryptionConfiguration, Provider } from './configuration.ts';
import { type DocumentProvider, type EncryptionDocument, readDocument } from './document.ts';
import { type Violation, validate } from './validate.ts';

/** A file with all that is wrong with it. Where it breaks rules, the configuration is what can be told of it. */
export interface JudgedConfiguration {
  readonly configuration: EncryptionConfiguration;
  readonly document: EncryptionDocument;
  readonly violations: readonly Violation[];
}

/** How many problems of one file are told. */
const TOLD = 20;

/**
 * Reads a configuration that every release of kube-apiserver takes: no rule of upstream's is broken, whatever release began with it.
 * @param file name for messages
 * @throws ParseError `FILE:LINE:COLUMN: what is wrong`, one line a problem; LimitError for a file that is made to be large
 */
export function parseConfiguration(text: string, file: string): EncryptionConfiguration {
  const { configuration, violations } = judgeConfiguration(text, file);
  if (violations.length === 0) return configuration;
  const told = violations.slice(0, TOLD).map(({ line, column, reason }) => `${file}:${line}:${column}: ${reason}`);
  throw new ParseError(told.join('\n'));
}

/**
 * Reads a configuration with the rules that it breaks.
 * @throws ParseError for a file that is no encryption configuration; LimitError
 */
export function judgeConfiguration(text: string, file: string): JudgedConfiguration {
  const document = readDocument(text, file);
  const rules = document.rules.map(({ resources, providers }) => ({
    resources: resources.map(({ value }) => value),
    providers: providers.flatMap(providersOf),
  }));
  return { configuration: { kind: document.kind, rules }, document, violations: validate(document) };
}

function providersOf({ keyed, kms, identity }: DocumentProvider): readonly Provider[] {
  return [
    ...keyed.map(({ kind, keys }) => ({
      kind,
      keys: keys.map(({ name, secret }) => ({ name: name.value, secret: secret.value })),
    })),
    ...(kms === undefined
      ? []
      : [
          {
            kind: 'kms' as const,
            apiVersion: kms.apiVersion?.value ?? 'v1',
            name: kms.name.value,
            endpoint: kms.endpoint.value,
            ...(kms.cacheSize === undefined ? {} : { cacheSize: kms.cacheSize.value }),
            ...(kms.timeout === undefined ? {} : { timeout: kms.timeout.value }),
          },
        ]),
    ...(identity === undefined ? [] : [{ kind: 'identity' as const }]),
  ];
}
