// The JSON of tenancy check: who is judged, the verdict of the whole, figures a check, results in the shared shape. Schema: schema/tenancy-1.json.
import { jsonText } from '../../platform/json-text.ts';
import type { TenancyResult } from '../../posture/tenancy/tenancy.ts';
import { TOOL } from '../tool.ts';

const TENANCY_SCHEMA_VERSION = 1;

/** The results; deterministic, ended by a line feed. */
export function tenancyJson(result: TenancyResult): string {
  const { kubernetes, asOf, users, userNamespaces, userWorkloads, tenants, verdict, counts, checks, results } = result;
  const document = {
    schemaVersion: TENANCY_SCHEMA_VERSION,
    tool: TOOL,
    ...(kubernetes === undefined ? {} : { kubernetes }),
    asOf,
    users,
    userNamespaces,
    userWorkloads,
    tenants: tenants.map(({ name, system, namespaces, position }) => ({ name, system, namespaces, position })),
    verdict,
    counts,
    checks,
    results,
    waivers: result.waivers,
    gaps: result.gaps,
  };
  return `${jsonText(document)}\n`;
}
