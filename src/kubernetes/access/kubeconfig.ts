// kubeconfig files (client configuration API v1) as checked records: only the fields that are used. Several files are merged as kubectl does it: the
// first one that has a name wins. What grants access is kept as it stands; nothing is opened here.
import { LineCounter } from 'yaml';
import { z } from 'zod';
import { messageOf, ParseError } from '../../platform/errors.ts';
import { parseYamlDocument } from '../../platform/yaml-document.ts';

const text = z.string();
/** Lists that a program wrote may be null. */
const listOf = <T extends z.ZodType>(item: T) =>
  z
    .array(item)
    .nullish()
    .transform((items) => items ?? []);
/** Empty fields mean the same as absent ones to kubectl. */
const given = text.nullish().transform((value) => value || undefined);

const Cluster = z.object({
  server: text,
  'tls-server-name': given,
  'insecure-skip-tls-verify': z.boolean().nullish(),
  'certificate-authority': given,
  'certificate-authority-data': given,
  'proxy-url': given,
});

const Exec = z.object({
  apiVersion: text,
  command: text.min(1),
  args: listOf(text),
  env: listOf(z.object({ name: text, value: text })),
  interactiveMode: given,
  provideClusterInfo: z.boolean().nullish(),
});

const User = z.object({
  'client-certificate': given,
  'client-certificate-data': given,
  'client-key': given,
  'client-key-data': given,
  token: given,
  tokenFile: given,
  username: given,
  'auth-provider': z.unknown().optional(),
  exec: Exec.nullish(),
  as: given,
  'as-uid': given,
  'as-groups': listOf(text),
  'as-user-extra': z.unknown().optional(),
});

const Context = z.object({ cluster: text, user: text, namespace: given });

const KubeconfigFile = z.object({
  apiVersion: z.literal('v1').nullish(),
  kind: z.literal('Config').nullish(),
  clusters: listOf(z.object({ name: text, cluster: Cluster })),
  users: listOf(z.object({ name: text, user: User.nullish() })),
  contexts: listOf(z.object({ name: text, context: Context })),
  'current-context': given,
});

/** How a server is reached. */
export type KubeconfigCluster = z.infer<typeof Cluster>;
/** Who asks. */
export type KubeconfigUser = z.infer<typeof User>;
/** A program that gives credentials. */
export type KubeconfigExec = z.infer<typeof Exec>;
/** Pair of the two, with a namespace. */
export type KubeconfigContext = z.infer<typeof Context>;

/** An entry and the file that it comes from: paths in it are relative to that file. */
export interface Named<T> {
  readonly file: string;
  readonly value: T;
}

/** All files together. */
export interface Kubeconfig {
  readonly clusters: ReadonlyMap<string, Named<KubeconfigCluster>>;
  readonly users: ReadonlyMap<string, Named<KubeconfigUser>>;
  readonly contexts: ReadonlyMap<string, Named<KubeconfigContext>>;
  readonly currentContext: string | undefined;
}

/**
 * Reads one or several files' texts.
 * @throws ParseError with the file and the field, never a value; LimitError for YAML that is made to be slow
 */
export function parseKubeconfig(files: readonly { readonly file: string; readonly text: string }[]): Kubeconfig {
  const clusters = new Map<string, Named<KubeconfigCluster>>();
  const users = new Map<string, Named<KubeconfigUser>>();
  const contexts = new Map<string, Named<KubeconfigContext>>();
  let currentContext: string | undefined;
  for (const { file, text: content } of files) {
    const parsed = parseFile(content, file);
    for (const { name, cluster } of parsed.clusters) keepFirst(clusters, name, file, cluster);
    for (const { name, user } of parsed.users) keepFirst(users, name, file, user ?? User.parse({}));
    for (const { name, context } of parsed.contexts) keepFirst(contexts, name, file, context);
    currentContext ??= parsed['current-context'];
  }
  return { clusters, users, contexts, currentContext };
}

function parseFile(content: string, file: string): z.infer<typeof KubeconfigFile> {
  const lines = new LineCounter();
  const document = parseYamlDocument(content, lines, file);
  const [error] = document.errors;
  if (error !== undefined) {
    // The library's sentence may quote the text around the place, and that may be a key.
    const { line, col } = lines.linePos(error.pos[0]);
    throw new ParseError(`${file}:${line}:${col}: not YAML (${error.code})`);
  }
  const result = KubeconfigFile.safeParse(plain(document, file) ?? {});
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new ParseError(`${file}: not a kubeconfig: ${issue?.path.join('.') || 'the file'}: ${issue?.code ?? 'wrong'}`);
}

function plain(document: ReturnType<typeof parseYamlDocument>, file: string): unknown {
  try {
    return document.toJS();
  } catch (error) {
    throw new ParseError(`${file}: ${messageOf(error)}`);
  }
}

function keepFirst<T>(map: Map<string, Named<T>>, name: string, file: string, value: T): void {
  if (!map.has(name)) map.set(name, { file, value });
}
