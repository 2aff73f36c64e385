// The checks by canaries: each way through all servers, from one server to all, and what a process writes of which nothing is known.

import type { Resource } from '../../../kubernetes/api/resource.ts';
import { ServerError } from '../../../kubernetes/transport/server-error.ts';
import { messageOf } from '../../../platform/errors.ts';
import { nameOf, type TransformerId } from '../plan/transformer-id.ts';
import {
  CANARY_NAMESPACE,
  type CanaryServer,
  canaryName,
  canaryResource,
  deleteCanary,
  readsCanary,
  writeCanary,
} from './canary.ts';
import type { CheckResult } from './check-result.ts';
import { isWrittenBy } from './stored-writer.ts';

/** What the checks need. */
export interface CanaryWorld {
  readonly resource: string;
  /** All servers of the cluster. */
  readonly servers: readonly CanaryServer[];
  readonly nonce: string;
  /** Begin of a stored value: `secrets/NAMESPACE/NAME`. */
  readonly stored: (path: string) => Promise<Buffer | undefined>;
}

type Outcome = Pick<CheckResult, 'outcome' | 'reason'>;

/** A canary through each server, read through each one. */
export async function canaryEachWay(world: CanaryWorld): Promise<Outcome> {
  for (const writer of world.servers) {
    const outcome = await canaryFrom(world, writer);
    if (outcome.outcome !== 'passed') return outcome;
  }
  const names = world.servers.map(({ name }) => name).join(', ');
  return { outcome: 'passed', reason: `what each of ${names} writes, each of them reads` };
}

/** A canary through one server, read through each one. @param writes what its stored value must name; anything when absent */
export async function canaryFrom(world: CanaryWorld, writer: CanaryServer, writes?: TransformerId): Promise<Outcome> {
  return withCanary(world, writer, async (resource) => {
    for (const { name, client } of world.servers) {
      try {
        if (await readsCanary(resource, client, writer.name, world.nonce)) continue;
        return failed(`${name} gives another object than ${writer.name} wrote`);
      } catch (error) {
        return failed(`${name} cannot read what ${writer.name} writes: ${messageOf(error)}`);
      }
    }
    return writes === undefined
      ? { outcome: 'passed', reason: `what ${writer.name} writes, every server reads` }
      : await writerOutcome(world, resource, writer, [writes]);
  });
}

/** What a process writes of which nothing is known: it must be of what the plan knows. One where nobody listens writes nothing. */
export async function canaryOfUnknown(
  world: CanaryWorld,
  writer: CanaryServer,
  needed: readonly TransformerId[],
): Promise<Outcome> {
  return withCanary(world, writer, (resource) => writerOutcome(world, resource, writer, needed), true);
}

async function writerOutcome(
  { stored }: CanaryWorld,
  { plural }: Resource,
  writer: CanaryServer,
  allowed: readonly TransformerId[],
): Promise<Outcome> {
  const names = [...new Set(allowed.map(nameOf))].join(', ');
  let head: Buffer | undefined;
  try {
    head = await stored(`${plural}/${CANARY_NAMESPACE}/${canaryName(writer.name)}`);
  } catch (error) {
    return {
      outcome: 'not-known',
      reason: `with what ${writer.name} writes cannot be read from etcd: ${messageOf(error)}`,
    };
  }
  if (head === undefined) return { outcome: 'not-known', reason: `etcd has no canary of ${writer.name}` };
  const found = head;
  const by = allowed.find((id) => isWrittenBy(found, id));
  if (by === undefined) return failed(`${writer.name} writes with something else than ${names}`);
  return { outcome: 'passed', reason: `what ${writer.name} writes is stored as of ${nameOf(by)}` };
}

/** The canary goes in any case, through the server that wrote it: it is the one that can read it. */
async function withCanary(
  world: CanaryWorld,
  writer: CanaryServer,
  work: (resource: Resource) => Promise<Outcome>,
  mayBeDown = false,
): Promise<Outcome> {
  const resource = canaryResource(world.resource);
  if (resource === undefined) {
    return { outcome: 'not-known', reason: `there are canaries of Secrets and ConfigMaps, none of ${world.resource}` };
  }
  try {
    await writeCanary(resource, writer, world.nonce);
  } catch (error) {
    if (mayBeDown && error instanceof ServerError && error.kind === 'unreachable') {
      return { outcome: 'passed', reason: `nobody can write through ${writer.name}: ${error.message}` };
    }
    return failed(`a canary cannot be written through ${writer.name}: ${messageOf(error)}`);
  }
  const outcome = await work(resource);
  try {
    await deleteCanary(resource, writer);
  } catch (error) {
    // Not a reason to go back: the next run of this node takes it again.
    const left = `its canary ${CANARY_NAMESPACE}/${canaryName(writer.name)} is left`;
    const worse = outcome.outcome === 'passed' ? 'not-known' : outcome.outcome;
    return { outcome: worse, reason: `${outcome.reason}; ${left}: ${messageOf(error)}` };
  }
  return outcome;
}

function failed(reason: string): Outcome {
  return { outcome: 'failed', reason };
}
