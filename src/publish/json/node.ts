// The JSON of the results of nodes: the verdict of the whole, each node, figures a check, results in the shared shape. Schema: schema/node-check-1.json.
import { jsonText } from '../../platform/json-text.ts';
import type { NodeResult } from '../../posture/node/judge-nodes.ts';
import { TOOL } from '../tool.ts';

const NODE_SCHEMA_VERSION = 1;

/** The results; deterministic, ended by a line feed. */
export function nodeJson(result: NodeResult): string {
  const { cluster, day, verdict, counts, nodes, checks, results, waivers } = result;
  const document = {
    schemaVersion: NODE_SCHEMA_VERSION,
    tool: TOOL,
    cluster,
    day,
    verdict,
    counts,
    nodes,
    checks,
    results,
    waivers,
  };
  return `${jsonText(document)}\n`;
}
