// `plimsoll mitigation apply`: changing what a mitigation says, with the ledger.
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { Option } from 'commander';
import { auditBundle, mayEnforce } from '../operate/mitigation/audit/audit.ts';
import type { StoredBundle } from '../operate/mitigation/content.ts';
import type { Ledger } from '../operate/mitigation/ledger/ledger.ts';
import { ledgerState } from '../operate/mitigation/ledger/state.ts';
import { readNodeResults } from '../operate/mitigation/node/results.ts';
import { nodeScript } from '../operate/mitigation/node/script.ts';
import { applyMitigation, beginApplication } from '../operate/mitigation/run/apply.ts';
import { backOutMitigation } from '../operate/mitigation/run/backout.ts';
import type { OnDifference } from '../operate/mitigation/run/change.ts';
import { applyChanges, recordResults } from '../operate/mitigation/run/nodes.ts';
import type { Phase } from '../operate/mitigation/step/kinds.ts';
import { type BundleWork, handWorkOf, nodeEditsOf, objectEditsOf, workOf } from '../operate/mitigation/work.ts';
import { digestOf } from '../platform/canonical.ts';
import { PlimsollError } from '../platform/errors.ts';
import { numberUpTo } from './arguments.ts';
import { type CommandContext, newCommand, writeResult } from './command.ts';
import {
  bindCluster,
  bundleAt,
  lookIntoLedger,
  openCluster,
  openLedger,
  readTextFile,
  signerOfBundle,
} from './mitigation-input.ts';
import { type RunReport, runJson, runText } from './mitigation-text.ts';
import { phaseOf, type WorkOptions, withDriver, withPlaces, writeRole } from './mitigation-work.ts';
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
  if (bundle.effect === 'none') {
    throw new PlimsollError(
      'usage',
      `${bundle.mitigation} cannot be mitigated: ${bundle.impact}; \`mitigation show\` says what to do instead`,
    );
  }
  const now = context.now().toISOString();
  if (now.slice(0, 10) < bundle.created) {
    throw new PlimsollError(
      'usage',
      `${bundle.mitigation} was made on ${bundle.created}, after today (${now.slice(0, 10)}): one of the clocks is wrong`,
    );
  }
  if (now.slice(0, 10) > bundle.expires) {
    throw new PlimsollError(
      'usage',
      `${bundle.mitigation} expired on ${bundle.expires}: it is to be renewed, or replaced by the fix`,
    );
  }
  const signer = await signerOfBundle(stored, options.key, options, context);
  const ledger = openLedger(options, context);
  let outcome: RunReport;
  try {
    outcome = await applyWith(ledger, { stored, work, phase, signer, options, context, now });
  } finally {
    ledger.close();
  }
  writeResult(context, options, options.format === 'json' ? runJson(outcome) : runText(outcome));
  if (!outcome.complete) context.setExitCode(1);
  // Nodes put back by themselves; of objects only whoever applied them can.
  if (outcome.confirmBy !== undefined && outcome.objects.length > 0 && options.wait) {
    await awaitConfirmation(bundle.mitigation, options, context);
  }
}

/** Waits until another run confirms. When nobody does in time, the objects get back what stood there. */
async function awaitConfirmation(mitigation: string, options: ApplyOptions, context: CommandContext): Promise<void> {
  const talk = remarker(context, options);
  const isOpen = (): boolean => {
    const entries = lookIntoLedger(options, context)?.chain.entries ?? [];
    return ledgerState(entries).active.get(mitigation)?.confirmed === false;
  };
  talk(
    `waiting ${options.confirmWithin} seconds for \`plimsoll mitigation confirm ${mitigation}\`; it goes back otherwise`,
  );
  for (let second = 0; second < options.confirmWithin; second += 1) {
    if (!isOpen()) return;
    await sleep(1000);
  }
  if (!isOpen()) return;
  const ledger = openLedger(options, context);
  const cluster = await openCluster(options, context);
  try {
    await bindCluster(ledger, cluster);
    const reason = 'nobody confirmed it in time';
    const { objects } = ledgerState(ledger.entries);
    const more = [...objects].some(([target, { holders }]) => target.startsWith('node ') && holders.has(mitigation));
    const backout = { mitigation, reason, onDifference: 'ask', more } as const;
    const results = await backOutMitigation({ journal: ledger, driver: cluster.driver }, backout);
    talk(`${mitigation}: ${reason}: ${results.length} objects were given back, as far as \`mitigation status\` says`);
    context.setExitCode(1);
  } finally {
    cluster.api.close();
    ledger.close();
  }
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
  const confirmBy = new Date(Date.parse(now) + options.confirmWithin * 1000).toISOString();
  const known = ledgerState(ledger.entries).active.get(mitigation);
  const fresh = known?.apply.bundle !== digest || known.apply.phase !== phase;
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
    ...(work.locksOut ? { confirmBy: fresh ? confirmBy : (known.apply.confirmBy ?? confirmBy) } : {}),
  } as const;
  if (fresh && phase === 'enforce' && work.rejects) await requireAudit(ledger, input);
  // Results and attestations speak of an application that has begun.
  beginApplication(ledger, event);
  for (const { step, words } of attestations(options.did ?? [], work)) {
    ledger.append({ event: 'attested', mitigation, step, done: true, statement: words });
  }
  const results = (options.results ?? []).flatMap((file) => readNodeResults(readTextFile(file, context), file));
  const nodes = recordResults(
    ledger,
    mitigation,
    results.filter(({ action }) => action === 'apply'),
  );
  const script = options.script === undefined ? undefined : writeScript(ledger, input, options.script);
  const { awaited, attested } = ledgerState(ledger.entries).active.get(mitigation) ?? {
    awaited: new Set<string>(),
    attested: new Map(),
  };
  const hand = handWorkOf(work).filter(({ step }) => !attested.has(step));
  const more = awaited.size > 0 || hand.length > 0 || nodes.some(({ done }) => !done);
  const onDifference: OnDifference = options.onDifference;
  const objects = await withDriver(work, options, context, async (driver, cluster) => {
    if (cluster !== undefined) await bindCluster(ledger, cluster);
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
    hand: hand.map(({ step, do: text }) => ({ step, text })),
    ...(script === undefined ? {} : { script }),
    ...(event.confirmBy === undefined ? {} : { confirmBy: event.confirmBy }),
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

function writeScript(ledger: Ledger, { stored, work, options, context }: ApplyInput, file: string): string {
  const { mitigation, verify } = stored.bundle;
  const edits = nodeEditsOf(work);
  const probes = verify.flatMap((one) => (one.type === 'probe' ? [one] : []));
  const text = nodeScript({
    mitigation,
    action: 'apply',
    // The same run for every script of the bundle: what a node kept is found again.
    run: runName(stored.digest),
    changes: applyChanges(ledger, [...options.nodes].sort(), edits),
    reloads: work.steps.flatMap(({ id, reload }) => (reload === undefined ? [] : [{ step: id, unit: reload }])),
    probes,
    ...(work.locksOut ? { confirmWithin: options.confirmWithin } : {}),
  });
  writeNewScript(file, text, context);
  ledger.append({
    event: 'script',
    mitigation,
    action: 'apply',
    script: digestOf(text),
    nodes: [...options.nodes].sort(),
  });
  return file;
}

/** Under which nodes keep what they found, of a bundle's digest or a mitigation's id. */
export function runName(of: string): string {
  return digestOf(of).slice('sha256:'.length, 'sha256:'.length + 32);
}

/** Writes a script that its owner alone may read and run. @throws PlimsollError `usage` */
export function writeNewScript(file: string, text: string, context: CommandContext): void {
  try {
    writeFileSync(resolve(context.workingDirectory, file), text, { mode: 0o700 });
  } catch (error) {
    throw new PlimsollError('usage', `cannot write ${file}: ${error instanceof Error ? error.message : ''}`, {
      cause: error,
    });
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
