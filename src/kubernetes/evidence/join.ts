// Puts the parts of nodes and what the API server says together, and sees to it that they are of one cluster: no node twice, none that the server does not
// know, none whose machine is another one than the server says (nodeInfo.machineID; systemd's machine-id(5) wants it told only as a hash).
import { createHash } from 'node:crypto';
import { LimitError, PlimsollError } from '../../platform/errors.ts';
import { compareGaps, type Gap } from '../../platform/gap.ts';
import { LIMITS } from '../../platform/limits.ts';
import { compareText } from '../../platform/order.ts';
import type { ClusterIdentity, EvidenceBundle, NodeEvidence, ObjectEvidence } from './evidence.ts';

/** What an API server said. */
export interface ClusterEvidence {
  readonly identity: ClusterIdentity;
  readonly objects: readonly ObjectEvidence[];
  readonly gaps: readonly Gap[];
  /** Nodes that the server knows, with the hash of their machine's id; undefined when it would not say. */
  readonly nodes?: ReadonlyMap<string, string | undefined> | undefined;
}

/** A node's part, and the file that it came from. */
export interface NodePart {
  readonly file: string;
  readonly evidence: NodeEvidence;
}

/** The hash of a machine's id as the collector makes it. */
export function machineHash(machineId: string): string {
  return createHash('sha256').update(`plimsoll-evidence ${machineId}\n`).digest('hex');
}

/**
 * The bundle of all parts.
 * @throws PlimsollError `usage` for a node that is there twice, or a part of another cluster; LimitError
 */
export function joinEvidence(
  parts: readonly NodePart[],
  cluster: ClusterEvidence | undefined,
  tool: EvidenceBundle['tool'],
): EvidenceBundle {
  if (parts.length > LIMITS.evidenceNodes) throw new LimitError(`more than ${LIMITS.evidenceNodes} parts of nodes`);
  refuseDoubles(parts, cluster);
  if (cluster?.nodes !== undefined) refuseStrangers(parts, cluster, cluster.nodes);
  const nodes = parts.map(({ evidence }) => evidence).sort((a, b) => compareText(a.node, b.node));
  const gaps = [...nodes.flatMap(unreadOf), ...missingNodes(nodes, cluster), ...(cluster?.gaps ?? [])];
  return {
    schemaVersion: 1,
    tool,
    ...(cluster === undefined ? {} : { cluster: cluster.identity }),
    nodes,
    objects: [...(cluster?.objects ?? [])].sort(compareObjects),
    gaps: gaps.sort(compareGaps),
  };
}

function refuseDoubles(parts: readonly NodePart[], cluster: ClusterEvidence | undefined): void {
  const names = new Map<string, NodePart>();
  const machines = new Map<string, NodePart>();
  for (const part of parts) {
    const { node, machineId } = part.evidence;
    const same = names.get(node);
    if (same !== undefined)
      throw new PlimsollError('usage', `the node ${node} is there twice: in ${same.file} and in ${part.file}`);
    names.set(node, part);
    // Where the server knows the machines, it is asked instead: machines that were cloned with their id are two nodes all the same.
    if (machineId === undefined || cluster?.nodes !== undefined) continue;
    const twin = machines.get(machineId);
    if (twin !== undefined) {
      throw new PlimsollError(
        'usage',
        `${part.file} and ${twin.file} are of one machine under two names, ${node} and ${twin.evidence.node} (/etc/machine-id)`,
      );
    }
    machines.set(machineId, part);
  }
}

function refuseStrangers(
  parts: readonly NodePart[],
  { identity }: ClusterEvidence,
  known: NonNullable<ClusterEvidence['nodes']>,
): void {
  for (const { file, evidence } of parts) {
    const { node, machineId } = evidence;
    if (!known.has(node)) {
      throw new PlimsollError(
        'usage',
        `${file}: the cluster at ${identity.server} has no node ${node}: the part is of another cluster, or needs PLIMSOLL_NODE when it is collected`,
      );
    }
    const machine = known.get(node);
    if (machine !== undefined && machineId !== undefined && machine !== machineId) {
      throw new PlimsollError(
        'usage',
        `${file}: ${node} is another machine than the node ${node} of the cluster at ${identity.server}`,
      );
    }
  }
}

/** What the collector could not read on a node: counted, since it stands in the node's observations one by one. */
function unreadOf({ node, observations }: NodeEvidence): readonly Gap[] {
  // A program that a node does not have says nothing is missing there.
  const failed = observations.filter((one) => one.kind === 'failed' && one.reason !== 'no such program');
  const [first] = failed;
  if (first?.kind !== 'failed') return [];
  const others = failed.length === 1 ? '' : `, and ${failed.length - 1} more`;
  return [{ kind: 'not-scanned', target: node, reason: `could not be read: ${first.what} (${first.reason})${others}` }];
}

function missingNodes(nodes: readonly NodeEvidence[], cluster: ClusterEvidence | undefined): readonly Gap[] {
  const there = new Set(nodes.map(({ node }) => node));
  return [...(cluster?.nodes?.keys() ?? [])]
    .filter((name) => !there.has(name))
    .map((name): Gap => ({ kind: 'not-scanned', target: name, reason: 'nothing was collected on this node' }));
}

function compareObjects(a: ObjectEvidence, b: ObjectEvidence): number {
  return (
    compareText(a.apiVersion, b.apiVersion) ||
    compareText(a.kind, b.kind) ||
    compareText(a.namespace ?? '', b.namespace ?? '') ||
    compareText(a.name, b.name)
  );
}
