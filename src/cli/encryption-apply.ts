// `plimsoll encryption apply`: one step of a plan on this control plane. Shows what it would change, and changes it with --yes.
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Command, Option } from 'commander';
import type { ApiClient } from '../kubernetes/api/client.ts';
import { type MinimalRole, roleYaml } from '../kubernetes/api/role.ts';
import {
  type Application,
  type ApplyInput,
  applyNext,
  nodeStep,
  peerAddresses,
} from '../operate/encryption/apply/apply.ts';
import { CANARY_NAMESPACE } from '../operate/encryption/apply/canary.ts';
import { KUBEADM_CONFIG } from '../operate/encryption/apply/kubeadm-config.ts';
import { LAYOUTS, type NodePaths, type NodeSite, STATE_FOLDER } from '../operate/encryption/apply/node-site.ts';
import { storedHead } from '../operate/encryption/apply/stored-writer.ts';
import {
  clusterSource,
  serversWithout,
  type UpgradeSource,
  upgradeSource,
} from '../operate/encryption/apply/upgrade-sources.ts';
import { type ReadPlan, readPlan } from '../operate/encryption/plan/plan-file.ts';
import { configurationOf, lookAtNode } from '../operate/encryption/status/node-folder.ts';
import { PlimsollError } from '../platform/errors.ts';
import { jsonText } from '../platform/json-text.ts';
import { LIMITS } from '../platform/limits.ts';
import { encryptionApplyText } from '../publish/terminal/encryption-apply.ts';
import { TOOL } from '../publish/tool.ts';
import { numberUpTo } from './arguments.ts';
import { openApi } from './cluster-access.ts';
import { type CommandContext, type CommonOptions, newCommand, terminalOptions, writeResult } from './command.ts';
import { examinedBackup, type KeyOptions, keysFor } from './encryption-apply-input.ts';
import { processInput, readInput } from './encryption-input.ts';
import { readSmallText } from './lines-input.ts';
import { progressFor, remarker } from './talk.ts';

interface ApplyOptions extends CommonOptions, KeyOptions {
  readonly node?: string;
  readonly root: string;
  readonly layout: keyof typeof LAYOUTS;
  readonly manifest?: string;
  readonly kubeconfig: string;
  readonly context?: string;
  readonly rbac?: boolean;
  readonly encryptionConfig?: string;
  readonly stateFolder: string;
  readonly backup?: string;
  readonly timeout: number;
  readonly kubeadm?: boolean;
  readonly source: readonly string[];
  readonly yes?: boolean;
}

/** Where kubeadm puts the administrator's access. */
const ADMIN = '/etc/kubernetes/admin.conf';
const EXAMPLE = [
  'plimsoll encryption apply plan.json --key-file key.sealed.json --passphrase-file passphrase --kubeconfig /etc/kubernetes/admin.conf',
  'plimsoll encryption apply plan.json --layout csm --kubeconfig /etc/kubernetes/admin.conf --yes',
].join('\n');
const ROLE: MinimalRole = {
  name: 'plimsoll-encryption-apply',
  command: 'plimsoll encryption apply',
  rules: [
    { paths: ['/metrics', '/readyz'], why: 'whether each server is ready, and since when it runs' },
    {
      group: '',
      resources: ['configmaps'],
      verbs: ['get', 'update'],
      names: [KUBEADM_CONFIG.name],
      namespace: KUBEADM_CONFIG.namespace,
      why: "kubeadm's configuration: read, and changed with --kubeadm",
    },
    {
      group: '',
      resources: ['secrets'],
      verbs: ['get', 'create', 'update', 'delete'],
      namespace: CANARY_NAMESPACE,
      why: 'canaries that are written through one server and read through the others',
    },
  ],
};

/** The command. */
export function encryptionApplyCommand(context: CommandContext): Command {
  const summary = 'take the next step of a plan on this control plane, or go back; shows what it would do unless --yes';
  return newCommand('apply', summary, ['table', 'json'], EXAMPLE)
    .argument('[plan]', 'what encryption plan --format json wrote; - for standard input')
    .option('--node <name>', 'name of this control plane in the plan (its host name)')
    .option('--root <folder>', 'folder that stands for / of the node', '/')
    .addOption(
      new Option('--layout <layout>', 'where the files of the node lie')
        .choices(Object.keys(LAYOUTS))
        .default('kubeadm'),
    )
    .option('--manifest <path>', 'static-pod manifest of kube-apiserver on the node (of the layout)')
    .option('--encryption-config <path>', 'where the configuration is put when the manifest names none (of the layout)')
    .option('--state-folder <path>', 'where the record, the lock and previous files are kept', STATE_FOLDER)
    .option('--key-file <file>', 'sealed file with the key that the plan names')
    .option('--passphrase-file <file>', 'file whose first line opens --key-file; - for standard input')
    .option('--keys <file...>', 'further configurations with keys that the plan names', [])
    .option('--backup <file>', 'backup that was made after the rewrite, before a key leaves')
    .option('--timeout <seconds>', 'how long the server may take to come back, each way', numberUpTo(3600), 300)
    .option('--source <file...>', 'kubeadm files of node images, held against the manifest (those of the layout)', [])
    .option(
      '--kubeadm',
      "with --yes also change kubeadm's configuration in the cluster, once every control plane has its file",
    )
    .option('--kubeconfig <file>', 'how the servers are reached', ADMIN)
    .option('--context <name>', 'context of the kubeconfig')
    .option('--yes', 'change it; without it nothing is written')
    .option('--rbac', 'print the least role that the command needs, and do nothing else')
    .action(async (name: string | undefined, options: ApplyOptions) => {
      if (options.rbac === true) return writeResult(context, options, roleYaml(ROLE));
      if (name === undefined)
        throw new PlimsollError('usage', 'name the plan: encryption plan --format json writes it');
      const plan = readPlan(await readInput(name, context, processInput, LIMITS.statementFileBytes), name);
      const result = await applied(plan, options, context);
      const json = (): string => jsonText({ schemaVersion: 1, tool: TOOL, ...result });
      const table = (): string => encryptionApplyText(result, terminalOptions(context, options));
      writeResult(context, options, options.format === 'json' ? json() : table());
      for (const { check, outcome, reason } of result.checks) {
        if (outcome === 'not-known') remarker(context, options)(`${check} is not known: ${reason}`);
      }
      if (result.outcome !== 'applied' && result.outcome !== 'would-apply') context.setExitCode(1);
    });
}

async function applied(plan: ReadPlan, options: ApplyOptions, context: CommandContext) {
  const { node = hostname(), root: named, layout, stateFolder: state } = options;
  const root = resolve(context.workingDirectory, named);
  const { manifest = LAYOUTS[layout].manifest, encryptionConfig: configuration = LAYOUTS[layout].configuration } =
    options;
  const paths: NodePaths = { manifest, configuration, state };
  const { resource } = plan;
  // What is wrong with the plan is told before any key is opened.
  const step = nodeStep(plan, { node, resource });
  const known = await keysFor(step.kind === 'apply' ? step.transformers : [], options, context);
  const own = lookAtNode({ node, root, resource, now: context.now, manifest });
  const ownKeys = (configurationOf(own, root)?.rules ?? []).flatMap(({ providers }) => providers);
  const backup = await examinedBackup(options.backup, resource, [...known, ...ownKeys], context);
  const address = own.manifest?.address ?? plan.servers.find(({ name }) => name === node)?.address;
  if (address === undefined) throw new PlimsollError('usage', `${manifest} does not say where the server listens`);
  const progress = progressFor(context, options);
  const clients: ApiClient[] = [];
  try {
    const client = await opened(address, options, context, clients);
    const peers: NodeSite['peers'][number][] = [];
    for (const peer of peerAddresses(plan, node)) {
      peers.push({ name: peer.name, client: await opened(peer.address, options, context, clients) });
    }
    const site: NodeSite = {
      node,
      root,
      paths,
      resource,
      client,
      peers,
      stored: (path) => storedHead(root, manifest, path),
      now: context.now,
      sleep: async (time) => void (await sleep(time)),
    };
    const input: ApplyInput = {
      plan,
      site,
      known,
      ...(backup === undefined ? {} : { backup }),
      dryRun: options.yes !== true,
      timeoutMs: options.timeout * 1000,
      nonce: randomBytes(16).toString('hex'),
      onAct: (act) => progress.update(`${node}: ${act} done`),
    };
    const application = await applyNext(input);
    return { ...application, upgrade: await upgradeSources(application, input, options, context) };
  } finally {
    progress.done();
    for (const client of clients) client.close();
  }
}

/** What an upgrade would write manifests from; changed in the cluster after the node was, and where it was told to. */
async function upgradeSources(
  { outcome, flag, configuration: path }: Application,
  { plan, site }: ApplyInput,
  { kubeadm, source, layout }: ApplyOptions,
  { workingDirectory }: CommandContext,
): Promise<readonly UpgradeSource[]> {
  const wanted = { flag, path };
  const missing = plan.goal.kind === 'disable' ? [] : serversWithout(plan.servers, site.node);
  const mayChange = kubeadm === true && outcome === 'applied' && missing.length === 0;
  const cluster = await clusterSource(site.client, wanted, { mayChange });
  const later = `not changed: ${missing.join(', ')} has no configuration yet, and an upgrade there would begin a server without it`;
  const isHeld = kubeadm === true && missing.length > 0 && cluster.state === 'differs';
  const own = LAYOUTS[layout].sources.map((name) => ({ name, file: join(site.root, name) }));
  const named = source.map((name) => ({ name, file: resolve(workingDirectory, name) }));
  const files = [...own, ...named].map(({ name, file }) =>
    upgradeSource(name, readSmallText(file, name, LIMITS.releaseFileBytes), wanted),
  );
  return [isHeld ? { ...cluster, reason: later } : cluster, ...files];
}

async function opened(
  server: string,
  { kubeconfig, context: name }: ApplyOptions,
  context: CommandContext,
  clients: ApiClient[],
): Promise<ApiClient> {
  const client = await openApi({ kubeconfig, context: name, server }, context, { timeoutMs: 10_000, retries: 1 });
  clients.push(client);
  return client;
}
