// `plimsoll tenancy check`: what bounds the pods of users and the namespaces of tenants, and what does not.
import type { Command } from 'commander';
import { PlimsollError } from '../platform/errors.ts';
import { failsOn, parseFailOn } from '../posture/fail-on.ts';
import { type Minor, minorOf } from '../posture/kubernetes-versions/minor.ts';
import { parseTerm, TERM_WORDS } from '../posture/reach/question.ts';
import { judgeTenancy } from '../posture/tenancy/tenancy.ts';
import { tenancyHtml } from '../publish/html/tenancy.ts';
import { tenancyJson } from '../publish/json/tenancy.ts';
import { tenancyTable } from '../publish/terminal/tenancy.ts';
import { isoDate } from './arguments.ts';
import { type CommandContext, type CommonOptions, newCommand, terminalOptions, writeResult } from './command.ts';
import { type EvidenceOptions, takesEvidence } from './evidence-input.ts';
import { sayGaps } from './gap-lines.ts';
import { readObjectsOrEvidence } from './object-evidence.ts';
import { addObjectOptions, OBJECT_WORDS } from './object-input.ts';
import type { TargetOptions } from './release-input.ts';
import { readWaiverFile } from './waiver-file.ts';

interface TenancyCheckOptions extends CommonOptions, TargetOptions, EvidenceOptions {
  readonly userWorkloads: readonly string[];
  readonly kubernetes?: Minor;
  readonly waivers?: string;
  readonly asOf?: string;
  readonly failOn?: string;
}

/** Pods of users unless others are named: the namespace of user access instances. */
const USERS = ['user/*'];

const EXAMPLE = [
  'plimsoll tenancy check manifests:rendered.yaml --kubernetes 1.20',
  'plimsoll tenancy check evidence.json --user-workloads "user/*" "namespace:team=*" --fail-on high',
].join('\n');

/** The command. */
export function tenancyCheckCommand(context: CommandContext): Command {
  const summary = 'what bounds the pods of users and the namespaces of tenants (HNC, Capsule, tapms)';
  return takesEvidence(addObjectOptions(newCommand('check', summary, ['table', 'json', 'html'], EXAMPLE)))
    .argument('<target...>', `${OBJECT_WORDS}; or one bundle of evidence`)
    .option('--user-workloads <word...>', `which pods are those of users: ${TERM_WORDS}`, USERS)
    .option('--kubernetes <version>', 'version of the API server (that of the evidence)', minorArgument)
    .option('--waivers <file>', 'failed checks that somebody answers for, YAML')
    .option('--as-of <date>', 'day that waivers are held against (today)', isoDate)
    .option(
      '--fail-on <words>',
      'exit 1 when checks of these severities failed and are not waived: critical, high, medium, low, info; gaps for missing evidence',
    )
    .action((targets: readonly string[], options: TenancyCheckOptions) => check(targets, options, context));
}

async function check(targets: readonly string[], options: TenancyCheckOptions, context: CommandContext): Promise<void> {
  const words = options.failOn === undefined ? [] : parseFailOn(options.failOn);
  const users = options.userWorkloads.map((text) => userTerm(text));
  const waivers = options.waivers === undefined ? [] : readWaiverFile(options.waivers, context);
  const { manifests, unread, nodes, version } = await readObjectsOrEvidence(targets, context, options);
  const kubernetes = options.kubernetes ?? (version === undefined ? undefined : minorOf(version));
  const result = judgeTenancy({
    manifests,
    users,
    ...(kubernetes === undefined ? {} : { kubernetes }),
    nodes,
    unread,
    waivers,
    asOf: options.asOf ?? context.now().toISOString().slice(0, 10),
  });
  const render = {
    table: () => tenancyTable(result, terminalOptions(context, options)),
    json: () => tenancyJson(result),
    html: () => tenancyHtml(result),
  };
  writeResult(context, options, (render[options.format as keyof typeof render] ?? render.table)());
  sayGaps(result.gaps, context, options);
  const open = words.includes('gaps') && result.gaps.length > 0;
  if (open || failsOn(result, words)) context.setExitCode(1);
}

/** @throws PlimsollError `usage`: addresses and the outside are no pods of users. */
function userTerm(text: string): ReturnType<typeof parseTerm> {
  const term = parseTerm(text);
  if (term.kind !== 'range' && term.kind !== 'external' && term.kind !== 'ingress') return term;
  throw new PlimsollError('usage', `--user-workloads: "${text}" names no pods`);
}

/** @throws PlimsollError `usage` */
function minorArgument(text: string): Minor {
  const minor = minorOf(text);
  if (minor !== undefined) return minor;
  throw new PlimsollError('usage', `"${text}" is no version of Kubernetes, such as 1.20`);
}
