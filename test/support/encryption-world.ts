// API servers and their data as a plan meets them, without any process: servers read and write by the configuration that they loaded, crash and
// come back with what their file says, while clients write and delete. For the laws of the encryption plan.
import type { EncryptionState, OnDisk, Running } from '../../src/operate/encryption/plan/state.ts';
import type { Step } from '../../src/operate/encryption/plan/step.ts';
import type { TransformerId } from '../../src/operate/encryption/plan/transformer-id.ts';

/** A server: absent `running` is down. */
export interface WorldServer {
  readonly file: readonly TransformerId[];
  readonly running?: readonly TransformerId[];
  /** Nobody can tell what the process loaded. */
  readonly opaque?: boolean;
}

/** Everything that is, and what was last seen of the data. */
export interface World {
  readonly servers: readonly WorldServer[];
  readonly current: readonly TransformerId[];
  readonly old: readonly TransformerId[];
  readonly seen: { readonly current: readonly TransformerId[]; readonly old: readonly TransformerId[] };
  /** Whether a process began after the data was seen. */
  readonly stale: boolean;
}

/** Transformers with neither key nor configuration in any file, whose keys are at hand. */
export interface KeyRing {
  readonly atHand: readonly TransformerId[];
}

const SEEN_AT = '2026-01-02T00:00:00.000Z';

/** What a plan is told of a world. */
export function observed(world: World, { atHand }: KeyRing): EncryptionState {
  const counts = [...new Set([...world.seen.current, ...world.seen.old])].sort();
  return {
    servers: world.servers.map(({ file, running, opaque }, index) => ({
      name: `s${index + 1}`,
      file: onDisk(file),
      running: runningOf(running, opaque === true, world),
    })),
    data: {
      observedAt: SEEN_AT,
      values: counts.map((transformer) => ({
        holder: 'm1',
        transformer,
        current: world.seen.current.includes(transformer) ? 1 : 0,
        old: world.seen.old.includes(transformer) ? 1 : 0,
        deleted: 0,
      })),
      unread: [],
    },
    backups: [],
    atHand,
    escrowed: [],
  };
}

/** An empty file stands for one that no server could start with. */
function onDisk(file: readonly TransformerId[]): OnDisk {
  return file.length === 0 ? { state: 'broken', reason: 'no provider' } : { state: 'read', transformers: file };
}

function runningOf(running: readonly TransformerId[] | undefined, opaque: boolean, world: World): Running {
  if (running === undefined) return { state: 'down' };
  if (opaque) return { state: 'unknown' };
  const startedAt = world.stale ? '2026-01-03T00:00:00.000Z' : '2026-01-01T00:00:00.000Z';
  // A list of all Secrets fails on one that cannot be read: such a server does not become ready.
  return {
    state: 'loaded',
    transformers: running,
    startedAt,
    ready: world.current.every((id) => running.includes(id)),
  };
}

/** Both ways a step can end: after its last act, or killed within it. */
export function takeStep(world: World, step: Step, target: TransformerId): { done: World; killed: readonly World[] } {
  switch (step.kind) {
    case 'apply': {
      const at = indexOf(step.server);
      const written = withServer(world, at, (server) => ({ ...server, file: step.transformers }));
      return { done: start(written, at), killed: [written, stop(written, at)] };
    }
    case 'restart':
      return { done: start(world, indexOf(step.server)), killed: [stop(world, indexOf(step.server))] };
    case 'rewrite': {
      const old = union(
        world.old,
        world.current.filter((id) => id !== target),
      );
      return {
        done: { ...world, current: world.current.length === 0 ? [] : [target], old },
        killed: [{ ...world, current: union(world.current, [target]), old }],
      };
    }
    case 'compact':
      return { done: { ...world, old: [] }, killed: [world] };
    case 'inspect':
      return { done: look(world), killed: [world] };
  }
}

/** The data is examined. */
export function look(world: World): World {
  return { ...world, seen: { current: world.current, old: world.old }, stale: false };
}

/** All that may happen by itself in one moment: clients write and delete through any server, servers crash and come back, old revisions go. */
export function happenings(world: World): readonly World[] {
  const worlds: World[] = [];
  for (const [at, { file, running }] of world.servers.entries()) {
    const [writer] = running ?? [];
    if (running === undefined) worlds.push(...(file.length === 0 ? [] : [start(world, at)]));
    else worlds.push(stop(world, at));
    if (writer === undefined) continue;
    worlds.push({ ...world, current: union(world.current, [writer]) });
    for (const id of world.current) {
      worlds.push({ ...world, current: union(without(world.current, id), [writer]), old: union(world.old, [id]) });
    }
  }
  for (const id of world.current) {
    worlds.push({ ...world, current: without(world.current, id), old: union(world.old, [id]) });
  }
  if (world.old.length > 0) worlds.push({ ...world, old: [] });
  return worlds;
}

/** A process of the server begins with its file. */
export function start(world: World, at: number): World {
  return {
    ...withServer(world, at, ({ file }) => ({ file, ...(file.length === 0 ? {} : { running: file }) })),
    stale: true,
  };
}

function stop(world: World, at: number): World {
  return withServer(world, at, ({ file }) => ({ file }));
}

/** `SERVER TRANSFORMER` for everything within reach, or about to be written, that a server reads now and would after a restart. */
export function readable(world: World): ReadonlySet<string> {
  const ids = [
    ...new Set([...world.current, ...world.old, ...world.servers.flatMap(({ running }) => running?.[0] ?? [])]),
  ];
  const pairs = world.servers.flatMap(({ file, running }, index) =>
    ids.flatMap((id) => [
      ...(running?.includes(id) === true ? [`s${index + 1} ${id}`] : []),
      ...(file.includes(id) ? [`s${index + 1} after a restart ${id}`] : []),
    ]),
  );
  return new Set(pairs);
}

/** The same for what cannot be read: by running servers, and by any server after a start. */
export function unreadable(world: World): readonly string[] {
  const writers = world.servers.flatMap(({ file, running }) => [file[0] ?? [], running?.[0] ?? []].flat());
  const ids = [...new Set([...world.current, ...world.old, ...writers])];
  return world.servers.flatMap(({ file, running }, index) =>
    ids.flatMap((id) => [
      ...(running !== undefined && !running.includes(id) ? [`s${index + 1} ${id}`] : []),
      ...(file.includes(id) ? [] : [`s${index + 1} after a restart ${id}`]),
    ]),
  );
}

/** One text a world. */
export function keyOf(world: World): string {
  return JSON.stringify(world);
}

function withServer(world: World, at: number, change: (server: WorldServer) => WorldServer): World {
  return { ...world, servers: world.servers.map((server, index) => (index === at ? change(server) : server)) };
}

function indexOf(server: string): number {
  return Number(server.slice(1)) - 1;
}

function union(a: readonly TransformerId[], b: readonly TransformerId[]): readonly TransformerId[] {
  return [...new Set([...a, ...b])].sort();
}

function without(list: readonly TransformerId[], id: TransformerId): readonly TransformerId[] {
  return list.filter((other) => other !== id);
}
