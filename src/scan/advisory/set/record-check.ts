// Bounds that every record keeps before it enters a set, whether a feed or an export brings it.
import { LIMITS } from '../../../platform/limits.ts';
import type { Advisory } from '../advisory.ts';

/** Why a record cannot be kept, or undefined. */
export function problemOf(record: Advisory): string | undefined {
  if (![record.id, record.namespace, record.package].every(isName)) {
    return 'an id or name that is empty, too long or has control characters';
  }
  const versions = [
    ...record.ranges.flatMap((range) => [range.introduced, range.fixed, range.lastAffected, range.limit]),
    ...(record.versions ?? []),
  ].filter((version) => version !== undefined);
  if (versions.length > LIMITS.advisoryVersions) return `more than ${LIMITS.advisoryVersions} versions`;
  if (versions.some((version) => version.length > LIMITS.versionLength || hasControls(version))) {
    return 'a version that is too long or has control characters';
  }
  const { architectures = [], platforms = [], module } = record;
  if (architectures.length + platforms.length > LIMITS.advisoryIds) return 'too many architectures or platforms';
  if (![...architectures, ...platforms, ...(module === undefined ? [] : [module])].every(isName)) {
    return 'a module, architecture or platform that is empty, too long or has control characters';
  }
  const ids = [...record.aliases, ...record.related];
  if (ids.length > LIMITS.advisoryIds || !ids.every(isName)) {
    return 'an alias that is too long or has control characters, or too many of them';
  }
  return undefined;
}

/** Whether the text can be an id, a namespace or the name of a package. */
export function isName(text: string): boolean {
  return text !== '' && text.length <= LIMITS.advisoryName && !hasControls(text);
}

function hasControls(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x20 || code === 0x7f) return true;
  }
  return !text.isWellFormed();
}
