// What the encryption commands know of a cluster: control planes from their own folders or from files of what is known of them, their answers, what
// the data holds, backups, receipts and keys. Keys stay in memory.
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { roleYaml } from '../kubernetes/api/role.ts';
import type { Provider } from '../operate/encryption/configuration/configuration.ts';
import { transformersOf } from '../operate/encryption/configuration/configuration.ts';
import { parseConfiguration } from '../operate/encryption/configuration/read.ts';
import { readReceipts } from '../operate/encryption/key/receipts.ts';
import { readSealedKey, type SealedKey } from '../operate/encryption/key/sealed.ts';
import { type EncryptionState, listsOf } from '../operate/encryption/plan/state.ts';
import {
  fingerprintOfId,
  nameOf,
  type TransformerId,
  transformerId,
} from '../operate/encryption/plan/transformer-id.ts';
import { type ControlPlane, mergeLooks, serverStateOf } from '../operate/encryption/status/control-plane.ts';
import {
  backupOf,
  dataOf,
  type EtcdPath,
  type ExaminedFile,
  type ExamineOptions,
  examineFile,
} from '../operate/encryption/status/evidence.ts';
import { readFacts } from '../operate/encryption/status/facts-file.ts';
import { askServer, type LiveFacts, withAnswer, withLaterAnswer } from '../operate/encryption/status/live.ts';
import { examineMembers } from '../operate/encryption/status/live-data.ts';
import { configurationHash, configurationOf, lookAtNode } from '../operate/encryption/status/node-folder.ts';
import { messageOf, PlimsollError } from '../platform/errors.ts';
import { compareText } from '../platform/order.ts';
import { openApi } from './cluster-access.ts';
import type { CommandContext, CommonOptions } from './command.ts';
import { processInput, readInput } from './encryption-input.ts';
import { type EtcdOptions, memberOpener } from './etcd-access.ts';
import { remarker } from './talk.ts';

/** Options of the commands that look at a cluster. */
export interface StateOptions extends CommonOptions, Partial<EtcdOptions> {
  readonly resource: string;
  readonly data: readonly string[];
  readonly keys: readonly string[];
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly keyFile?: string;
  readonly backup?: readonly string[];
  readonly receipts?: string;
  readonly rbac?: boolean;
}

/** A cluster as far as it is known. */
export interface KnownCluster {
  readonly planes: readonly ControlPlane[];
  readonly state: EncryptionState;
  /** Of all files that were read with their keys. */
  readonly providers: readonly Provider[];
  readonly data: readonly EtcdPath[];
  readonly sealed?: SealedKey;
}

/** Facts of a node that are older than this are told. */
const OLD_MS = 10 * 60_000;

/** Adds what such commands have in common. */
export function onControlPlanes(command: Command): Command {
  return command
    .argument(
      '[plane...]',
      'every control plane: NODE=FOLDER, the root of its file system (ncn-m001=/), or a file of --format facts of that node',
    )
    .option('--data <path...>', 'etcd databases, snapshots (gz too) or data directories of the members', [])
    .option('--keys <file...>', 'further configurations with keys to open values with, such as retired ones', [])
    .option('--resource <name>', 'resource whose values are judged', 'secrets')
    .option('--kubeconfig <file>', 'ask every server for /readyz and /metrics, as this file says')
    .option('--context <name>', 'context of the kubeconfig')
    .option('--rbac', 'print the least role that --kubeconfig needs, and do nothing else');
}

/** The least role that a command needs that looks at control planes, as YAML. */
export function lookRole(command: 'status' | 'plan' | 'rehearse'): string {
  return roleYaml({
    name: `plimsoll-encryption-${command}`,
    command: `plimsoll encryption ${command} --kubeconfig`,
    rules: [{ paths: ['/metrics', '/readyz'], why: 'whether each server is ready, and since when it runs' }],
  });
}

/**
 * Gathers everything; servers before data, so that no data is older than what is known of its writers.
 * @throws PlimsollError `usage`, `input-missing`, `input-unreadable`; ParseError, LimitError
 */
export async function readCluster(
  names: readonly string[],
  options: StateOptions,
  context: CommandContext,
): Promise<KnownCluster> {
  if (names.length === 0) {
    throw new PlimsollError(
      'usage',
      'name every control plane: NODE=FOLDER, or a file that status --format facts wrote',
    );
  }
  const providers: Provider[] = [];
  for (const name of options.keys) {
    const { rules } = parseConfiguration(await readInput(name, context, processInput), name);
    providers.push(...rules.flatMap((rule) => rule.providers));
  }
  const planes = await readPlanes(names, options, context, providers);
  const sealed =
    options.keyFile === undefined
      ? undefined
      : readSealedKey(await readInput(options.keyFile, context, processInput), options.keyFile);
  const servers = planes.map(serverStateOf);
  const atHand = [
    ...providers.flatMap((provider) => transformersOf([provider])).map(transformerId),
    ...(sealed === undefined ? [] : [sealedId(sealed)]),
  ];
  const known = [...new Set([...servers.flatMap(listsOf).flat(), ...atHand])].sort(compareText);
  const examine = { resource: options.resource, providers };
  const paths = options.data.map((name) => ({ name, path: resolve(context.workingDirectory, name) }));
  const members: ExaminedFile[] = [];
  for (const path of paths) members.push(await examineFile(path, examine));
  const live = await examineLive(options, examine, context);
  const data = dataOf([...members, ...live.files], known, live.missing);
  const backups = [];
  for (const { name, path } of (options.backup ?? []).map((text) => namedPath(text, context))) {
    backups.push(backupOf(name, await examineFile({ path, name }, examine), known));
  }
  const receipts =
    options.receipts === undefined
      ? []
      : readReceipts(await readInput(options.receipts, context, processInput), options.receipts);
  const held = new Set<string | undefined>(receipts.map(({ fingerprint }) => fingerprint));
  const escrowed = known.filter((id) => held.has(fingerprintOfId(id)));
  const at = context.now().toISOString();
  const state = { servers, ...(data === undefined ? {} : { data }), backups, atHand, escrowed, at };
  return { planes, state, providers, data: paths, ...(sealed === undefined ? {} : { sealed }) };
}

/** What running members hold, where it is said how to reach them. */
async function examineLive(
  { endpoint, cacert = '', cert = '', key = '', scratch = '' }: StateOptions,
  examine: ExamineOptions,
  context: CommandContext,
): Promise<Awaited<ReturnType<typeof examineMembers>>> {
  if (endpoint === undefined) return { files: [], missing: [] };
  const { workingDirectory, now } = context;
  const open = memberOpener({ cacert, cert, key }, context);
  return examineMembers({ open, endpoints: endpoint, scratch: resolve(workingDirectory, scratch), now }, examine);
}

/** The id of the key that a sealed file holds; its head says it without the passphrase. */
function sealedId({ provider, name, fingerprint }: SealedKey): TransformerId {
  return `${provider}:${name}#${fingerprint}`;
}

/**
 * The transformer that a user names: `identity`, `aescbc:key2`, or with its fingerprint.
 * @throws PlimsollError `usage` when nothing that is known has the name, or several do
 */
export function namedTransformer(name: string, { servers, atHand }: EncryptionState): TransformerId {
  const known = [...new Set(['identity', ...servers.flatMap(listsOf).flat(), ...atHand])].sort(compareText);
  const found = known.filter((id) => id === name || nameOf(id) === name);
  const [only, ...more] = found;
  if (only === undefined) {
    const names = [...new Set(known.map(nameOf))].join(', ');
    throw new PlimsollError('usage', `no server and no key file has ${name}; known are ${names}`);
  }
  if (more.length > 0) throw new PlimsollError('usage', `several keys are named ${name}: ${found.join(', ')}`);
  return only;
}

async function readPlanes(
  names: readonly string[],
  options: StateOptions,
  context: CommandContext,
  providers: Provider[],
): Promise<readonly ControlPlane[]> {
  const looks = new Map<string, ControlPlane[]>();
  const roots = new Map<string, string>();
  for (const name of names) {
    const { plane, root } = await lookAt(name, options, context, providers);
    if (root !== undefined) roots.set(plane.node, root);
    if (plane.resource !== options.resource) {
      throw new PlimsollError(
        'usage',
        `${name} is about ${plane.resource}, not ${options.resource}: write it again with --resource`,
      );
    }
    looks.set(plane.node, [...(looks.get(plane.node) ?? []), plane]);
  }
  const planes: ControlPlane[] = [];
  for (const [node, look] of looks) {
    const plane = mergeLooks(look);
    const root = roots.get(node);
    const answered = (answer: LiveFacts): ControlPlane =>
      root === undefined ? withLaterAnswer(plane, answer) : withAnswer(plane, answer, configurationHash(plane, root));
    planes.push(await asked(plane, options, context, answered));
  }
  return planes.sort((a, b) => compareText(a.node, b.node));
}

async function lookAt(
  name: string,
  options: StateOptions,
  context: CommandContext,
  providers: Provider[],
): Promise<{ readonly plane: ControlPlane; readonly root?: string }> {
  const { resource } = options;
  const { workingDirectory, now } = context;
  const say = remarker(context, options);
  if (statSync(resolve(workingDirectory, name), { throwIfNoEntry: false })?.isFile() === true) {
    const facts = readFacts(await readInput(name, context, processInput), name);
    if (now().getTime() - Date.parse(facts.at) > OLD_MS)
      say(`${name} is of ${facts.at}: what it says may have changed since`);
    return { plane: facts };
  }
  const { name: node, path: root } = namedPath(name, context);
  if (statSync(root, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new PlimsollError('input-missing', `${name}: there is no such folder`);
  }
  const plane = lookAtNode({ node, root, resource, now });
  providers.push(...(configurationOf(plane, root)?.rules ?? []).flatMap((rule) => rule.providers));
  return { plane, root };
}

/** What a server says of itself, where a kubeconfig says how to ask; what it does not say stays unknown, and is told. */
async function asked(
  plane: ControlPlane,
  options: StateOptions,
  context: CommandContext,
  answered: (answer: LiveFacts) => ControlPlane,
): Promise<ControlPlane> {
  const { kubeconfig, context: cluster } = options;
  const server = plane.manifest?.address;
  if (kubeconfig === undefined) return plane;
  const say = remarker(context, options);
  if (server === undefined) {
    say(`${plane.node} was not asked: its manifest does not say at which address it listens`);
    return plane;
  }
  const client = await openApi({ kubeconfig, context: cluster, server }, context);
  try {
    return answered(await askServer(client));
  } catch (error) {
    say(`${plane.node} was not asked: ${messageOf(error)}`);
    return plane;
  } finally {
    client.close();
  }
}

/** `NAME=PATH`. @throws PlimsollError `usage` */
function namedPath(text: string, { workingDirectory }: CommandContext): EtcdPath {
  const equals = text.indexOf('=');
  if (equals <= 0 || equals === text.length - 1) {
    throw new PlimsollError('usage', `"${text}" is no file, and not NAME=PATH`);
  }
  return { name: text.slice(0, equals), path: resolve(workingDirectory, text.slice(equals + 1)) };
}
