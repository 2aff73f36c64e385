// The JSON of reachability: lists, answers and differences. Schemas: schema/reach-list-1.json, reach-query-1.json, reach-diff-1.json.
import { escapeHidden, jsonText } from '../../platform/json-text.ts';
import { type Bypass, bypassesOf } from '../../posture/reach/bypass.ts';
import { type Connections, connectionsText, PROTOCOLS } from '../../posture/reach/connections.ts';
import type { Change, Difference } from '../../posture/reach/diff.ts';
import { type Reachability, refuseRows, rowsOf } from '../../posture/reach/evaluate.ts';
import type { Explanation } from '../../posture/reach/explain.ts';
import type { Network } from '../../posture/reach/network.ts';
import type { Placement } from '../../posture/reach/placement.ts';
import type { Answer } from '../../posture/reach/query.ts';
import { TOOL } from '../tool.ts';

const LIST_VERSION = 1;
const QUERY_VERSION = 1;
const DIFF_VERSION = 1;

/** All connections; deterministic, ended by a line feed. A connection takes a line. */
export function reachListJson(reach: Reachability): string {
  const { network, doors } = reach;
  const { workloads, policies, notEvaluated, gaps, notes } = network;
  const head = {
    schemaVersion: LIST_VERSION,
    tool: TOOL,
    workloads: workloads.map(({ id, namespace, name, kind, position, hostNetwork, attachments, runtimeClass }) => ({
      id,
      namespace,
      name,
      kind,
      position,
      hostNetwork,
      attachments,
      runtimeClass,
    })),
    policies: policies.map(({ namespace, name, position, ingress, egress }) => ({
      namespace,
      name,
      position,
      directions: [...(egress === undefined ? [] : ['egress']), ...(ingress === undefined ? [] : ['ingress'])],
    })),
    doors: doors.doors.map(({ entry, service, workload, connections }) => ({
      kind: entry.kind,
      name: `${entry.namespace}/${entry.name}`,
      position: entry.position,
      service,
      workload,
      ports: portsOf(connections),
    })),
    bypasses: bypassesOf(network),
    notEvaluated,
    gaps,
    notes,
  };
  const rows: string[] = [];
  const known = new Map<string, string>();
  let length = 0;
  for (const { from, to, connections } of rowsOf(reach)) {
    const row = `    {"from": ${text(from.id)}, "to": ${text(to.id)}, "ports": ${portsText(connections, known)}}`;
    length += row.length + 2;
    refuseRows(rows.push(row), length);
  }
  const body = jsonText(head).slice(0, -2);
  return `${body},\n  "connections": [${rows.length === 0 ? '' : `\n${rows.join(',\n')}\n  `}]\n}\n`;
}

/** One answer, with what changed since another release where that was asked for. */
export function reachQueryJson(answer: Answer, placement: Placement, since?: Difference): string {
  const { from, to, reachable, closed, bypasses, besideNode, notEvaluated, gaps, notes } = answer;
  const document = {
    schemaVersion: QUERY_VERSION,
    tool: TOOL,
    placement,
    from,
    to,
    reachable: reachable.map(explanation),
    closed,
    bypasses,
    besideNode,
    since: since === undefined ? undefined : differenceOf(since),
    notEvaluated,
    gaps,
    notes,
  };
  return `${jsonText(document)}\n`;
}

/** What changed from one release to another. */
export function reachDiffJson(difference: Difference, before: Network, after: Network): string {
  const side = ({ workloads, policies, notEvaluated, gaps, notes }: Network): object => ({
    workloads: workloads.length,
    policies: policies.length,
    notEvaluated,
    gaps,
    notes,
  });
  const document = {
    schemaVersion: DIFF_VERSION,
    tool: TOOL,
    before: side(before),
    after: side(after),
    ...differenceOf(difference),
  };
  return `${jsonText(document)}\n`;
}

interface PortRange {
  readonly protocol: string;
  readonly from: number;
  readonly to: number;
}

function portsOf(connections: Connections): readonly PortRange[] {
  return PROTOCOLS.flatMap((protocol) => {
    const ports = connections[protocol];
    return Array.from({ length: ports.length / 2 }, (_, at) => ({
      protocol,
      from: ports[2 * at] ?? 0,
      to: ports[2 * at + 1] ?? 0,
    }));
  });
}

function portsText(connections: Connections, known: Map<string, string>): string {
  const key = connectionsText(connections);
  const found = known.get(key) ?? JSON.stringify(portsOf(connections));
  known.set(key, found);
  return found;
}

function text(value: string): string {
  return escapeHidden(JSON.stringify(value));
}

function explanation({ from, to, connections, judgements, doors }: Explanation): object {
  return { from, to, ports: portsOf(connections), judgements, doors };
}

function differenceOf({ changes, bypasses, workloads }: Difference): {
  readonly changes: readonly object[];
  readonly bypasses: { readonly added: readonly Bypass[]; readonly removed: readonly Bypass[] };
  readonly workloads: Difference['workloads'];
} {
  return { changes: changes.map(changeOf), bypasses, workloads };
}

function changeOf({ change, from, to, before, after, wider, narrower, causes }: Change): object {
  return { change, from, to, before: portsOf(before), after: portsOf(after), wider, narrower, causes };
}
