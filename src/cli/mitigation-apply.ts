// `plimsoll mitigation apply`: changing what a mitigation says, with the ledger.
import type { Command } from 'commander';
import { Option } from 'commander';
import { auditBundle, mayEnforce } from '../operate/mitigation/audit/audit.ts';
import type { StoredBundle } from '../operate/mitigation/content.ts';
import { conflictingMitigations, requireFit, requireTimely } from '../operate/mitigation/fit.ts';
import type { Ledger } from '../operate/mitigation/ledger/ledger.ts';
import { ledgerState } from '../operate/mitigation/ledger/state.ts';
import { readNodeResults } from '../operate/mitigation/node/results.ts';
import { applyMitigation, beginApplication } from '../operate/mitigation/run/apply.ts';
import { recordResults } from '../operate/mitigation/run/node-results.ts';
import { applyReleases } from '../operate/mitigation/run/releases.ts';
import type { Phase } from '../operate/mitigation/step/kinds.ts';
import {
  type BundleWork,
  handWorkOf,
  nodeEditsOf,
  objectEditsOf,
  releaseEditsOf,
  workOf,
} from '../operate/mitigation/work.ts';
import { messageOf, PlimsollError } from '../platform/errors.ts';
import { numberUpTo } from './arguments.ts';
import { type CommandContext, newCommand, writeResult } from './command.ts';
import { bindCluster, bundleAt, openCluster, openLedger, readTextFile, signerOfBundle } from './mitigation-input.ts';
import { requireHeard, writeApplyScript } from './mitigation-script.ts';
import { type RunReport, runJson, runText } from './mitigation-text.ts';
import { awaitConfirmation, holdSignals } from './mitigation-wait.ts';
import { hasObjects, phaseOf, type WorkOptions, withDriver, withPlaces, writeRole } from './mitigation-work.ts';
import { remarker } from './talk.ts';

interface ApplyOptions extends WorkOptions {
  readonly script?: string;
  readonly results?: readonly string[];
  readonly did?: readonly string[];
  readonly accept?: string;
  readonly confirmWithin: number;
  readonly wait: boolean;
  readonly onDifference: 'ask' | 'overwrite';
}

const MOST_SECONDS = 86_400;
const APPLY_EXAMPLE = [
  'plimsoll mitigation apply site/userns-off --key site.pub.pem --nodes ncn-w001 ncn-w002 --script apply.sh',
  'plimsoll mitigation apply site/userns-off --key site.pub.pem --nodes ncn-w001 ncn-w002 --results results.txt',
].join('\n');

/** `mitigation apply`. */
export function applyMitigationCommand(context: CommandContext): Command {
  const summary = 'apply a signed mitigation, or go on with it; 1 while something is still to be done';
  return withPlaces(newCommand('apply', summary, ['text', 'json'], APPLY_EXAMPLE))
    .option(
      '--key <file...>',
      'public keys of whoever may have mitigations applied, PEM (mitigations.keys of the configuration)',
    )
    .option(
      '--script <file>',
      'write the script for the nodes; run it there as root, and give its output with --results',
    )
    .option('--results <file...>', 'what the script printed on nodes')
    .option('--did <step=words...>', 'manual steps that are done, and who says so')
    .option(
      '--accept <words>',
      'with --enforce: reject although the audit names somebody; the words go into the ledger',
    )
    .option(
      '--confirm-within <seconds>',
      'what can lock people out goes back unless confirmed',
      numberUpTo(MOST_SECONDS),
      600,
    )
    .option(
      '--no-wait',
      'do not wait for the confirmation: `status` tells when its time is over, and `backout` gives back',
    )
    .addOption(
      new Option('--on-difference <what>', 'where others changed a value since a mitigation set it')
        .choices(['ask', 'overwrite'])
        .default('ask'),
    )
    .action((name: string, options: ApplyOptions) => apply(name, options, context));
}

async function apply(name: string, options: ApplyOptions, context: CommandContext): Promise<void> {
  const stored = bundleAt(name, context);
  const { bundle } = stored;
  const phase = phaseOf(options);
  const work = workOf(bundle, phase);
  if (options.rbac === true) return writeRole('mitigation apply', work, options, context);
  const now = context.now().toISOString();
  requireTimely(bundle, now.slice(0, 10));
  const signer = await signerOfBundle(stored, options.key, options, context);
  const input = { stored, work, phase, signer, options, context, now };
  if (!work.locksOut || !options.wait) return applyOnce(input);
  const guard = holdSignals();
  try {
    await applyAndWait(input, guard.interrupted);
  } finally {
    guard.release();
  }
}

async function applyOnce(input: ApplyInput): Promise<void> {
  const { options, context } = input;
  const ledger = openLedger(options, context);
  let outcome: RunReport;
  try {
    outcome = await applyWith(ledger, input);
  } finally {
    ledger.close();
  }
  writeResult(context, options, options.format === 'json' ? runJson(outcome) : runText(outcome));
  if (!outcome.complete) context.setExitCode(1);
}

/** Nodes put back by themselves; of objects only whoever applied them can, also of those before the one that failed. */
async function applyAndWait(input: ApplyInput, interrupted: AbortSignal): Promise<void> {
  const { stored, options, context } = input;
  const waiting = { mitigation: stored.bundle.mitigation, seconds: options.confirmWithin, interrupted };
  try {
    await applyOnce(input);
  } catch (error) {
    remarker(context, options)(messageOf(error));
    await awaitConfirmation(waiting, options, context);
    throw error;
  }
  await awaitConfirmation(waiting, options, context);
}

interface ApplyInput {
  readonly stored: StoredBundle;
  readonly work: BundleWork;
  readonly phase: Phase;
  readonly signer: string;
  readonly options: ApplyOptions;
  readonly context: CommandContext;
  readonly now: string;
}

async function applyWith(ledger: Ledger, input: ApplyInput): Promise<RunReport> {
  const { stored, work, phase, signer, options, context, now } = input;
  const { bundle, digest } = stored;
  const { mitigation } = bundle;
  const edits = nodeEditsOf(work);
  if (edits.length > 0 && options.nodes.length === 0) {
    throw new PlimsollError('usage', `${mitigation} has steps on nodes: name them with --nodes`);
  }
  requireFit(ledger.entries, bundle);
  if (options.script !== undefined) requireHeard(ledger, mitigation, options.nodes, edits);
  const confirmBy = new Date(Date.parse(now) + options.confirmWithin * 1000).toISOString();
  const known = ledgerState(ledger.entries).active.get(mitigation);
  const fresh = known?.apply.bundle !== digest || known.apply.phase !== phase;
  // Nobody confirmed it in time: it may have gone back, and begins anew.
  const wentBack = known?.confirmed === false && (known.apply.confirmBy ?? now) < now;
  const goesOn = !fresh && !wentBack && options.nodes.every((node) => known.apply.nodes.includes(node));
  const event = {
    event: 'apply',
    mitigation,
    version: bundle.version,
    bundle: digest,
    signer,
    title: bundle.title,
    cves: bundle.cves,
    owner: bundle.owner,
    ...(bundle.runbook === undefined ? {} : { runbook: bundle.runbook }),
    ...(bundle.vex === undefined ? {} : { vex: bundle.vex }),
    expires: bundle.expires,
    audits: work.rejects,
    phase,
    ...(options.accept === undefined ? {} : { accepted: options.accept }),
    nodes: edits.length === 0 ? [] : [...options.nodes].sort(),
    supersedes: bundle.supersedes,
    conflicts: conflictingMitigations(bundle),
    ...(work.locksOut ? { confirmBy: goesOn ? (known.apply.confirmBy ?? confirmBy) : confirmBy } : {}),
  } as const;
  if (fresh && phase === 'enforce' && work.rejects) await requireAudit(ledger, input);
  // Results and attestations speak of an application that has begun.
  beginApplication(ledger, event);
  for (const { step, words } of attestations(options.did ?? [], work)) {
    ledger.append({ event: 'attested', mitigation, step, done: true, statement: words });
  }
  const results = (options.results ?? []).flatMap((file) => readNodeResults(readTextFile(file, context), file));
  const { onDifference } = options;
  const nodes = recordResults(ledger, { mitigation, action: 'apply', results, onDifference });
  const overwrites = wentBack || onDifference === 'overwrite';
  const { script } = options;
  if (script !== undefined) writeApplyScript(ledger, { ...options, stored, work, overwrites }, script, context);
  const { awaited, attested } = ledgerState(ledger.entries).active.get(mitigation) ?? {
    awaited: new Set<string>(),
    attested: new Map(),
  };
  const kept = releaseEditsOf(work).map(({ target }) => target);
  const wanted = releaseEditsOf(work).filter(({ step }) => !attested.has(step));
  const read = new Set(wanted.map(({ step }) => step));
  const hand = handWorkOf(work)
    .filter(({ step }) => !attested.has(step) && !read.has(step))
    .map(({ step, do: text }) => ({ step, text: `${text}; then --did ${step}=WORDS` }));
  const asks = hasObjects(work) || wanted.length > 0;
  const objects = await withDriver(asks, options, context, async (driver, cluster) => {
    if (cluster !== undefined) {
      await bindCluster(ledger, cluster);
      const releases = await applyReleases({ journal: ledger, read: cluster.releases }, mitigation, wanted, kept);
      hand.push(...releases.filter(({ done }) => !done));
    }
    const more = awaited.size > 0 || hand.length > 0 || nodes.some(({ done }) => !done);
    return applyMitigation(
      { journal: ledger, driver },
      { apply: event, objects: await objectEditsOf(work, driver), more, onDifference },
    );
  });
  const complete = ledgerState(ledger.entries).active.get(mitigation)?.phase === 'applied';
  return {
    mitigation,
    action: 'apply',
    complete,
    objects,
    nodes,
    awaited: [...awaited].sort(),
    hand: hand.map(({ step, text }) => ({ step, text })),
    ...(script === undefined ? {} : { script }),
    ...(event.confirmBy === undefined ? {} : { confirmBy: event.confirmBy }),
    unattended: !options.wait && objects.length > 0,
  };
}

/**
 * What can reject must have reported first, in this very version, and named nobody.
 * @throws PlimsollError `usage`
 */
async function requireAudit(ledger: Ledger, { stored, options, context }: ApplyInput): Promise<void> {
  const { bundle, digest } = stored;
  const { mitigation } = bundle;
  const known = ledgerState(ledger.entries).active.get(mitigation);
  if (known?.apply.bundle !== digest || known.phase === 'backing-out') {
    throw new PlimsollError(
      'usage',
      `${mitigation} has policies that reject: apply it without --enforce first, and read \`plimsoll mitigation audit\``,
    );
  }
  if (options.accept !== undefined) return;
  const cluster = await openCluster(options, context);
  try {
    await bindCluster(ledger, cluster);
    const audit = await auditBundle(bundle, cluster.api);
    if (mayEnforce(audit)) return;
    const open = audit.results.filter(({ verdict }) => verdict !== 'pass');
    const why = open.map(({ subject, reason }) => `${subject}: ${reason}`).join('; ');
    throw new PlimsollError(
      'usage',
      `${mitigation} must not reject yet: ${why} (plimsoll mitigation audit); --accept WORDS takes it all the same`,
    );
  } finally {
    cluster.api.close();
  }
}

/** `STEP=words` of manual steps. @throws PlimsollError `usage` */
export function attestations(
  did: readonly string[],
  work: BundleWork,
): readonly { readonly step: string; readonly words: string }[] {
  const steps = handWorkOf(work).map(({ step }) => step);
  return did.map((text) => {
    const [, step = '', words = ''] = /^([^=]+)=(.+)$/s.exec(text) ?? [];
    if (words !== '' && steps.includes(step)) return { step, words };
    throw new PlimsollError(
      'usage',
      `write --did STEP=WORDS, the step being one of ${steps.join(', ') || 'none: there are no manual steps'}`,
    );
  });
}
