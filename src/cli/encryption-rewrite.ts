// `plimsoll encryption rewrite`: every object is put back as it is, so that the servers write it with their first key.
import type { Command } from 'commander';
import { findResource } from '../kubernetes/api/discovery.ts';
import { type MinimalRole, roleYaml } from '../kubernetes/api/role.ts';
import { rewrite } from '../operate/encryption/rewrite/rewrite.ts';
import { jsonText } from '../platform/json-text.ts';
import { createProgress } from '../platform/progress.ts';
import { encryptionRewriteText } from '../publish/terminal/encryption-rewrite.ts';
import { TOOL } from '../publish/tool.ts';
import { numberUpTo } from './arguments.ts';
import { type ClusterOptions, onCluster, withCluster } from './cluster-access.ts';
import { type CommandContext, type CommonOptions, newCommand, terminalOptions, writeResult } from './command.ts';

interface RewriteCommandOptions extends ClusterOptions, CommonOptions {
  readonly resource: string;
  readonly canary?: string;
  readonly perSecond: number;
  readonly settle: number;
  readonly yes?: boolean;
}

const EXAMPLE = [
  'plimsoll encryption rewrite --kubeconfig /etc/kubernetes/admin.conf',
  'plimsoll encryption rewrite --kubeconfig /etc/kubernetes/admin.conf --canary demo --yes',
].join('\n');

/** The command. */
export function encryptionRewriteCommand(context: CommandContext): Command {
  const summary = 'put every object back as it is, so that it is encrypted anew; a rehearsal unless --yes';
  return onCluster(newCommand('rewrite', summary, ['table', 'json'], EXAMPLE))
    .option('--resource <name>', 'resource to rewrite', 'secrets')
    .option('--canary <namespace>', "namespace to begin with (the smallest that is not the system's)")
    .option('--per-second <number>', 'objects written a second at most', numberUpTo(10_000), 50)
    .option('--settle <seconds>', 'time that others have to answer to the canary namespace', numberUpTo(3600), 10)
    .option('--yes', 'write; without it the server only goes through the canary namespace and keeps nothing')
    .action(async (options: RewriteCommandOptions) => {
      const { resource: name, canary, perSecond, settle, yes = false } = options;
      if (options.rbac === true) return writeResult(context, options, roleYaml(roleFor(name)));
      const progress = createProgress({
        write: context.stderr,
        isTerminal: context.stderrIsTerminal && options.quiet !== true,
        now: context.now,
        columns: context.columns,
      });
      const result = await withCluster(options, context, async (client) => ({
        server: client.server,
        resource: name,
        rehearsal: !yes,
        ...(await rewrite(client, await findResource(client, name), {
          ...(canary === undefined ? {} : { canary }),
          perSecond,
          settleMs: settle * 1000,
          rehearsal: !yes,
          onProgress: (done, all) => progress.update(`${yes ? 'rewriting' : 'rehearsing'} ${done} of ${all}`),
        }).finally(() => progress.done())),
      }));
      const json = (): string => jsonText({ schemaVersion: 1, tool: TOOL, ...result });
      const table = (): string => encryptionRewriteText(result, terminalOptions(context, options));
      writeResult(context, options, options.format === 'json' ? json() : table());
      if (result.stopped !== undefined || result.left.length > 0) context.setExitCode(1);
    });
}

function roleFor(name: string): MinimalRole {
  const [plural = name, ...group] = name.split('.');
  return {
    name: 'plimsoll-encryption-rewrite',
    command: `plimsoll encryption rewrite${name === 'secrets' ? '' : ` --resource ${name}`}`,
    rules: [
      {
        group: group.join('.'),
        resources: [plural],
        verbs: ['list', 'get', 'update'],
        why: 'each object is read, and put back as it is',
      },
    ],
  };
}
