// `plimsoll benchmark collect`: joins the parts of nodes and the objects of an API server into one signed bundle of evidence.
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { roleYaml } from '../kubernetes/api/role.ts';
import { joinEvidence } from '../kubernetes/evidence/join.ts';
import { evidenceRules } from '../kubernetes/evidence/objects/role.ts';
import { readSigningKey } from '../platform/dsse.ts';
import { PlimsollError } from '../platform/errors.ts';
import { gapPlace } from '../platform/gap.ts';
import { TOOL } from '../publish/tool.ts';
import { type ClusterOptions, onCluster, withCluster } from './cluster-access.ts';
import { type CommandContext, type CommonOptions, newCommand, writeResult } from './command.ts';
import { readPartFiles } from './evidence-input.ts';
import { readTextFile } from './mitigation-input.ts';
import { addCollectFor, type CollectFor, collectorFor } from './node-collect.ts';
import { replaceFile } from './replace-file.ts';
import { remarker } from './talk.ts';

interface BenchmarkCollectOptions extends CommonOptions, ClusterOptions {
  readonly script?: boolean;
  readonly for: CollectFor;
  readonly nodes?: readonly string[];
  readonly offline?: boolean;
  readonly kubelets?: boolean;
  readonly key?: string;
}

const EXAMPLE = [
  'plimsoll benchmark collect --script --output collect.sh',
  'plimsoll benchmark collect --nodes ncn-m001.part ncn-w001.part --kubeconfig admin.conf --key site.pem --output evidence.json',
  'plimsoll benchmark collect --nodes ncn-m001.part ncn-w001.part --offline --output evidence.json',
].join('\n');

/** `benchmark collect`. */
export function benchmarkCollectCommand(context: CommandContext): Command {
  const summary = 'evidence of a cluster and its nodes as one signed bundle; --script prints what collects it on nodes';
  const command = newCommand('collect', summary, ['json'], EXAMPLE)
    .option('--script', 'print the collector for nodes, and do nothing else')
    .option('--nodes <part...>', 'parts that the collector printed on nodes')
    .option('--offline', 'ask no API server: parts of nodes alone')
    .option('--kubelets', 'ask kubelets through the API server which configuration they run with (needs nodes/proxy)')
    .option('--key <file>', 'sign the bundle: Ed25519 or P-256, PEM; the signature is written beside --output');
  return onCluster(addCollectFor(command)).action((options: BenchmarkCollectOptions) => collect(options, context));
}

async function collect(options: BenchmarkCollectOptions, context: CommandContext): Promise<void> {
  const { script, nodes = [], offline = false, kubelets = false, key, output } = options;
  if (options.rbac === true) {
    const role = {
      name: 'plimsoll-benchmark-collect',
      command: 'plimsoll benchmark collect',
      rules: evidenceRules(kubelets),
    };
    return writeResult(context, options, roleYaml(role));
  }
  if (script === true) return writeResult(context, options, collectorFor(options.for));
  if (options.for !== 'all')
    throw new PlimsollError('usage', '--for is for --script: parts say themselves what they are for');
  if (offline && kubelets) throw new PlimsollError('usage', '--kubelets asks the API server, --offline does not');
  if (offline && nodes.length === 0) throw new PlimsollError('usage', 'nothing to collect: --offline without --nodes');
  if (key !== undefined && output === undefined) {
    throw new PlimsollError('usage', '--key writes the signature beside the bundle: name its file with --output');
  }
  const signingKey = key === undefined ? undefined : readSigningKey(readTextFile(key, context), key);
  const parts = await readPartFiles(nodes, context);
  const cluster = offline ? undefined : await readFrom(options, context, kubelets);
  const bundle = joinEvidence(parts, cluster, TOOL);
  const { bundleText, signaturePath, signEvidence } = await import('../kubernetes/evidence/bundle.ts');
  const text = bundleText(bundle);
  writeResult(context, options, text);
  const talk = remarker(context, options);
  for (const gap of bundle.gaps) talk(`${gapPlace(gap)}: ${gap.reason}`);
  if (signingKey === undefined || output === undefined) return talk('the bundle is not signed (--key)');
  replaceFile(resolve(context.workingDirectory, signaturePath(output)), signEvidence(text, bundle, signingKey));
}

async function readFrom(options: ClusterOptions, context: CommandContext, kubelets: boolean) {
  const { readCluster } = await import('../kubernetes/evidence/objects/read-cluster.ts');
  return withCluster(options, context, (client) => readCluster(client, { kubelets }));
}
