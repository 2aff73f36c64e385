// Secrets that an image's configuration tells everybody who can pull it: values of its environment and labels, and of build arguments and commands in
// its history (OCI image-spec config.md). The names are kept, the values are not.
import { covered, passwordOfUrl, secretIn, tokensIn, unquoted } from './assignments.ts';
import type { RecognizedSecret } from './secret.ts';

/** A secret of a configuration. */
export interface ConfigSecret extends RecognizedSecret {
  readonly place: 'environment' | 'label' | 'history';
  /** Of the variable, argument or label; '' for one that stands by itself in a command. */
  readonly name: string;
}

/** Secrets that one configuration names, at most. */
const MOST = 100;
/** Characters of one history entry that are looked at: scripts that are written into it are longer than any command with a password. */
const HISTORY_LENGTH = 64 * 1024;

/** What the configuration gives away; of the same name and kind the first place. */
export function secretsOfConfig(
  environment: readonly string[],
  labels: Readonly<Record<string, string>>,
  history: readonly string[],
): readonly ConfigSecret[] {
  const all = [
    ...environment.flatMap((entry): readonly ConfigSecret[] => {
      const [name = '', ...rest] = entry.split('=');
      return named('environment', name, secretIn(name, rest.join('=')));
    }),
    ...Object.entries(labels).flatMap(([name, value]) =>
      named('label', name, tokensIn(value)[0] ?? passwordOfUrl(value)),
    ),
    ...history.flatMap((command) => inCommand(command.slice(0, HISTORY_LENGTH))),
  ];
  const first = new Map<string, ConfigSecret>();
  for (const one of all) {
    const key = one.fingerprint ?? `${one.kind} ${one.name}`;
    if (!first.has(key)) first.set(key, one);
  }
  return [...first.values()].slice(0, MOST);
}

/** Labels as they may be kept: what of them is a secret is covered. */
export function coveredLabels(labels: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(labels).map(([name, value]) => [name, covered(value)]));
}

function named(
  place: ConfigSecret['place'],
  name: string,
  secret: RecognizedSecret | undefined,
): readonly ConfigSecret[] {
  return secret === undefined ? [] : [{ place, name, ...secret }];
}

/** `ENV NAME=value`, `|1 NAME=value /bin/sh -c …` as builders write arguments, `--password=value` of a command, and tokens by their form. */
function inCommand(command: string): readonly ConfigSecret[] {
  const assigned = command.matchAll(
    /(?<=^|\s)-{0,2}([A-Za-z_][\w-]{0,100})=("[^"]{0,1000}"|'[^']{0,1000}'|[^\s"']{1,1000})/g,
  );
  return [
    ...[...assigned].flatMap(([, name = '', value = '']) => named('history', name, secretIn(name, unquoted(value)))),
    ...tokensIn(command).flatMap((token) => named('history', '', token)),
    ...named('history', '', passwordOfUrl(command)),
  ];
}
