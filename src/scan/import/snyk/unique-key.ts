// CSM's unique key of a vulnerability in an image: the id and all identifiers, sorted. Its published counts are of such keys
// (github.com/Cray-HPE/csm, security/snyk-aggregate-results).
import type { SnykVulnerability } from './report.ts';

/** The key of a row. */
export function uniqueKey({ id, identifiers }: Pick<SnykVulnerability, 'id' | 'identifiers'>): string {
  return [id, ...Object.values(identifiers ?? {}).flatMap((ids) => ids ?? [])].sort().join(' ');
}
