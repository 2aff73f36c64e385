// `plimsoll encryption upgrade-guard`: before an upgrade of the platform, whether it would drop encryption. Changes nothing.
import type { Command } from 'commander';
import type { ApiClient } from '../kubernetes/api/client.ts';
import { type MinimalRole, roleYaml } from '../kubernetes/api/role.ts';
import { KUBEADM_CONFIG, readClusterConfiguration } from '../operate/encryption/apply/kubeadm-config.ts';
import { CLUSTER_SOURCE } from '../operate/encryption/apply/upgrade-sources.ts';
import { type GuardedSource, guardUpgrade } from '../operate/encryption/upgrade-guard/guard.ts';
import { messageOf } from '../platform/errors.ts';
import { jsonText } from '../platform/json-text.ts';
import { LIMITS } from '../platform/limits.ts';
import { encryptionLintText } from '../publish/terminal/encryption-lint.ts';
import { TOOL } from '../publish/tool.ts';
import { withCluster } from './cluster-access.ts';
import { type CommandContext, type CommonOptions, newCommand, terminalOptions, writeResult } from './command.ts';
import { processInput, readInput } from './encryption-input.ts';
import { readCluster } from './encryption-state.ts';
import { remarker } from './talk.ts';

interface GuardOptions extends CommonOptions {
  readonly resource: string;
  readonly source: readonly string[];
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly rbac?: boolean;
}

const EXAMPLE = [
  'plimsoll encryption upgrade-guard ncn-m001.json ncn-m002.json ncn-m003.json --source kubeadm.yaml',
  'plimsoll encryption upgrade-guard ncn-m001=/ ncn-m002.json ncn-m003.json --source /etc/cray/kubernetes/kubeadm.yaml --kubeconfig /etc/kubernetes/admin.conf',
].join('\n');
const ROLE: MinimalRole = {
  name: 'plimsoll-encryption-upgrade-guard',
  command: 'plimsoll encryption upgrade-guard --kubeconfig',
  rules: [
    { paths: ['/metrics', '/readyz'], why: 'since when each server runs' },
    {
      group: '',
      resources: ['configmaps'],
      verbs: ['get'],
      names: [KUBEADM_CONFIG.name],
      namespace: KUBEADM_CONFIG.namespace,
      why: "kubeadm's configuration, which an upgrade writes manifests from",
    },
  ],
};

/** The command. */
export function encryptionUpgradeGuardCommand(context: CommandContext): Command {
  const summary =
    'before an upgrade: whether manifests, kubeadm and node images agree, so that it does not drop encryption; 1 when not';
  return newCommand('upgrade-guard', summary, ['table', 'json'], EXAMPLE)
    .argument(
      '[plane...]',
      'every control plane: NODE=FOLDER, the root of its file system (ncn-m001=/), or a file of status --format facts of that node',
    )
    .option('--source <file...>', 'kubeadm files of node images: templates from which a node takes its manifest', [])
    .option('--resource <name>', 'resource whose values are judged', 'secrets')
    .option('--kubeconfig <file>', "ask every server, and the cluster for kubeadm's configuration, as this file says")
    .option('--context <name>', 'context of the kubeconfig')
    .option('--rbac', 'print the least role that --kubeconfig needs, and do nothing else')
    .action(async (names: readonly string[], options: GuardOptions) => {
      if (options.rbac === true) return writeResult(context, options, roleYaml(ROLE));
      const { planes } = await readCluster(names, { ...options, data: [], keys: [] }, context);
      const verdicts = guardUpgrade({ planes, sources: await sourcesFor(options, context) });
      const json = (): string => jsonText({ schemaVersion: 1, tool: TOOL, verdicts });
      const table = (): string =>
        encryptionLintText([{ file: 'upgrade', verdicts }], terminalOptions(context, options));
      writeResult(context, options, options.format === 'json' ? json() : table());
      for (const { check, subject, verdict, reason } of verdicts) {
        if (verdict === 'no-evidence') remarker(context, options)(`${check} ${subject} is not known: ${reason}`);
      }
      if (verdicts.some(({ verdict }) => verdict === 'fail')) context.setExitCode(1);
    });
}

async function sourcesFor(options: GuardOptions, context: CommandContext): Promise<readonly GuardedSource[]> {
  const sources: GuardedSource[] = [];
  if (options.kubeconfig !== undefined) sources.push(await withCluster(options, context, clusterText));
  for (const name of options.source) {
    const text = await readInput(name, context, processInput, LIMITS.releaseFileBytes);
    sources.push({ name, kind: 'image', text });
  }
  return sources;
}

/** What cannot be read is judged as that. */
async function clusterText(client: ApiClient): Promise<GuardedSource> {
  const base = { name: CLUSTER_SOURCE, kind: 'cluster' } as const;
  try {
    const found = await readClusterConfiguration(client);
    return found === undefined
      ? { ...base, problem: 'the cluster has none: kubeadm did not make it' }
      : { ...base, text: found.text };
  } catch (error) {
    return { ...base, problem: messageOf(error) };
  }
}
