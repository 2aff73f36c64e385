// What a state becomes by a step, when nothing else happens meanwhile: for the written list of the steps to come.
import type { DataState, EncryptionState, OnDisk, Running, ServerState, ValueCount } from './state.ts';
import type { Step } from './step.ts';
import type { TransformerId } from './transformer-id.ts';

/** The state after the step, with the data examined again. */
export function afterStep(state: EncryptionState, step: Step, target: TransformerId): EncryptionState {
  switch (step.kind) {
    case 'apply':
      return withServer(state, step.server, step.transformers);
    case 'restart':
      return withServer(state, step.server);
    case 'rewrite':
      return withData(state, (values) => rewritten(values, target));
    case 'compact':
      return withData(state, (values) => values.map((value) => ({ ...value, old: 0, deleted: 0 })));
    case 'inspect':
      return withData(state, (values) => values);
  }
}

/** @param transformers the new file; the one it has when absent */
function withServer(state: EncryptionState, name: string, transformers?: readonly TransformerId[]): EncryptionState {
  const changed = (server: ServerState): ServerState => {
    const file: OnDisk = transformers === undefined ? server.file : { state: 'read', transformers };
    const loaded = file.state === 'read' ? file.transformers : [];
    const running: Running = { state: 'loaded', transformers: loaded, startedAt: '', ready: true };
    return { ...server, file, running };
  };
  return { ...state, servers: state.servers.map((server) => (server.name === name ? changed(server) : server)) };
}

function withData(
  state: EncryptionState,
  change: (values: readonly ValueCount[]) => readonly ValueCount[],
): EncryptionState {
  if (state.data === undefined) return state;
  const data: DataState = { observedAt: state.data.observedAt, values: change(state.data.values), unread: [] };
  // The data is examined after all that has begun.
  const servers = state.servers.map(
    (server): ServerState =>
      server.running.state === 'loaded' ? { ...server, running: { ...server.running, startedAt: '' } } : server,
  );
  return { ...state, servers, data };
}

/** Current values of others become old ones; new ones take their place. */
function rewritten(values: readonly ValueCount[], target: TransformerId): readonly ValueCount[] {
  const result = values.map((value) =>
    value.transformer === target ? value : { ...value, current: 0, old: value.old + value.current },
  );
  for (const { holder, transformer, current } of values) {
    if (transformer === target || current === 0) continue;
    const index = result.findIndex((value) => value.holder === holder && value.transformer === target);
    const found = result[index];
    if (found === undefined) result.push({ holder, transformer: target, current, old: 0, deleted: 0 });
    else result[index] = { ...found, current: found.current + current };
  }
  return result;
}
