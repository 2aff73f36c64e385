// An EncryptionConfiguration as YAML, the same bytes for the same configuration. Texts that YAML 1.1 or 1.2 could take for anything else are quoted.
import type {
  ConfigurationKey,
  EncryptionConfiguration,
  KeyProviderKind,
  KmsProvider,
  Provider,
} from './configuration.ts';

const API_VERSIONS = { EncryptionConfiguration: 'apiserver.config.k8s.io/v1', EncryptionConfig: 'v1' } as const;

/** Words and numbers that one of the versions of YAML reads as a truth value, null or a number. */
const NOT_TEXT = /^(?:y|yes|n|no|on|off|true|false|null|[0-9].*|e[0-9]+)$/;

/** The file, with its keys: write it where only the server can read it. */
export function writeConfiguration({ kind, rules }: EncryptionConfiguration): string {
  const lines = [
    `apiVersion: ${API_VERSIONS[kind]}`,
    `kind: ${kind}`,
    'resources:',
    ...rules.flatMap(({ resources, providers }) => [
      '  - resources:',
      ...resources.map((resource) => `      - ${scalar(resource)}`),
      '    providers:',
      ...providers.flatMap(providerLines),
    ]),
  ];
  return `${lines.join('\n')}\n`;
}

/** One key as an element of `providers`, indented as in a whole file; with the key in it. */
export function providerYaml({
  provider,
  name,
  secret,
}: ConfigurationKey & { readonly provider: KeyProviderKind }): string {
  return `${providerLines({ kind: provider, keys: [{ name, secret }] }).join('\n')}\n`;
}

function providerLines(provider: Provider): readonly string[] {
  if (provider.kind === 'identity') return ['      - identity: {}'];
  if (provider.kind === 'kms') return kmsLines(provider);
  return [
    `      - ${provider.kind}:`,
    '          keys:',
    ...provider.keys.flatMap(({ name, secret }) => [
      `            - name: ${scalar(name)}`,
      `              secret: ${JSON.stringify(secret.revealText())}`,
    ]),
  ];
}

function kmsLines({ apiVersion, name, endpoint, cacheSize, timeout }: KmsProvider): readonly string[] {
  return [
    '      - kms:',
    // Servers before 1.25 do not know the field; without it every server takes v1.
    ...(apiVersion === 'v1' ? [] : [`          apiVersion: ${scalar(apiVersion)}`]),
    `          name: ${scalar(name)}`,
    `          endpoint: ${JSON.stringify(endpoint)}`,
    ...(cacheSize === undefined ? [] : [`          cachesize: ${cacheSize}`]),
    ...(timeout === undefined ? [] : [`          timeout: ${JSON.stringify(timeout)}`]),
  ];
}

/** JSON's texts are YAML's double-quoted ones (YAML 1.2.2 section 1.3), but for characters that YAML 1.1 does not print. */
function scalar(text: string): string {
  if (/^[a-z][a-z0-9.-]*[a-z0-9]$/.test(text) && !NOT_TEXT.test(text)) return text;
  return JSON.stringify(text).replace(
    /[^\x20-\x7e]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
