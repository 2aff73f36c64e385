// `plimsoll encryption measure`: how long a server takes for Secrets, now and against a measurement from before a change.
import { randomBytes } from 'node:crypto';
import type { Command } from 'commander';
import { type MinimalRole, roleYaml } from '../kubernetes/api/role.ts';
import { changesOf, figuresOf } from '../operate/encryption/measure/comparison.ts';
import { aroundMembers } from '../operate/encryption/measure/disk.ts';
import { type MeasureOptions, measure, type Round, rehearse } from '../operate/encryption/measure/measure.ts';
import { type Measurement, MOST_ROUNDS, readMeasurement } from '../operate/encryption/measure/measurement.ts';
import { PlimsollError } from '../platform/errors.ts';
import { jsonText } from '../platform/json-text.ts';
import { encryptionMeasurementText } from '../publish/terminal/encryption-measurement.ts';
import { TOOL } from '../publish/tool.ts';
import { numberUpTo } from './arguments.ts';
import { type ClusterOptions, onCluster, withCluster } from './cluster-access.ts';
import { type CommandContext, type CommonOptions, newCommand, terminalOptions, writeResult } from './command.ts';
import { processInput, readInput } from './encryption-input.ts';
import { type EtcdOptions, memberOpener, onEtcd } from './etcd-access.ts';
import { progressFor, remarker } from './talk.ts';

interface MeasureCommandOptions extends ClusterOptions, EtcdOptions, CommonOptions {
  readonly namespace: string;
  readonly rounds: number;
  readonly objects: number;
  readonly bytes: number;
  readonly before?: string;
  readonly yes?: boolean;
}

const EXAMPLE = [
  'plimsoll encryption measure --kubeconfig /etc/kubernetes/admin.conf --yes --format json --output before.json',
  'plimsoll encryption measure --kubeconfig /etc/kubernetes/admin.conf --yes --before before.json --endpoint https://127.0.0.1:2379',
].join('\n');

/** The command. */
export function encryptionMeasureCommand(context: CommandContext): Command {
  const summary =
    'create, get and list of Secrets against ConfigMaps, before and after a change; a rehearsal unless --yes';
  return onEtcd(onCluster(newCommand('measure', summary, ['table', 'json'], EXAMPLE)))
    .option('--namespace <name>', 'where the objects are made; it must be there', 'default')
    .option('--rounds <number>', 'rounds; five are the least that can tell', numberUpTo(MOST_ROUNDS), 10)
    .option('--objects <number>', 'Secrets, and as many ConfigMaps, that a round makes', numberUpTo(500), 30)
    .option('--bytes <number>', 'size of each', numberUpTo(900_000), 1024)
    .option('--before <file>', 'an earlier measurement (--format json) to compare with')
    .option(
      '--yes',
      'make the objects, and delete them after each round; without it the server only says whether they could be made',
    )
    .action(async (options: MeasureCommandOptions) => {
      const { namespace, rounds, objects, bytes, yes = false } = options;
      if (options.rbac === true) return writeResult(context, options, roleYaml(roleFor(namespace)));
      const load = { rounds, objects, bytes };
      const before = await earlier(options, context, load);
      const progress = progressFor(context, options);
      const measureOptions: MeasureOptions = {
        ...load,
        namespace,
        random: randomBytes,
        clock: () => performance.now(),
        onProgress: (round) => progress.update(`round ${round} of ${rounds}`),
      };
      if (!yes) {
        await withCluster(options, context, (client) => rehearse(client, measureOptions));
        const what = `${objects} Secrets and ${objects} ConfigMaps of ${bytes} bytes`;
        remarker(context, options)(`${what} can be made in ${namespace}, ${rounds} times over; with --yes they are`);
        return;
      }
      const at = context.now().toISOString();
      const { server, all, ...members } = await withCluster(options, context, async (client) => {
        const work = async (): Promise<readonly Round[]> => measure(client, measureOptions);
        const { server } = client;
        if (options.endpoint === undefined) return { server, all: await work() };
        const { members, result } = await aroundMembers(memberOpener(options, context), options.endpoint, work);
        return { server, all: result, members };
      }).finally(() => progress.done());
      const compared = before === undefined ? {} : { before: comparisonOf(before, all) };
      const result = { at, server, load, operations: figuresOf(all), ...members, ...compared };
      const json = (): string => jsonText({ schemaVersion: 1, tool: TOOL, ...result, rounds: all });
      const table = (): string => encryptionMeasurementText(result, terminalOptions(context, options));
      writeResult(context, options, options.format === 'json' ? json() : table());
    });
}

function comparisonOf({ at, server, rounds, members }: Measurement, now: readonly Round[]) {
  return { at, server, changes: changesOf(rounds, now), ...(members === undefined ? {} : { members }) };
}

/** @throws PlimsollError `usage` for a measurement of another load: its figures say nothing here */
async function earlier(
  { before: name }: MeasureCommandOptions,
  context: CommandContext,
  { objects, bytes }: Measurement['load'],
): Promise<Measurement | undefined> {
  if (name === undefined) return undefined;
  const before = readMeasurement(await readInput(name, context, processInput), name);
  if (before.load.objects !== objects || before.load.bytes !== bytes) {
    const options = `--objects ${before.load.objects} --bytes ${before.load.bytes}`;
    throw new PlimsollError('usage', `${name} is of another load: measure with ${options}`);
  }
  return before;
}

function roleFor(namespace: string): MinimalRole {
  return {
    name: 'plimsoll-encryption-measure',
    command: `plimsoll encryption measure${namespace === 'default' ? '' : ` --namespace ${namespace}`}`,
    rules: [
      {
        group: '',
        resources: ['secrets', 'configmaps'],
        verbs: ['create', 'get', 'list', 'delete'],
        namespace,
        why: 'objects of its own are made, read, listed and deleted',
      },
    ],
  };
}
