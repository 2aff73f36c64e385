// `plimsoll encryption status`: what every control plane has and runs, what the data holds, and whether that is one thing.
import type { Command } from 'commander';
import { writeFacts } from '../operate/encryption/status/facts-file.ts';
import { statusOf } from '../operate/encryption/status/status.ts';
import { PlimsollError } from '../platform/errors.ts';
import { jsonText } from '../platform/json-text.ts';
import { encryptionStatusHtml } from '../publish/html/encryption-status.ts';
import { encryptionStatusText } from '../publish/terminal/encryption-status.ts';
import { TOOL } from '../publish/tool.ts';
import { type CommandContext, newCommand, terminalOptions, writeResult } from './command.ts';
import { lookRole, namedTransformer, onControlPlanes, readCluster, type StateOptions } from './encryption-state.ts';
import { onEtcd } from './etcd-access.ts';

interface StatusOptions extends StateOptions {
  readonly goal?: string;
}

const EXAMPLE = [
  'plimsoll encryption status ncn-m001=/ --format facts',
  'plimsoll encryption status ncn-m001.json ncn-m002.json ncn-m003.json --data before.db',
  'plimsoll encryption status ncn-m001.json ncn-m002.json ncn-m003.json --data before.db --format html --output status.html',
  'plimsoll encryption status ncn-m001=/ ncn-m002.json ncn-m003.json --kubeconfig /etc/kubernetes/admin.conf --data /var/lib/etcd',
].join('\n');

/** The command. */
export function encryptionStatusCommand(context: CommandContext): Command {
  const summary =
    'every control plane: flag, file, process, drift; what the data holds; 0 only when current = goal = data';
  return onEtcd(onControlPlanes(newCommand('status', summary, ['table', 'json', 'html', 'facts'], EXAMPLE)))
    .option('--goal <name>', 'what was to be reached, as aescbc:key2 or identity (what all servers write with)')
    .action(async (names: readonly string[], options: StatusOptions) => {
      if (options.rbac === true) return writeResult(context, options, lookRole('status'));
      const { planes, state } = await readCluster(names, options, context);
      if (options.format === 'facts') {
        const [plane, ...more] = planes;
        if (plane === undefined || more.length > 0)
          throw new PlimsollError('usage', '--format facts is for one control plane');
        return writeResult(context, options, writeFacts(plane));
      }
      const goal = options.goal === undefined ? undefined : namedTransformer(options.goal, state);
      const status = statusOf(state, goal, planes);
      const { resource } = options;
      const render = {
        json: () => jsonText({ schemaVersion: 1, tool: TOOL, resource, ...status }),
        html: () => encryptionStatusHtml(status, resource),
        table: () => encryptionStatusText(status, resource, terminalOptions(context, options)),
      };
      writeResult(context, options, (render[options.format as keyof typeof render] ?? render.table)());
      if (status.settled === 'no') context.setExitCode(1);
    });
}
