// Kinds in match blocks: `Pod`, `v1/Pod`, `apps/v1/Deployment`, `batch/*/CronJob`, `*`, with wildcards. A subresource never is a whole object.
// Source: kyverno.io/docs/writing-policies/match-exclude.
import { matchesWildcard } from '../pattern/wildcard.ts';

/** A kind as a policy names it. */
export interface KindSelector {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly subresource: string;
}

/** Reads a kind. */
export function parseKind(text: string): KindSelector {
  const parts = text.split('/');
  const isVersion = (part: string | undefined) => part !== undefined && /^(?:v\d\w*|\*)$/.test(part);
  let group = '*';
  let version = '*';
  // `*/*` is every subresource of every kind, as are both parts behind a version.
  if (parts.length > 2 && isVersion(parts[1])) [group, version] = [parts.shift() ?? '*', parts.shift() ?? '*'];
  else if (parts.length > 1 && isVersion(parts[0]) && parts[0] !== '*') version = parts.shift() ?? '*';
  const [name = '', ...below] = parts;
  const [kind = '', dotted] = name.split('.', 2);
  return { group, version, kind, subresource: below.join('/') || (dotted ?? '') };
}

/** Whether an object is of the kind. */
export function matchesKind(text: string, apiVersion: string, kind: string): boolean {
  const wanted = parseKind(text);
  const slash = apiVersion.indexOf('/');
  const group = slash === -1 ? '' : apiVersion.slice(0, slash);
  return (
    wanted.subresource === '' &&
    matchesWildcard(wanted.kind, kind) &&
    matchesWildcard(wanted.version, apiVersion.slice(slash + 1)) &&
    matchesWildcard(wanted.group, group)
  );
}
