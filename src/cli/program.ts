// The table of commands, and what happens to errors: a message on stderr and the exit code of the contract.
import { Command, CommanderError } from 'commander';
import { loadConfig } from '../platform/config.ts';
import { messageOf, PlimsollError } from '../platform/errors.ts';
import { printable } from '../platform/printable.ts';
import { TOOL } from '../publish/tool.ts';
import type { CommandContext } from './command.ts';

interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  readonly load: () => Promise<(context: CommandContext) => Command>;
}

/** Every command: its name, a line for the overview, and the file that is loaded when it is called. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'release',
    summary: 'what a release contains',
    load: async () => (await import('./release.ts')).releaseCommand,
  },
  {
    name: 'scan',
    summary: 'inventory and assess a release or images, and report',
    load: async () => (await import('./scan.ts')).scanCommand,
  },
  {
    name: 'reassess',
    summary: 'apply another advisory set to assessments, without images',
    load: async () => (await import('./reassess.ts')).reassessCommand,
  },
  {
    name: 'compare',
    summary: 'what changed between two assessments, and why',
    load: async () => (await import('./compare.ts')).compareCommand,
  },
  {
    name: 'history',
    summary: 'burn-down over stored releases and imported series',
    load: async () => (await import('./history.ts')).historyCommand,
  },
  {
    name: 'review',
    summary: 'the weekly pack, and its decisions and action items',
    load: async () => (await import('./review.ts')).reviewCommand,
  },
  {
    name: 'where',
    summary: 'stored releases and images that have a vulnerability or a package',
    load: async () => (await import('./where.ts')).whereCommand,
  },
  {
    name: 'statements',
    summary: 'decisions about vulnerabilities: check, list, add, renew, import, export, watch',
    load: async () => (await import('./statements.ts')).statementsCommand,
  },
  {
    name: 'publish',
    summary: 'the security bundle that goes out with a release',
    load: async () => (await import('./publish.ts')).publishCommand,
  },
  {
    name: 'plan',
    summary: 'the fewest rebuilds and updates that remove what can be fixed',
    load: async () => (await import('./plan.ts')).planCommand,
  },
  {
    name: 'triage',
    summary: 'critical and high without a statement or a ticket',
    load: async () => (await import('./triage.ts')).triageCommand,
  },
  {
    name: 'tickets',
    summary: 'one ticket an action in GitHub, GitLab, Jira or files: sync, adopt',
    load: async () => (await import('./tickets.ts')).ticketsCommand,
  },
  {
    name: 'patch-set',
    summary: 'the document of an update between two assessed releases',
    load: async () => (await import('./patch-set.ts')).patchSetCommand,
  },
  {
    name: 'gate',
    summary: 'whether a release is above or below the line that plimsoll.yaml draws',
    load: async () => (await import('./gate.ts')).gateCommand,
  },
  {
    name: 'hygiene',
    summary: 'how images were built and named: tags, labels, bases, users, files',
    load: async () => (await import('./hygiene.ts')).hygieneCommand,
  },
  {
    name: 'policy',
    summary: 'Pod Security Standards and Kyverno policies, before installation',
    load: async () => (await import('./policy.ts')).policyCommand,
  },
  {
    name: 'nonroot',
    summary: 'which containers can run as another user than root, and what is in the way',
    load: async () => (await import('./nonroot.ts')).nonrootCommand,
  },
  {
    name: 'lines',
    summary: 'release lines: what is kept until when',
    load: async () => (await import('./lines.ts')).linesCommand,
  },
  {
    name: 'helm-tests',
    summary: 'the tests of charts: run, compared, counted',
    load: async () => (await import('./helm-tests.ts')).helmTestsCommand,
  },
  {
    name: 'reach',
    summary: 'what NetworkPolicies let pass: list, query with the deciding rules, diff of two releases',
    load: async () => (await import('./reach.ts')).reachCommand,
  },
  {
    name: 'benchmark',
    summary: 'the CIS Kubernetes Benchmark from signed evidence: collect',
    load: async () => (await import('./benchmark.ts')).benchmarkCommand,
  },
  {
    name: 'node',
    summary: 'kernels, modules and container runtimes of nodes: collect',
    load: async () => (await import('./node.ts')).nodeCommand,
  },
  {
    name: 'tenancy',
    summary: 'workloads of users and tenants: sandbox, privileges, placement, network, boundaries',
    load: async () => (await import('./tenancy.ts')).tenancyCommand,
  },
  {
    name: 'kubernetes',
    summary: 'what versions of Kubernetes bring and end, and until when they are kept',
    load: async () => (await import('./kubernetes.ts')).kubernetesCommand,
  },
  {
    name: 'mitigation',
    summary: 'fast-track mitigations: check, plan, apply, verify, back out',
    load: async () => (await import('./mitigation.ts')).mitigationCommand,
  },
  {
    name: 'encryption',
    summary: 'Kubernetes API encryption at rest',
    load: async () => (await import('./encryption.ts')).encryptionCommand,
  },
  {
    name: 'advisories',
    summary: 'build, update, inspect and compare advisory sets',
    load: async () => (await import('./advisories.ts')).advisoriesCommand,
  },
  {
    name: 'versions',
    summary: 'order version strings as package managers do',
    load: async () => (await import('./versions.ts')).versionsCommand,
  },
];

/** Runs one command line (without `node` and the program's name); gives the exit code. */
export async function runProgram(args: readonly string[], context: CommandContext): Promise<number> {
  let exitCode = 0;
  const watched: CommandContext = {
    ...context,
    setExitCode: (code) => {
      exitCode = code;
    },
  };
  const program = new Command('plimsoll')
    .description('Security posture of a Kubernetes platform release: measure, explain, respond')
    .version(TOOL.version, '-V, --version', 'print the version')
    .helpCommand(false)
    // Options belong to the command that they follow: `publish` and `publish verify` have some of one name.
    .enablePositionalOptions()
    .addHelpText('after', '\nExample:\n  plimsoll scan alpine:3.16\n  plimsoll scan --help');
  const wanted = args.find((arg) => !arg.startsWith('-'));
  for (const entry of COMMANDS) {
    const command =
      entry.name === wanted ? (await entry.load())(watched) : new Command(entry.name).description(entry.summary);
    program.addCommand(command);
  }
  configure(program, context);
  // Every command takes --config, and a file that is named must be there and right, also where the command needs none of its settings.
  program.hook('preAction', async (_program, command) => {
    const { config } = command.opts<{ readonly config?: string }>();
    const { workingDirectory, environment } = context;
    if (config !== undefined) await loadConfig({ path: config, workingDirectory, environment });
  });
  try {
    if (args.length === 0) program.help({ error: true });
    await program.parseAsync([...args], { from: 'user' });
    return exitCode;
  } catch (error) {
    return exitCodeOf(error, context);
  }
}

function configure(command: Command, context: CommandContext): void {
  command.exitOverride().configureOutput({
    writeOut: context.stdout,
    writeErr: context.stderr,
    outputError: (text, write) => write(text.replace(/^error:/, 'plimsoll:')),
  });
  command.showHelpAfterError('(add --help for the options and an example)');
  for (const child of command.commands) configure(child, context);
}

function exitCodeOf(error: unknown, context: CommandContext): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof PlimsollError) {
    context.stderr(`plimsoll: ${printableLines(error.message)}\n`);
    return error.exitCode;
  }
  context.stderr(`plimsoll: ${printableLines(internalErrorText(error))}\n`);
  return 4;
}

/** A mistake in the program, with the place: whoever meets it will report it. */
export function internalErrorText(error: unknown): string {
  return `internal error: ${error instanceof Error ? (error.stack ?? messageOf(error)) : String(error)}`;
}

/** Lines of a message for a terminal, the second and later ones indented; what a message quotes may come from hostile input. */
export function printableLines(text: string): string {
  return text.split('\n').map(printable).join('\n  ');
}
