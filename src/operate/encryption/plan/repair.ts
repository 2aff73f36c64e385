// The first part of every plan: from any state to one in which every server is up, runs what its file says, and reads everything that is stored or
// that any server writes. Each step makes one server right and takes no reading from any server.
import { compareText } from '../../../platform/order.ts';
import { faultsOf } from './faults.ts';
import {
  currentCounts,
  type EncryptionState,
  isAtHand,
  listsOf,
  neededOf,
  pastCounts,
  type ServerState,
  showsAbsence,
  writersOf,
} from './state.ts';
import type { Refused, Step } from './step.ts';
import { IDENTITY, idText, sameList, sharesName, type TransformerId } from './transformer-id.ts';

interface Repair {
  readonly server: ServerState;
  /**
   * 0: it serves nothing, or what it does is not known. 1: it writes what another one cannot read, and can be given a writer that all can. 2: it cannot
   * read all, or would change at a restart.
   */
  readonly urgency: 0 | 1 | 2;
  /** Current values of its new writer: of two servers that cannot read each other, the one with fewer of them changes. */
  readonly weight: number;
  /** The list that it shall have, in file and process. */
  readonly transformers: readonly TransformerId[];
}

/** The step that comes before anything else, or why none is safe; undefined when every server is right. */
export function repairOf(state: EncryptionState): Step | Refused | undefined {
  const repairs = state.servers.flatMap((server) => serverRepair(server, state) ?? []);
  repairs.sort((a, b) => a.urgency - b.urgency || b.weight - a.weight || compareText(a.server.name, b.server.name));
  const startable = repairs.filter(({ server }) => lostByStart(server, state).length === 0);
  const safe = startable.find((repair) => !beginsPlain(repair, state));
  if (safe !== undefined) return stepOf(safe, state);
  const unsafe = repairs.find((repair) => !startable.includes(repair));
  if (unsafe !== undefined) return refusal(unsafe.server, state);
  const [plain] = startable;
  return plain === undefined ? undefined : plainRefusal(plain.server, state);
}

/** Whether a server would begin to write plain text while others write with keys, and none of these is at hand. */
function beginsPlain({ transformers }: Repair, state: EncryptionState): boolean {
  const writers = writersOf(state);
  return transformers[0] === IDENTITY && writers.size > 0 && !writers.has(IDENTITY);
}

function serverRepair(server: ServerState, state: EncryptionState): Repair | undefined {
  const { file, running } = server;
  const writer = writerFor(server, state);
  const fits = (list: readonly TransformerId[]): boolean => fitsServer(list, writer, server, state);
  // The file as it is, where it will do: a start changes less than a new file.
  const fileFits = file.state === 'read' && fits(file.transformers) && droppedByStart(server, state).length === 0;
  const right = running.state === 'loaded' && fileFits && sameList(running.transformers, file.transformers);
  if (right) return undefined;
  const transformers = fileFits ? file.transformers : listWith(writer, server, state);
  const stopsHarm = unreadWriters(server, state).length > 0 && isReadByOthers(transformers[0] ?? '', server, state);
  const urgency = running.state !== 'loaded' ? 0 : stopsHarm ? 1 : 2;
  return { server, urgency, weight: currentCounts(state).get(writer) ?? 0, transformers };
}

/** Whether a server may have this list: it reads all that is needed, and what it writes can be read by the others, or by no choice of writer. */
function fitsServer(
  list: readonly TransformerId[],
  writer: TransformerId | undefined,
  server: ServerState,
  state: EncryptionState,
): boolean {
  const [own] = list;
  if (own === undefined || (own !== writer && !isReadByOthers(own, server, state))) return false;
  return neededOf(state).every((id) => list.includes(id)) && !list.some((id) => isStray(id, state));
}

/**
 * What a server should write with: what it does now, when all others can read that; else what they all can read, of most values first; else what it
 * does now, and the others will learn to read it. No server begins to write plain text by a repair where none does.
 */
function writerFor(server: ServerState, state: EncryptionState): TransformerId {
  const counts = currentCounts(state);
  const own = listsOf(server).map(([first]) => first);
  const common = [...new Set([...writersOf(state), ...counts.keys(), ...state.servers.flatMap(listsOf).flat()])];
  const byValues = (a: TransformerId, b: TransformerId): number =>
    (counts.get(b) ?? 0) - (counts.get(a) ?? 0) || compareText(a, b);
  const candidates = [...own, ...common.sort(byValues)].filter(
    (id): id is TransformerId =>
      id !== undefined && isAtHand(state, id) && !isTwin(id, state) && (id !== IDENTITY || writersOf(state).has(id)),
  );
  return candidates.find((id) => isReadByOthers(id, server, state)) ?? candidates[0] ?? IDENTITY;
}

function isReadByOthers(id: TransformerId, server: ServerState, { servers }: EncryptionState): boolean {
  return servers.every((other) => other === server || listsOf(other).every((list) => list.includes(id)));
}

/** What a server writes with, or would after a start, and another one cannot read. */
function unreadWriters(server: ServerState, state: EncryptionState): readonly TransformerId[] {
  const own = new Set(listsOf(server).flatMap(([first]) => first ?? []));
  return [...own].filter((id) => !isReadByOthers(id, server, state));
}

/** A key that nothing needs under a name that is needed with another key: aescbc takes one value in 256 for its own, and gives rubbish. */
function isTwin(id: TransformerId, state: EncryptionState): boolean {
  const needed = neededOf(state);
  return !needed.includes(id) && needed.some((other) => sharesName(id, other));
}

/** A twin that may be taken away: the data shows that nothing needs it. */
function isStray(id: TransformerId, state: EncryptionState): boolean {
  return showsAbsence(state) && isTwin(id, state);
}

/** The writer, then all that the server reads now, then what else is needed. */
function listWith(writer: TransformerId, server: ServerState, state: EncryptionState): readonly TransformerId[] {
  const all = new Set([writer, ...listsOf(server).flat(), ...neededOf(state)]);
  return [...all].filter((id) => isAtHand(state, id) && !isStray(id, state));
}

/** What only the process of this server can read, or may, and something needs: no start could bring it back. */
function lostByStart({ running }: ServerState, state: EncryptionState): readonly TransformerId[] {
  if (running.state === 'down') return [];
  const used = new Set([...writersOf(state), ...currentCounts(state).keys(), ...pastCounts(state).keys()]);
  const lost = [...used].filter((id) => !isAtHand(state, id));
  // A process of which nothing is known may have any key.
  return lost.filter((id) => running.state === 'unknown' || running.transformers.includes(id)).sort(compareText);
}

/** What the process reads and its file does not, while the data does not show that nothing needs it: written since, it would be lost by a start. */
function droppedByStart({ file, running }: ServerState, state: EncryptionState): readonly TransformerId[] {
  if (running.state !== 'loaded' || file.state !== 'read' || showsAbsence(state)) return [];
  return running.transformers.filter((id) => !file.transformers.includes(id) && isAtHand(state, id));
}

function stepOf({ server, urgency, transformers }: Repair, state: EncryptionState): Step {
  const writes = `${server.name} writes with ${unreadWriters(server, state).map(idText).join(', ')}, which another server cannot read`;
  const faults = faultsOf(state).filter(({ server: name, weight }) => name === server.name && weight === 'error');
  const reasons = [...(urgency === 1 ? [writes] : []), ...faults.map(({ reason }) => reason)];
  const checks: Pick<Step, 'phase' | 'reason' | 'before' | 'after'> = {
    phase: 'repair',
    reason: reasons.join('; ') || `${server.name} has another key under a name that is in use`,
    before: state.servers.some(({ running }) => running.state === 'unknown')
      ? ['state-unchanged', 'key-fingerprints', 'canary-of-unknown']
      : ['state-unchanged', 'key-fingerprints'],
    after: ['server-ready', 'canary-from-server'],
  };
  const asItIs = server.file.state === 'read' && sameList(server.file.transformers, transformers);
  return asItIs
    ? { kind: 'restart', server: server.name, ...checks }
    : { kind: 'apply', server: server.name, transformers, ...checks };
}

function refusal(server: ServerState, state: EncryptionState): Refused {
  const lost = lostByStart(server, state).map(idText).join(', ');
  const has = server.running.state === 'unknown' ? 'may have the key' : 'alone has the key';
  return {
    kind: 'refused',
    reason: `${server.name} must not be started again: its process ${has} of ${lost}, and no file has it`,
    wayOut: `bring the key from where it is kept; or read every object through ${server.name} while it runs, and keep a copy`,
  };
}

function plainRefusal(server: ServerState, state: EncryptionState): Refused {
  const writers = [...writersOf(state)].sort(compareText).map(idText).join(', ');
  return {
    kind: 'refused',
    reason: `${server.name} could do nothing but write plain text: the key of ${writers} is not at hand`,
    wayOut: 'bring the key from where it is kept (plimsoll encryption keys)',
  };
}
