// What is wrong with a state, by name: a server that cannot read what is stored or what another one writes, keys that differ or are lost, processes
// that are not what their file says. Every state in which a value could not be read by some server has an error here.
import { compareText } from '../../../platform/order.ts';
import {
  currentCounts,
  type EncryptionState,
  isAtHand,
  listsOf,
  pastCounts,
  type ServerState,
  showsAbsence,
  writersOf,
} from './state.ts';
import {
  fingerprintOfId,
  idText,
  listText,
  nameOf,
  sameList,
  sharesName,
  type TransformerId,
} from './transformer-id.ts';

/** Kinds of fault. */
export type FaultId =
  | 'server-not-examined'
  | 'server-down'
  | 'server-not-ready'
  | 'server-not-asked'
  | 'process-unknown'
  | 'process-differs-from-file'
  | 'file-broken'
  | 'entries-ignored'
  | 'values-unreadable'
  | 'writes-unreadable'
  | 'same-name-other-key'
  | 'key-lost'
  | 'key-only-in-memory'
  | 'different-writers'
  | 'different-readers'
  | 'mixed-values'
  | 'data-not-examined'
  | 'data-not-current';

/** One thing that is wrong. */
export interface Fault {
  readonly id: FaultId;
  /** `error`: a value cannot be read, could become unreadable at a restart, or this cannot be told. `warning`: half-done, and safe as it is. */
  readonly weight: 'error' | 'warning';
  readonly server?: string;
  readonly transformer?: TransformerId;
  readonly reason: string;
}

/** All faults, errors first, then by id, server, transformer. None: every server is up, alike, and reads all that there is. */
export function faultsOf(state: EncryptionState): readonly Fault[] {
  const faults = [
    ...state.servers.flatMap(serverFaults),
    ...state.servers.flatMap((server) => readingFaults(server, state)),
    ...keyFaults(state),
    ...differenceFaults(state),
    ...dataFaults(state),
  ];
  return faults.sort(
    (a, b) =>
      compareText(a.weight, b.weight) ||
      compareText(a.id, b.id) ||
      compareText(a.server ?? '', b.server ?? '') ||
      compareText(a.transformer ?? '', b.transformer ?? ''),
  );
}

function serverFaults({ name, file, running }: ServerState): readonly Fault[] {
  const faults: Fault[] = [];
  const add = (id: FaultId, reason: string): void => void faults.push({ id, weight: 'error', server: name, reason });
  if (file.state === 'not-examined') add('server-not-examined', `${name} was not examined: ${file.reason}`);
  if (file.state === 'broken') add('file-broken', `${name} could not start with its configuration: ${file.reason}`);
  if (file.state === 'read' && file.ignored !== undefined) {
    const reason = `${name} is of a release that takes ${file.ignored.join(', ')} for names of resources that nobody has: it encrypts nothing by them`;
    faults.push({ id: 'entries-ignored', weight: 'warning', server: name, reason });
  }
  if (running.state === 'down') add('server-down', `${name} is down; it would come back with what its file says`);
  if (running.state === 'unknown') add('process-unknown', `what the process of ${name} loaded is not known`);
  if (running.state !== 'loaded') return faults;
  if (running.ready === undefined) {
    faults.push({
      id: 'server-not-asked',
      weight: 'warning',
      server: name,
      reason: `${name} was not asked whether it is ready`,
    });
  }
  if (running.ready === false) add('server-not-ready', `${name} runs and is not ready`);
  if (file.state === 'read' && !sameList(file.transformers, running.transformers)) {
    const lists = `loaded ${listText(running.transformers)}, its file says ${listText(file.transformers)}`;
    add('process-differs-from-file', `the process of ${name} ${lists}: a restart would change it`);
  }
  return faults;
}

/** What a server cannot read, or could not after a start. */
function readingFaults(server: ServerState, state: EncryptionState): readonly Fault[] {
  const missing = (id: TransformerId): boolean => listsOf(server).some((list) => !list.includes(id));
  const now = (id: TransformerId): string =>
    server.running.state === 'loaded' && !server.running.transformers.includes(id) ? '' : ' after a restart';
  const current = currentCounts(state);
  const past = pastCounts(state);
  const stored = new Set([...current.keys(), ...past.keys()]);
  const values = [...stored].filter(missing).map((transformer): Fault => {
    const counts = `${current.get(transformer) ?? 0} current, ${past.get(transformer) ?? 0} old`;
    const reason = `${server.name} cannot read${now(transformer)} the values of ${idText(transformer)}: ${counts}`;
    return { id: 'values-unreadable', weight: 'error', server: server.name, transformer, reason };
  });
  const writes = [...writersOf(state)].filter(missing).map((transformer): Fault => {
    const by = state.servers.filter((other) => listsOf(other).some(([writer]) => writer === transformer));
    const reason = `${server.name} cannot read${now(transformer)} what ${by.map(({ name }) => name).join(', ')} writes with ${idText(transformer)}`;
    return { id: 'writes-unreadable', weight: 'error', server: server.name, transformer, reason };
  });
  return [...values, ...writes];
}

function keyFaults(state: EncryptionState): readonly Fault[] {
  const configured = state.servers.flatMap(listsOf).flat();
  const stored = [...currentCounts(state).keys(), ...pastCounts(state).keys()];
  const known = [...new Set([...configured, ...stored])];
  const faults: Fault[] = [];
  for (const transformer of known) {
    const twins = known.filter((other) => fingerprintOfId(other) !== undefined && sharesName(other, transformer));
    // Told once a pair; values that no known key opens are told as lost.
    if (fingerprintOfId(transformer) !== undefined && twins.some((twin) => twin < transformer)) {
      const reason = `two keys are named ${nameOf(transformer)}: ${[...twins, transformer].sort(compareText).map(placesIn(state)).join('; ')}`;
      faults.push({ id: 'same-name-other-key', weight: 'error', transformer, reason });
    }
    if (isAtHand(state, transformer)) continue;
    const holders = state.servers.filter(({ running }) => loads(running, transformer)).map(({ name }) => name);
    const where = holders.join(', ');
    const reason =
      holders.length > 0
        ? `the key of ${idText(transformer)} is in the process of ${where} alone, in no file: a restart would lose it`
        : `no key at hand opens the values of ${idText(transformer)}`;
    const id = holders.length > 0 ? 'key-only-in-memory' : 'key-lost';
    faults.push({ id, weight: 'error', transformer, reason });
  }
  return faults;
}

function differenceFaults(state: EncryptionState): readonly Fault[] {
  const faults: Fault[] = [];
  const writers = [...writersOf(state)].sort(compareText);
  if (writers.length > 1) {
    const reason = `servers write with different keys: ${writers.map(idText).join(', ')}`;
    faults.push({ id: 'different-writers', weight: 'warning', reason });
  }
  const lists = new Set(state.servers.flatMap(listsOf).map((list) => list.join(' ')));
  if (lists.size > 1 && writers.length <= 1) {
    faults.push({ id: 'different-readers', weight: 'warning', reason: 'servers read with different lists' });
  }
  const current = [...currentCounts(state).entries()].sort(([a], [b]) => compareText(a, b));
  if (current.length > 1) {
    const counts = current.map(([id, count]) => `${count} by ${idText(id)}`).join(', ');
    faults.push({ id: 'mixed-values', weight: 'warning', reason: `current values are of several writers: ${counts}` });
  }
  return faults;
}

function dataFaults(state: EncryptionState): readonly Fault[] {
  const { data } = state;
  if (data === undefined) {
    return [{ id: 'data-not-examined', weight: 'error', reason: 'what the data holds was not examined' }];
  }
  if (showsAbsence(state)) return [];
  const why = data.unread.length > 0 ? `not read: ${data.unread.join('; ')}` : `it is of ${data.observedAt}`;
  const reason = `what the data holds is not the whole of today (${why}): no key counts as unused`;
  return [{ id: 'data-not-current', weight: 'warning', reason }];
}

function loads(running: ServerState['running'], id: TransformerId): boolean {
  return running.state === 'loaded' && running.transformers.includes(id);
}

function placesIn({ servers, data }: EncryptionState): (id: TransformerId) => string {
  return (id) => {
    const on = servers.filter((server) => listsOf(server).some((list) => list.includes(id))).map(({ name }) => name);
    const stored = data?.values.some(({ transformer }) => transformer === id) === true ? ['the data'] : [];
    return `${idText(id)} on ${[...on, ...stored].join(', ') || 'no server'}`;
  };
}
