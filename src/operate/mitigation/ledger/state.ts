// What a ledger says now: which mitigations are in which part of their life, what is claimed of which object, and what was begun and not ended. Pure.
import type { ApplyEvent, ContentReference, IntentEvent, LedgerEntry, LeftEvent, ScriptEvent } from './entry.ts';

/** An object of which something is claimed, or was. */
export interface KnownObject {
  /** All claims on it: a ClaimedObject, encrypted. */
  readonly content: ContentReference;
  /** What told it from another object of its name when it was last changed; absent when there was none any more. */
  readonly uid?: string;
  /** Mitigations that claim something of it. */
  readonly holders: ReadonlySet<string>;
}

/** A mitigation that was applied, and not wholly backed out. */
export interface ActiveMitigation {
  readonly apply: ApplyEvent;
  /** Sequence of the entry that began it as it is now: what nodes are told to tell one application from another. */
  readonly application: number;
  /** When it began, ISO instant. */
  readonly since: string;
  readonly phase: 'applying' | 'applied' | 'backing-out';
  readonly confirmed: boolean;
  /** Manual steps that someone says are done, with the words. */
  readonly attested: ReadonlyMap<string, string>;
  /** Nodes whose results are still to come. */
  readonly awaited: ReadonlySet<string>;
  /** By node, the places that scripts of it change there. */
  readonly scripted: ReadonlyMap<string, ReadonlySet<string>>;
  /** Nodes for which a script was written that applies it, and of which nobody gave what it printed: it may have run there. */
  readonly unheard: ReadonlySet<string>;
  /** Run of the last script that writes over what others put there. */
  readonly overwriting?: string;
  readonly left: readonly LeftEvent[];
}

/** An intent without its outcome. */
export interface PendingIntent {
  readonly entry: LedgerEntry & IntentEvent;
}

/** The whole. */
export interface LedgerState {
  readonly active: ReadonlyMap<string, ActiveMitigation>;
  /** Mitigations that were once there and are gone, with the instant. */
  readonly past: ReadonlyMap<string, string>;
  /** By target, the content of the last intent that was done. */
  readonly objects: ReadonlyMap<string, KnownObject>;
  readonly pending: readonly PendingIntent[];
  /** Uid of the cluster; absent as long as none was touched. */
  readonly cluster?: string;
}

/** Reads the entries of a ledger in order. */
export function ledgerState(entries: readonly LedgerEntry[]): LedgerState {
  const active = new Map<string, ActiveMitigation>();
  const past = new Map<string, string>();
  const objects = new Map<string, KnownObject>();
  const pending = new Map<number, PendingIntent>();
  let cluster: string | undefined;
  const change = (id: string, to: (one: ActiveMitigation) => ActiveMitigation): void => {
    const one = active.get(id);
    if (one !== undefined) active.set(id, to(one));
  };
  for (const entry of entries) {
    switch (entry.event) {
      case 'begin':
        break;
      case 'cluster':
        cluster = entry.uid;
        break;
      case 'apply':
        active.set(entry.mitigation, begun(entry, active.get(entry.mitigation)));
        past.delete(entry.mitigation);
        break;
      case 'intent':
        pending.set(entry.sequence, { entry });
        break;
      case 'outcome': {
        const intent = pending.get(entry.of)?.entry;
        pending.delete(entry.of);
        if (intent === undefined || entry.outcome === 'abandoned') break;
        objects.set(intent.target, known(intent, entry.uid, objects.get(intent.target)));
        change(intent.mitigation, (one) => heardFrom(one, nodeOf(intent.target), intent.unfinished !== true));
        break;
      }
      case 'applied':
        change(entry.mitigation, (one) => ({ ...one, phase: 'applied' }));
        break;
      case 'confirm':
        change(entry.mitigation, (one) => ({ ...one, confirmed: true }));
        break;
      case 'backout':
        change(entry.mitigation, (one) => ({ ...one, phase: 'backing-out' }));
        break;
      case 'backed-out':
        active.delete(entry.mitigation);
        past.set(entry.mitigation, entry.at);
        break;
      case 'left':
        change(entry.mitigation, (one) => ({ ...one, left: [...one.left, entry] }));
        break;
      case 'script':
        change(entry.mitigation, (one) => scriptWritten(one, entry));
        break;
      case 'attested':
        change(entry.mitigation, (one) =>
          entry.step.startsWith('node ')
            ? heardFrom(one, nodeOf(entry.step), true)
            : { ...one, attested: attestedNow(one.attested, entry) },
        );
        break;
    }
  }
  return { active, past, objects, pending: [...pending.values()], ...(cluster === undefined ? {} : { cluster }) };
}

/** What a target is: an object of the cluster, a node, or a chart release. */
export function targetKind(target: string): 'object' | 'node' | 'release' {
  if (target.startsWith('node ')) return 'node';
  return target.startsWith('release ') ? 'release' : 'object';
}

/** Name of a chart release as a target. */
export function releaseTarget(namespace: string, name: string): string {
  return `release ${namespace}/${name}`;
}

/** Name of a node as a target. */
export function nodeTarget(node: string): string {
  return `node ${node}`;
}

function nodeOf(target: string): string {
  return target.startsWith('node ') ? target.slice('node '.length) : '';
}

function begun(entry: LedgerEntry & ApplyEvent, before: ActiveMitigation | undefined): ActiveMitigation {
  const same =
    before?.apply.bundle === entry.bundle && before.apply.phase === entry.phase && before.phase !== 'backing-out';
  // Nodes that have it need no second result.
  const known = same ? before.apply.nodes : [];
  return {
    apply: same ? { ...entry, nodes: [...new Set([...known, ...entry.nodes])].sort() } : entry,
    application: entry.sequence,
    since: before?.since ?? entry.at,
    phase: 'applying',
    // What only reported needed no confirmation, once it rejects it does; nobody has said yet that it locks nobody out of further nodes.
    confirmed:
      entry.confirmBy === undefined ||
      (same && before.confirmed && entry.nodes.every((node) => before.apply.nodes.includes(node))),
    attested: before?.apply.bundle === entry.bundle ? before.attested : new Map(),
    awaited: new Set([...(before?.awaited ?? []), ...entry.nodes.filter((node) => !known.includes(node))]),
    scripted: before?.scripted ?? new Map(),
    unheard: before?.unheard ?? new Set(),
    ...(before?.overwriting === undefined ? {} : { overwriting: before.overwriting }),
    left: [],
  };
}

function scriptWritten(
  one: ActiveMitigation,
  { action, nodes, places, run, overwrites }: ScriptEvent,
): ActiveMitigation {
  const awaited = new Set([...one.awaited, ...nodes]);
  if (action === 'backout') return { ...one, awaited };
  const scripted = new Map(one.scripted);
  for (const node of nodes) scripted.set(node, new Set([...(scripted.get(node) ?? []), ...places]));
  const unheard = new Set([...one.unheard, ...nodes]);
  return { ...one, awaited, scripted, unheard, ...(overwrites === true ? { overwriting: run } : {}) };
}

/** @param whole nothing more is to come from there */
function heardFrom(one: ActiveMitigation, node: string, whole: boolean): ActiveMitigation {
  if (node === '') return one;
  const awaited = whole ? without(one.awaited, node) : new Set([...one.awaited, node]);
  return { ...one, unheard: without(one.unheard, node), awaited };
}

function known(
  { mitigation, action, replaces = [], content }: IntentEvent,
  uid: string | undefined,
  before: KnownObject | undefined,
): KnownObject {
  const others = [...(before?.holders ?? [])].filter((one) => one !== mitigation && !replaces.includes(one));
  const holders = new Set(action === 'claim' ? [...others, mitigation] : others);
  return { content, holders, ...(uid === undefined ? {} : { uid }) };
}

function without(set: ReadonlySet<string>, member: string): ReadonlySet<string> {
  return set.has(member) ? new Set([...set].filter((one) => one !== member)) : set;
}

function attestedNow(
  attested: ReadonlyMap<string, string>,
  { step, done, statement }: { readonly step: string; readonly done: boolean; readonly statement: string },
): ReadonlyMap<string, string> {
  const next = new Map(attested);
  if (done) next.set(step, statement);
  else next.delete(step);
  return next;
}
