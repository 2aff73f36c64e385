// `plimsoll node check`: the evidence of nodes, judged.
import type { Command } from 'commander';
import { failsOn, parseFailOn } from '../posture/fail-on.ts';
import { parseTerm, TERM_WORDS } from '../posture/reach/question.ts';
import { type CommandContext, type CommonOptions, newCommand, terminalOptions, writeResult } from './command.ts';
import { type EvidenceOptions, readEvidenceFiles, takesEvidence } from './evidence-input.ts';
import { append } from './release-input.ts';
import { remarker } from './talk.ts';

interface NodeCheckOptions extends CommonOptions, EvidenceOptions {
  readonly userWorkloads?: readonly string[];
  readonly waivers?: readonly string[];
  readonly failOn?: string;
}

/** Where user access instances run, and whatever else users are given by that name. */
const USUAL_USERS = ['user/*'];

const EXAMPLE = [
  'plimsoll node check evidence.json',
  'plimsoll node check ncn-w001.part ncn-w002.part --fail-on critical,high',
  "plimsoll node check evidence.json --user-workloads 'user/*' --user-workloads app=jupyter --format html --output nodes.html",
].join('\n');

/** `node check`. */
export function nodeCheckCommand(context: CommandContext): Command {
  const summary = 'kernels, modules, settings and container runtimes of nodes, and what of users runs beside them';
  const command = newCommand('check', summary, ['table', 'json', 'html'], EXAMPLE)
    .argument('<evidence...>', 'a bundle of evidence, or parts of nodes')
    .option('--user-workloads <word>', `pods of users: ${TERM_WORDS}; may be repeated (user/*)`, append)
    .option('--waivers <file>', 'failed checks that somebody answers for, YAML; may be repeated', append)
    .option(
      '--fail-on <words>',
      'exit 1 when checks of these severities failed and are not waived: critical, high, medium, low, info; gaps for missing evidence',
    );
  return takesEvidence(command).action((files: readonly string[], options: NodeCheckOptions) =>
    checkNodes(files, options, context),
  );
}

async function checkNodes(files: readonly string[], options: NodeCheckOptions, context: CommandContext): Promise<void> {
  const words = options.failOn === undefined ? [] : parseFailOn(options.failOn);
  const users = (options.userWorkloads ?? USUAL_USERS).map(parseTerm);
  const evidence = await readEvidenceFiles(files, options, context, remarker(context, options));
  const { judgeNodes } = await import('../posture/node/judge-nodes.ts');
  const waivers =
    options.waivers === undefined
      ? []
      : await import('./waiver-file.ts').then(({ readWaiverFile }) =>
          (options.waivers ?? []).flatMap((file) => readWaiverFile(file, context)),
        );
  const result = judgeNodes({ evidence, users, waivers, day: context.now().toISOString().slice(0, 10) });
  const render = {
    table: async () =>
      (await import('../publish/terminal/node.ts')).nodeTable(result, terminalOptions(context, options)),
    json: async () => (await import('../publish/json/node.ts')).nodeJson(result),
    html: async () => (await import('../publish/html/node.ts')).nodeHtml(result),
  };
  writeResult(context, options, await (render[options.format as keyof typeof render] ?? render.table)());
  if (failsOn(result, words)) context.setExitCode(1);
}
