// `plimsoll mitigation plan`: what a mitigation would change, with the server's own rehearsal; nothing is changed.
import type { Command } from 'commander';
import type { StoredBundle } from '../operate/mitigation/content.ts';
import type { Ledger } from '../operate/mitigation/ledger/ledger.ts';
import type { ObjectDriver } from '../operate/mitigation/run/driver.ts';
import { applyChanges } from '../operate/mitigation/run/nodes.ts';
import { type PlannedObject, planObjects } from '../operate/mitigation/run/plan.ts';
import { type BundleWork, nodeEditsOf, objectEditsOf, workOf } from '../operate/mitigation/work.ts';
import { PlimsollError } from '../platform/errors.ts';
import { type CommandContext, newCommand, writeResult } from './command.ts';
import { bundleAt, lookIntoLedger } from './mitigation-input.ts';
import { planJson, planText } from './mitigation-text.ts';
import { hasObjects, phaseOf, type WorkOptions, withDriver, withPlaces, writeRole } from './mitigation-work.ts';

const PLAN_EXAMPLE = 'plimsoll mitigation plan userns-off --nodes ncn-w001 ncn-w002';

/** `mitigation plan`. */
export function planMitigationCommand(context: CommandContext): Command {
  const summary = 'what a mitigation would change here, object by object, rehearsed by the server; nothing is changed';
  return withPlaces(newCommand('plan', summary, ['text', 'json'], PLAN_EXAMPLE)).action(
    (name: string, options: WorkOptions) => plan(name, options, context),
  );
}

async function plan(name: string, options: WorkOptions, context: CommandContext): Promise<void> {
  const stored = bundleAt(name, context);
  const work = workOf(stored.bundle, phaseOf(options));
  if (options.rbac === true) return writeRole('mitigation plan', work, options, context);
  const journal = lookIntoLedger(options, context);
  const entries = journal?.chain.entries ?? [];
  const read = { entries, content: (reference: Parameters<Ledger['content']>[0]) => journal?.content(reference) };
  const objects = await withDriver(hasObjects(work), options, context, (driver) => planned(stored, work, driver, read));
  const nodes = applyChanges(read, options.nodes, nodeEditsOf(work));
  const result = { bundle: stored.bundle, digest: stored.digest, phase: phaseOf(options), work, objects, nodes };
  writeResult(context, options, options.format === 'json' ? planJson(result) : planText(result));
}

async function planned(
  { bundle }: StoredBundle,
  work: BundleWork,
  driver: ObjectDriver,
  journal: Pick<Ledger, 'entries' | 'content'>,
): Promise<readonly PlannedObject[]> {
  const readOnly = { ...journal, append: refuseToWrite, keep: refuseToWrite };
  return planObjects({ journal: readOnly, driver }, bundle.mitigation, await objectEditsOf(work, driver));
}

function refuseToWrite(): never {
  throw new PlimsollError('internal', 'a plan writes nothing');
}
