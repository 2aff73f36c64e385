// The JSON of `mitigation conflicts`. Schema: schema/mitigation-conflicts-1.json.
import type { NodeConflicts } from '../../operate/conflicts/conflicts.ts';
import { jsonText } from '../../platform/json-text.ts';
import { TOOL } from '../tool.ts';

const CONFLICTS_SCHEMA_VERSION = 1;

/** The nodes; deterministic, ended by a line feed. */
export function conflictsJson(nodes: readonly NodeConflicts[], mitigations: readonly string[]): string {
  const document = {
    schemaVersion: CONFLICTS_SCHEMA_VERSION,
    tool: TOOL,
    mitigations,
    nodes: nodes.map(({ node, now, then, choices }) => ({ node: node.name, now, then, choices })),
    results: nodes.flatMap(({ results }) => results),
  };
  return `${jsonText(document)}\n`;
}
