// The next safe step to a goal, from any state. Everything is decided anew from the state alone, so a plan that was interrupted anywhere goes on.
// Two phases always: every server can read the target before any server writes with it, and nothing is taken from any server's list while a value
// that needs it is within reach. Kubernetes documentation, "Rotate a decryption key"; what it leaves out: old revisions, backups, restarts.
import { compareText } from '../../../platform/order.ts';
import { faultsOf } from './faults.ts';
import { repairOf } from './repair.ts';
import {
  currentCounts,
  type EncryptionState,
  isAtHand,
  isStarting,
  listsOf,
  neededOf,
  pastCounts,
  showsAbsence,
} from './state.ts';
import type { ApplyStep, Done, Goal, Next, Refused, Step } from './step.ts';
import {
  fingerprintOfId,
  IDENTITY,
  idText,
  listText,
  nameOf,
  sharesName,
  type TransformerId,
} from './transformer-id.ts';

/** The next step, or that the goal is reached, or why nothing is safe and what to do. The same state and goal give the same answer. */
export function planNext(state: EncryptionState, goal: Goal): Next {
  return (
    unplannable(state, goal) ??
    repairOf(state) ??
    unrepairable(state) ??
    meaningless(state) ??
    makeReadable(state, goal) ??
    makeWriter(state, goal) ??
    examine(state) ??
    rewrite(state, goal) ??
    forget(state, goal) ??
    retire(state, goal) ??
    done(state, goal)
  );
}

function unplannable(state: EncryptionState, { target }: Goal): Refused | Step | undefined {
  if (state.servers.length === 0) return refused('no control plane was named', 'name every one of them');
  const [unseen] = state.servers.filter(({ file }) => file.state === 'not-examined');
  if (unseen !== undefined) {
    const reason =
      faultsOf(state).find(({ id, server }) => id === 'server-not-examined' && server === unseen.name)?.reason ?? '';
    return refused(
      reason,
      `examine ${unseen.name}; if it is gone for good, take it out of the cluster and leave it out`,
    );
  }
  if (state.data === undefined) {
    return inspectStep('repair', 'what the data holds decides what must stay readable, and it was not examined');
  }
  if (!isAtHand(state, target)) {
    const way = `give the key file that has it, or make a key with plimsoll encryption keys`;
    return refused(`the key of ${idText(target)} is not at hand`, way);
  }
  const needed = neededOf(state);
  const [twin] = needed.filter((id) => sharesName(id, target));
  if (twin !== undefined && !needed.includes(target)) {
    const reason = `another key has the name ${nameOf(target)} and is in use: a value would not say which of them opens it`;
    return refused(reason, 'take a key with a name of its own');
  }
  return undefined;
}

/** What no configuration can heal. */
function unrepairable(state: EncryptionState): Refused | undefined {
  const lost = [...currentCounts(state)].filter(([id]) => !isAtHand(state, id));
  if (lost.length > 0) {
    const what = lost.map(([id, count]) => `${count} of ${idText(id)}`).join(', ');
    return refused(
      `no key at hand opens these current values: ${what}`,
      'bring the key from where it is kept (plimsoll encryption keys), or restore the objects from a backup whose key is at hand',
    );
  }
  const [unready] = state.servers.filter(({ running }) => running.state === 'loaded' && running.ready === false);
  if (unready === undefined) return undefined;
  if (isStarting(unready, state)) {
    return refused(
      `${unready.name} began a moment ago and is not ready yet`,
      `wait for it, and plan again: nothing else is needed. If it is still not ready after two minutes, ask it for /readyz?verbose`,
    );
  }
  return refused(
    `${unready.name} is not ready, and its configuration is right`,
    `ask ${unready.name} for /readyz?verbose and mend what it names: encryption is not changed on servers that fail`,
  );
}

/** A file that does not do what it says is not built upon: an upgrade of one server would make it encrypt what the others cannot read. */
function meaningless(state: EncryptionState): Refused | undefined {
  const fault = faultsOf(state).find(({ id }) => id === 'entries-ignored');
  if (fault === undefined) return undefined;
  return refused(
    fault.reason,
    `name the resources in their place, in the file of ${fault.server ?? ''} and of every other server (plimsoll encryption lint), or upgrade the servers first`,
  );
}

function makeReadable(state: EncryptionState, { target }: Goal): Step | undefined {
  // A key of the target's name that nothing needs would be taken for it.
  const twin = (id: TransformerId): boolean => sharesName(id, target) && !neededOf(state).includes(id);
  const server = state.servers.find((one) => listsOf(one).some((list) => !list.includes(target) || list.some(twin)));
  const [list] = server === undefined ? [] : listsOf(server);
  if (server === undefined || list === undefined) return undefined;
  const twins = list.filter(twin);
  if (twins.length > 0 && !showsAbsence(state)) {
    return inspectStep('readable', `${twins.map(idText).join(', ')} leaves if the data shows that nothing needs it`);
  }
  const kept = list.filter((id) => id !== target && !twin(id));
  return applyStep('readable', server.name, [...kept, target], {
    reason: `${server.name} must be able to read ${idText(target)} before any server writes with it; it still writes with ${nameOf(kept[0] ?? target)}`,
    before: ['state-unchanged', 'key-fingerprints', 'all-ready'],
    after: ['server-ready', 'canary-from-server'],
  });
}

function makeWriter(state: EncryptionState, { target }: Goal): Step | undefined {
  const server = state.servers.find((one) => listsOf(one).some(([writer]) => writer !== target));
  const [list] = server === undefined ? [] : listsOf(server);
  if (server === undefined || list === undefined) return undefined;
  return applyStep('write', server.name, [target, ...list.filter((id) => id !== target)], {
    reason: `every server can read ${idText(target)}: ${server.name} may write with it`,
    before: ['state-unchanged', 'key-fingerprints', 'all-ready', 'canary-each-way'],
    after: ['server-ready', 'canary-from-server'],
  });
}

/** From here on what is not in the data decides: it must be the whole of today. */
function examine(state: EncryptionState): Step | undefined {
  if (showsAbsence(state)) return undefined;
  const reason = faultsOf(state).find(({ id }) => id === 'data-not-current')?.reason;
  return inspectStep('rewrite', `${reason ?? ''}; what is removed next is judged by it`);
}

function rewrite(state: EncryptionState, { target }: Goal): Step | undefined {
  const others = [...currentCounts(state)].filter(([id]) => id !== target);
  if (others.length === 0) return undefined;
  return {
    kind: 'rewrite',
    phase: 'rewrite',
    reason: `every server writes with ${idText(target)}; current values of others are left: ${countsText(others)}`,
    before: ['state-unchanged', 'all-ready', 'canary-each-way'],
    after: ['data-examined'],
  };
}

function forget(state: EncryptionState, { target }: Goal): Step | undefined {
  const others = [...pastCounts(state)].filter(([id]) => id !== target);
  if (others.length === 0) return undefined;
  return {
    kind: 'compact',
    phase: 'forget',
    reason: `old revisions within reach hold values of others: ${countsText(others)}; a list or watch at such a revision reads them`,
    before: ['state-unchanged', 'all-ready'],
    after: ['members-compacted', 'data-examined'],
  };
}

function retire(state: EncryptionState, { target }: Goal): Step | Refused | undefined {
  const server = state.servers.find((one) => listsOf(one).some((list) => list.length > 1));
  if (server === undefined) return undefined;
  const leaving = new Set(
    state.servers
      .flatMap(listsOf)
      .flat()
      .filter((id) => id !== target),
  );
  const kept = new Set([IDENTITY, target, ...state.escrowed]);
  const unread = state.backups.filter(({ whole }) => !whole);
  if (unread.length > 0) {
    const names = unread.map(({ name }) => name).join(', ');
    return refused(
      `which keys these backups need is not known: ${names}`,
      'examine them whole, or name them no longer',
    );
  }
  for (const id of [...leaving].sort(compareText)) {
    if (kept.has(id)) continue;
    const backups = state.backups.filter(({ transformers }) => transformers.includes(id)).map(({ name }) => name);
    if (backups.length === 0) continue;
    return refused(
      `${idText(id)} must stay: the backups ${backups.join(', ')} need it, and no receipt says who keeps the key`,
      `have the key kept and the receipt recorded (plimsoll encryption keys), or let these backups go once newer ones are there`,
    );
  }
  const removed = listsOf(server)
    .flat()
    .filter((id, index, all) => id !== target && all.indexOf(id) === index);
  return applyStep('retire', server.name, [target], {
    reason: `nothing within reach needs ${listText(removed)}: ${server.name} keeps ${idText(target)} alone`,
    before: ['state-unchanged', 'all-ready', 'canary-each-way', 'backup-since-rewrite'],
    after: ['server-ready', 'canary-from-server'],
  });
}

function done({ servers }: EncryptionState, { target }: Goal): Done {
  const what = target === IDENTITY ? 'nothing is encrypted' : `everything within reach is of ${idText(target)}`;
  return { kind: 'done', reason: `${what}, and the ${servers.length} servers have it alone` };
}

function applyStep(
  phase: ApplyStep['phase'],
  server: string,
  transformers: readonly TransformerId[],
  rest: Pick<ApplyStep, 'reason' | 'before' | 'after'>,
): Step {
  return { kind: 'apply', phase, server, transformers, ...rest };
}

function inspectStep(phase: Step['phase'], reason: string): Step {
  return { kind: 'inspect', phase, reason, before: [], after: ['data-examined'] };
}

function refused(reason: string, wayOut: string): Refused {
  return { kind: 'refused', reason, wayOut };
}

function countsText(counts: readonly (readonly [TransformerId, number])[]): string {
  const sorted = [...counts].sort(([a], [b]) => compareText(a, b));
  return sorted
    .map(([id, count]) => `${count} of ${fingerprintOfId(id) === undefined ? nameOf(id) : idText(id)}`)
    .join(', ');
}
