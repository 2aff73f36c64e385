// The JSON of an inspection of etcd's data. Schema: schema/encryption-inspect-1.json.
import type { Inspection } from '../../operate/encryption/inspect/inspection.ts';
import { jsonText } from '../../platform/json-text.ts';
import { TOOL } from '../tool.ts';

const INSPECTION_SCHEMA_VERSION = 1;

/** The result; deterministic, ended by a line feed. */
export function encryptionInspectionJson({ verdict, resources, files, gaps, notExamined, next }: Inspection): string {
  const schemaVersion = INSPECTION_SCHEMA_VERSION;
  return `${jsonText({ schemaVersion, tool: TOOL, verdict, resources, files, gaps, notExamined, next })}\n`;
}
