// Waiting for the confirmation of what can lock people out: whoever applied it to a cluster gives it back when nobody confirms, also when the terminal is
// cut off, the ledger is busy or the server is away for a while.
import { setTimeout as sleep } from 'node:timers/promises';
import { ledgerState, targetKind } from '../operate/mitigation/ledger/state.ts';
import { backOutMitigation } from '../operate/mitigation/run/backout.ts';
import { messageOf, PlimsollError } from '../platform/errors.ts';
import { plural } from '../publish/words.ts';
import type { ClusterOptions } from './cluster-access.ts';
import type { CommandContext } from './command.ts';
import { bindCluster, type LedgerOptions, lookIntoLedger, openCluster, openLedger } from './mitigation-input.ts';
import { remarker } from './talk.ts';

/** What is waited for. */
export interface Waiting {
  readonly mitigation: string;
  readonly seconds: number;
  /** Ends the waiting: it is not confirmed. */
  readonly interrupted: AbortSignal;
}

/** Signals that are held back, so that what was changed is given back whatever comes. */
export interface HeldSignals {
  readonly interrupted: AbortSignal;
  readonly release: () => void;
}

/** Signals that end the waiting: then it is not confirmed. The end of a terminal is none: what locks people out cuts it. */
const ENDING = ['SIGINT', 'SIGTERM'] as const;
/** Pause between attempts to give back. */
const RETRY_MS = 5000;
/** Attempts, over an hour. */
const MOST_TRIES = 720;

/** Holds signals back from now on. */
export function holdSignals(): HeldSignals {
  const stop = new AbortController();
  const end = (): void => stop.abort();
  const stay = (): void => undefined;
  for (const signal of ENDING) process.on(signal, end);
  process.on('SIGHUP', stay);
  return {
    interrupted: stop.signal,
    release: () => {
      for (const signal of ENDING) process.off(signal, end);
      process.off('SIGHUP', stay);
    },
  };
}

/**
 * Waits until another run confirms. When nobody does in time, or it is interrupted, the objects get back what stood there. Nothing to wait for: returns at once.
 * @throws PlimsollError when it cannot be given back, an hour long
 */
export async function awaitConfirmation(
  { mitigation, seconds, interrupted }: Waiting,
  options: LedgerOptions & ClusterOptions,
  context: CommandContext,
): Promise<void> {
  const talk = remarker(context, options);
  if (!holdsObjects(mitigation, options, context)) return;
  talk(
    `waiting ${plural(seconds, 'second')} for \`plimsoll mitigation confirm ${mitigation}\`; it goes back otherwise`,
  );
  for (let second = 0; second < seconds && !interrupted.aborted; second += 1) {
    if (!isOpen(mitigation, options, context)) return;
    await sleep(1000, undefined, { signal: interrupted }).catch(() => undefined);
  }
  const given = await giveBackInTheEnd(mitigation, options, context, interrupted.aborted);
  if (given === undefined) return;
  talk(`${mitigation}: ${REASON}: ${plural(given, 'object')} given back, as far as \`mitigation status\` says`);
  context.setExitCode(1);
}

/** Whether objects were changed, or were about to be, and nobody confirmed it. */
function holdsObjects(mitigation: string, options: LedgerOptions, context: CommandContext): boolean {
  if (!isOpen(mitigation, options, context)) return false;
  try {
    const { objects, pending } = ledgerState(lookIntoLedger(options, context)?.chain.entries ?? []);
    const held = [...objects].filter(([, { holders }]) => holders.has(mitigation)).map(([target]) => target);
    const begun = pending.filter(({ entry }) => entry.mitigation === mitigation).map(({ entry }) => entry.target);
    return [...held, ...begun].some((target) => targetKind(target) === 'object');
  } catch (error) {
    if (error instanceof PlimsollError) return true;
    throw error;
  }
}

const REASON = 'nobody confirmed it in time';

/** A ledger that cannot be read confirms nothing. */
function isOpen(mitigation: string, options: LedgerOptions, context: CommandContext): boolean {
  try {
    return isUnconfirmed(lookIntoLedger(options, context)?.chain.entries ?? [], mitigation);
  } catch (error) {
    if (error instanceof PlimsollError) return true;
    throw error;
  }
}

function isUnconfirmed(entries: Parameters<typeof ledgerState>[0], mitigation: string): boolean {
  const one = ledgerState(entries).active.get(mitigation);
  return one?.confirmed === false && one.phase !== 'backing-out';
}

/** Number of objects; undefined when it was confirmed, or backed out by others, after all. */
async function giveBackInTheEnd(
  mitigation: string,
  options: LedgerOptions & ClusterOptions,
  context: CommandContext,
  once: boolean,
): Promise<number | undefined> {
  const talk = remarker(context, options);
  let begun = false;
  let told = '';
  for (let tried = 1; ; tried += 1) {
    try {
      return await giveBack(mitigation, options, context, begun, () => {
        begun = true;
      });
    } catch (error) {
      if (!(error instanceof PlimsollError) || tried === MOST_TRIES || once) throw error;
      const message = messageOf(error);
      if (message !== told) talk(`${mitigation} could not be given back, trying again: ${message}`);
      told = message;
      await sleep(RETRY_MS);
    }
  }
}

async function giveBack(
  mitigation: string,
  options: LedgerOptions & ClusterOptions,
  context: CommandContext,
  begun: boolean,
  begin: () => void,
): Promise<number | undefined> {
  const ledger = openLedger(options, context);
  try {
    // Between the last look and now somebody may have confirmed it.
    if (!begun && !isUnconfirmed(ledger.entries, mitigation)) return undefined;
    begin();
    const cluster = await openCluster(options, context);
    try {
      await bindCluster(ledger, cluster);
      const { active, objects } = ledgerState(ledger.entries);
      const holds = [...objects].some(
        ([target, { holders }]) => targetKind(target) !== 'object' && holders.has(mitigation),
      );
      const more = holds || (active.get(mitigation)?.unheard.size ?? 0) > 0;
      const backout = { mitigation, reason: REASON, onDifference: 'ask', more } as const;
      return (await backOutMitigation({ journal: ledger, driver: cluster.driver }, backout)).length;
    } finally {
      cluster.api.close();
    }
  } finally {
    ledger.close();
  }
}
