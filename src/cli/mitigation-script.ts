// Scripts for nodes as files: written down in the ledger before anybody can run them.
import { lstatSync, rmSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { StoredBundle } from '../operate/mitigation/content.ts';
import { pathText } from '../operate/mitigation/field/path.ts';
import type { Ledger } from '../operate/mitigation/ledger/ledger.ts';
import { ledgerState } from '../operate/mitigation/ledger/state.ts';
import { type NodeEdit, nodePath } from '../operate/mitigation/node/place.ts';
import { nodeScript } from '../operate/mitigation/node/script.ts';
import { applyChanges, unheardOf } from '../operate/mitigation/run/nodes.ts';
import { type BundleWork, nodeEditsOf } from '../operate/mitigation/work.ts';
import { digestOf } from '../platform/canonical.ts';
import { messageOf, PlimsollError } from '../platform/errors.ts';
import { compareText } from '../platform/order.ts';
import type { CommandContext } from './command.ts';

/** A script that applies a bundle. */
export interface ApplyScript {
  readonly stored: StoredBundle;
  readonly work: BundleWork;
  readonly nodes: readonly string[];
  /** Seconds within which it is to be confirmed, where it has to be. */
  readonly confirmWithin: number;
  /** Whatever stands at its places is captured and written over. */
  readonly overwrites: boolean;
}

/** Writes the script, of an application that the ledger knows. @throws PlimsollError `usage` */
export function writeApplyScript(ledger: Ledger, script: ApplyScript, file: string, context: CommandContext): void {
  const { stored, work, confirmWithin, overwrites } = script;
  const { mitigation, verify } = stored.bundle;
  const edits = nodeEditsOf(work);
  const nodes = script.nodes.toSorted(compareText);
  const one = ledgerState(ledger.entries).active.get(mitigation);
  // The same run for every script of the bundle: what a node kept is found again. What is written over is kept apart from it.
  const run = runName(overwrites ? `${stored.digest} ${ledger.entries.length}` : stored.digest);
  const text = nodeScript({
    mitigation,
    action: 'apply',
    run,
    changes: applyChanges(ledger, nodes, edits, overwrites),
    reloads: work.steps.flatMap(({ id, reload }) => (reload === undefined ? [] : [{ step: id, unit: reload }])),
    probes: verify.flatMap((check) => (check.type === 'probe' ? [check] : [])),
    ...(one?.confirmed === false ? { confirm: { withinSeconds: confirmWithin, application: one.application } } : {}),
  });
  const places = [...new Set(edits.map((edit) => pathText(nodePath(edit))))].sort();
  const over = overwrites ? { overwrites } : {};
  ledger.append({ event: 'script', mitigation, action: 'apply', script: digestOf(text), nodes, run, places, ...over });
  writeNewScript(file, text, context);
}

/** @throws PlimsollError `usage` as long as it is not known what stands at the places of the nodes */
export function requireHeard(
  ledger: Pick<Ledger, 'entries'>,
  mitigation: string,
  nodes: readonly string[],
  edits: readonly NodeEdit[],
): void {
  const unheard = unheardOf(ledger, mitigation, nodes, edits);
  if (unheard.length === 0) return;
  throw new PlimsollError(
    'usage',
    `scripts of other mitigations may have changed the same places: give what they printed first, or back them out with --not-run (${unheard.join(', ')})`,
  );
}

/** Under which nodes keep what they found, of a bundle's digest or a mitigation's id. */
export function runName(of: string): string {
  return digestOf(of).slice('sha256:'.length, 'sha256:'.length + 32);
}

/** Writes a script that its owner alone may read and run, whatever file had its name. @throws PlimsollError `usage` */
export function writeNewScript(file: string, text: string, context: CommandContext): void {
  const path = resolve(context.workingDirectory, file);
  try {
    const there = lstatSync(path, { throwIfNoEntry: false });
    if (there?.isFile() === true) rmSync(path);
    const isNew = there === undefined || there.isFile();
    writeFileSync(path, text, { flag: isNew ? 'wx' : 'w', mode: 0o700 });
  } catch (error) {
    throw new PlimsollError('usage', `cannot write ${file}: ${messageOf(error)}`, { cause: error });
  }
}
