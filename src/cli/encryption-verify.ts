// `plimsoll encryption verify`: the proof over all members of etcd and the backups, and one step at a time against what remains.
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { DEFAULT_RESOURCES, JudgedResources } from '../operate/encryption/inspect/judged-resources.ts';
import { nameOf } from '../operate/encryption/plan/transformer-id.ts';
import { examineBackups } from '../operate/encryption/verify/backup.ts';
import { carryOut } from '../operate/encryption/verify/carry-out.ts';
import { decide, type Wish } from '../operate/encryption/verify/clean.ts';
import { type ClusterLook, lookAtCluster } from '../operate/encryption/verify/cluster-look.ts';
import { examineMember, type MemberFacts } from '../operate/encryption/verify/member-facts.ts';
import { readMember, writeMember } from '../operate/encryption/verify/member-file.ts';
import { startCommands, wipeCommands } from '../operate/encryption/verify/node-commands.ts';
import { type Action, actionOf, verifyResult } from '../operate/encryption/verify/result.ts';
import { type Verification, verificationOf } from '../operate/encryption/verify/verification.ts';
import { messageOf, PlimsollError } from '../platform/errors.ts';
import { jsonText } from '../platform/json-text.ts';
import { encryptionVerificationHtml } from '../publish/html/encryption-verification.ts';
import { encryptionVerificationText } from '../publish/terminal/encryption-verification.ts';
import { TOOL } from '../publish/tool.ts';
import { type CommandContext, type CommonOptions, newCommand, terminalOptions, writeResult } from './command.ts';
import { processInput, readInput } from './encryption-input.ts';
import { type EtcdOptions, memberOpener, onEtcd } from './etcd-access.ts';

interface VerifyOptions extends CommonOptions, EtcdOptions {
  readonly resources: JudgedResources;
  readonly backup: readonly string[];
  readonly compact?: boolean;
  readonly goal?: string;
  readonly defragment?: string;
  readonly rebuild?: string;
  readonly peerUrl?: string;
  readonly yes?: boolean;
  readonly rbac?: boolean;
}

const EXAMPLE = [
  'plimsoll encryption verify etcd --format facts --output ncn-m002.etcd.json',
  'plimsoll encryption verify etcd ncn-m002.etcd.json --backup backups',
  'plimsoll encryption verify /var/lib/etcd ncn-m002.etcd.json ncn-m003.etcd.json --endpoint https://127.0.0.1:2379 --backup /srv/backups',
  'plimsoll encryption verify /var/lib/etcd ncn-m002.etcd.json ncn-m003.etcd.json --endpoint https://127.0.0.1:2379 --defragment ncn-m002 --yes',
  'plimsoll encryption verify --endpoint https://127.0.0.1:2379 --compact --goal identity --yes',
].join('\n');

const ROLE = `# plimsoll encryption verify asks no API server and needs no role there: it asks etcd.
# etcd without authentication of its own, as kubeadm sets it up, lets every client do everything whose certificate its --trusted-ca-file signed;
# --cert and --key name such a certificate. With etcd's own authentication snapshots and changes need the role root.
`;

/** The command. */
export function encryptionVerifyCommand(context: CommandContext): Command {
  const summary =
    'proof over all members of etcd, their logs and the backups; what remains in plain text and what removes it';
  return onEtcd(newCommand('verify', summary, ['table', 'json', 'html', 'facts'], EXAMPLE))
    .argument('[place...]', "members' data directories on this machine, or files that --format facts wrote of others")
    .option('--backup <path...>', 'backups: files of etcd, or folders with them', [])
    .option(
      '--resources <names>',
      'what is judged, separated by commas',
      readResources,
      new JudgedResources(DEFAULT_RESOURCES),
    )
    .option('--compact', 'forget earlier revisions and deleted objects up to the examined revision')
    .option(
      '--goal <name>',
      'with --compact: what all values are to be of, as aescbc:key2 or identity in a disable (no plain text)',
    )
    .option('--defragment <member>', "write the member's database anew, without free pages")
    .option('--rebuild <member>', 'take the member out of the cluster, and put it back as a new one with an empty log')
    .option('--peer-url <url>', 'with --rebuild, once the member is out: where its peers reach it')
    .option('--yes', 'do it: one thing on one member; without it what would be done is told')
    .option('--rbac', 'print what rights the command needs, and do nothing else')
    .action(async (places: readonly string[], options: VerifyOptions) => {
      if (options.rbac === true) return writeResult(context, options, ROLE);
      const wish = wishOf(options);
      const facts = await readFacts(places, options, context);
      if (options.format === 'facts') return writeOne(facts, options, context);
      if (options.endpoint === undefined && (wish !== undefined || facts.length === 0)) {
        throw new PlimsollError('usage', 'say where etcd is with --endpoint, or name data directories of its members');
      }
      const { look, verification } = await examine(facts, options, context);
      const action =
        wish === undefined || look === undefined ? undefined : await act(wish, look, verification, options, context);
      const result = verifyResult(verification, commandLine(places, options), action);
      const render = {
        json: () => jsonText({ schemaVersion: 1, tool: TOOL, ...result }),
        html: () => encryptionVerificationHtml(result),
        table: () => encryptionVerificationText(result, terminalOptions(context, options)),
      };
      writeResult(context, options, (render[options.format as keyof typeof render] ?? render.table)());
      const isDone = action === undefined ? result.verdict === 'proof' : action.outcome !== 'refused';
      if (!isDone) context.setExitCode(1);
    });
}

/** Examines everything but the members' own files. */
async function examine(
  facts: readonly MemberFacts[],
  options: VerifyOptions,
  context: CommandContext,
): Promise<{ readonly look?: ClusterLook; readonly verification: Verification }> {
  const { resources: judged, endpoint, scratch, backup } = options;
  const look =
    endpoint === undefined
      ? undefined
      : await lookAtCluster(memberOpener(options, context), endpoint, {
          judged,
          scratch: resolve(context.workingDirectory, scratch),
          now: context.now,
        });
  const paths = backup.map((name) => ({ name, path: resolve(context.workingDirectory, name) }));
  const seen = { resources: judged.names, facts, backups: await examineBackups(paths, judged) };
  return look === undefined
    ? { verification: verificationOf(seen) }
    : { look, verification: verificationOf({ ...seen, look }) };
}

async function act(
  wish: Wish,
  look: ClusterLook,
  verification: Verification,
  options: VerifyOptions,
  context: CommandContext,
): Promise<Action> {
  const decision = decide(wish, look, verification);
  if (decision.kind === 'waiting') {
    return actionOf(wish, decision, startCommands(decision.name, options.peerUrl ?? '', look));
  }
  const asked = actionOf(wish, decision);
  if (decision.kind !== 'step' || options.yes !== true) return asked;
  const { step } = decision;
  const { done, look: after, trouble } = await carryOut(step, look, { open: memberOpener(options, context) });
  if (done === undefined) {
    return { ...asked, outcome: 'refused', reason: `the cluster changed while it was read: ${trouble ?? ''}` };
  }
  const peerUrl = step.kind === 'remove' ? step.member.peerUrls[0] : undefined;
  const commands =
    step.kind === 'remove'
      ? [
          ...wipeCommands(step.member.name),
          {
            command: `--rebuild ${step.member.name} --peer-url ${peerUrl ?? ''} --yes`,
            reason: 'here, with the same command: it comes back as a new member',
          },
        ]
      : step.kind === 'add'
        ? startCommands(step.name, step.peerUrl, after)
        : [];
  const reason = trouble === undefined ? done : `${done}; the cluster is not whole again: ${trouble}`;
  return { ...asked, outcome: trouble === undefined ? 'done' : 'refused', reason, commands };
}

async function readFacts(
  places: readonly string[],
  { resources: judged }: VerifyOptions,
  context: CommandContext,
): Promise<readonly MemberFacts[]> {
  const all: MemberFacts[] = [];
  for (const name of places) {
    const path = resolve(context.workingDirectory, name);
    const isFile = statSync(path, { throwIfNoEntry: false })?.isFile() === true;
    const facts = isFile
      ? readMember(await readInput(name, context, processInput), name)
      : await examineMember(path, name, { judged, now: context.now });
    const missing = judged.names.filter((resource) => !facts.resources.includes(resource));
    if (missing.length > 0) {
      throw new PlimsollError('usage', `${name} is not about ${missing.join(', ')}: write it again with --resources`);
    }
    all.push(facts);
  }
  return all;
}

function writeOne(facts: readonly MemberFacts[], options: VerifyOptions, context: CommandContext): void {
  const [only, ...more] = facts;
  if (only === undefined || more.length > 0)
    throw new PlimsollError('usage', '--format facts is for one data directory');
  writeResult(context, options, writeMember(only));
}

/** @throws PlimsollError `usage` */
function wishOf({ compact, goal, defragment, rebuild, peerUrl, yes }: VerifyOptions): Wish | undefined {
  const wishes: readonly Wish[] = [
    ...(compact === true ? [{ kind: 'compact', ...(goal === undefined ? {} : { goal: nameOf(goal) }) } as const] : []),
    ...(defragment === undefined ? [] : [{ kind: 'defragment', member: defragment } as const]),
    ...(rebuild === undefined
      ? []
      : [{ kind: 'rebuild', member: rebuild, ...(peerUrl === undefined ? {} : { peerUrl }) } as const]),
  ];
  if (wishes.length > 1) throw new PlimsollError('usage', 'one thing at a time: --compact, --defragment or --rebuild');
  if (goal !== undefined && compact !== true) throw new PlimsollError('usage', '--goal belongs to --compact');
  if (peerUrl !== undefined && rebuild === undefined)
    throw new PlimsollError('usage', '--peer-url belongs to --rebuild');
  if (peerUrl !== undefined && !/^https?:\/\/[A-Za-z0-9.:[\]-]+$/.test(peerUrl)) {
    throw new PlimsollError('usage', 'write --peer-url as https://ADDRESS:2380');
  }
  if (yes === true && wishes.length === 0) {
    throw new PlimsollError(
      'usage',
      '--yes is for --compact, --defragment and --rebuild; nothing else changes anything',
    );
  }
  return wishes[0];
}

/** The command line to repeat. */
function commandLine(places: readonly string[], { endpoint, backup, cacert, cert, key }: VerifyOptions): string {
  const files =
    endpoint === undefined || cert.startsWith('/etc/kubernetes/pki/')
      ? []
      : ['--cacert', cacert, '--cert', cert, '--key', key];
  const words = [
    ...places,
    ...(endpoint === undefined ? [] : ['--endpoint', ...endpoint, ...files]),
    ...(backup.length === 0 ? [] : ['--backup', ...backup]),
  ];
  return ['plimsoll encryption verify', ...words.map(shellWord)].join(' ');
}

function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

function readResources(text: string): JudgedResources {
  try {
    return new JudgedResources(text.split(',').map((name) => name.trim()));
  } catch (error) {
    throw new InvalidArgumentError(messageOf(error));
  }
}
