// Parts of nodes as the collector prints them, for tests that read evidence without running it.
import { createHash } from 'node:crypto';
import { machineHash } from '../../src/kubernetes/evidence/join.ts';

/** A part: node, id of its machine (made of the node's name unless given), and records in the collector's form. */
export function partText(node: string, records: readonly object[], machine = node): string {
  const header = {
    kind: 'node',
    node,
    machineId: machineHash(machine),
    collectedAt: '2022-04-06T00:00:00Z',
    collector: '0',
    probes: ['benchmark', 'node'],
  };
  const body = ['plimsoll-evidence 1', ...[header, ...records].map((one) => JSON.stringify(one)), ''].join('\n');
  const end = { kind: 'end', records: records.length + 1, sha256: createHash('sha256').update(body).digest('hex') };
  return `${body}${JSON.stringify(end)}\n`;
}
