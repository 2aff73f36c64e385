// Every rule by which kube-apiserver refuses a configuration. Upstream: staging/src/k8s.io/apiserver/pkg/apis/apiserver/validation/
// validation_encryption.go; the rule of masked entries from pkg/server/options/encryptionconfig/config.go. `since` is the release from which a rule
// holds: an older server takes the file, and mostly does not what it says.

import type { DocumentKey, DocumentKms, DocumentProvider, EncryptionDocument, Place, Placed } from './document.ts';
import { parseDuration } from './duration.ts';
import { parseGroupResource } from './group-resource.ts';

/** Ids of upstream's rules, in the order of docs/guide/encryption.md. */
export const UPSTREAM_RULES = [
  'resources-required',
  'providers-required',
  'one-provider-per-element',
  'keys-required',
  'key-name-required',
  'secret-required',
  'secret-base64',
  'secret-length',
  'kms-name',
  'kms-name-colon',
  'kms-name-unique',
  'kms-timeout',
  'kms-endpoint',
  'kms-cache-size',
  'kms-api-version',
  'resource-twice',
  'resource-overlap',
  'resource-masked',
  'resource-name',
  'unknown-field',
  'repeated-field',
] as const;

/** One of upstream's rules. */
export type UpstreamRule = (typeof UPSTREAM_RULES)[number];

/** A rule that the file breaks. */
export interface Violation extends Place {
  readonly rule: UpstreamRule;
  /** What is wrong, in words; never a secret. */
  readonly reason: string;
  /** The first Kubernetes release that refuses it; absent when all do. */
  readonly since?: string;
}

const AES_BYTES = [16, 24, 32];
const KEY_BYTES = { aesgcm: AES_BYTES, aescbc: AES_BYTES, secretbox: [32] } as const;
/** Control characters and broken percent escapes, which Go's url.Parse refuses. */
const NO_URL = /\p{Cc}|%(?![0-9a-f]{2})/iu;
const WITHOUT_API = ['apiserveripinfo', 'serviceipallocations', 'servicenodeportallocations'];

/** Violations in the order of the file. */
export function validate(document: EncryptionDocument): readonly Violation[] {
  const top = { line: 1, column: 1 };
  const kmsNames = new Set<string>();
  const violations: Violation[] = [
    ...(document.rules.length === 0
      ? [wrong('resources-required', top, 'at least one element of resources is required')]
      : []),
    ...document.rules.flatMap(({ resources, providers, ...place }) => [
      ...(resources.length === 0 ? [wrong('resources-required', place, 'at least one resource is required')] : []),
      ...(providers.length === 0 ? [wrong('providers-required', place, 'at least one provider is required')] : []),
      ...overlaps(resources),
      ...resources.flatMap(nameProblems),
      ...providers.flatMap((provider) => providerProblems(provider, kmsNames)),
    ]),
    ...masked(document),
    ...document.stray.map(({ problem, name, ...place }) => {
      const field = name === undefined ? 'a field' : `the field "${name}"`;
      const reason =
        problem === 'unknown'
          ? `${field} is not known here: older servers ignore it`
          : `${field} is there twice: older servers take the last one`;
      return wrong(`${problem}-field`, place, reason, '1.31');
    }),
  ];
  return violations.toSorted((a, b) => a.line - b.line || a.column - b.column);
}

function wrong(rule: UpstreamRule, { line, column }: Place, reason: string, since?: string): Violation {
  return { rule, line, column, reason, ...(since === undefined ? {} : { since }) };
}

function providerProblems(provider: DocumentProvider, kmsNames: Set<string>): readonly Violation[] {
  const { keyed, kms, identity } = provider;
  const found = keyed.length + (kms === undefined ? 0 : 1) + (identity === undefined ? 0 : 1);
  const kmsProblems = kms === undefined ? [] : kmsViolations(kms, kmsNames);
  if (kms !== undefined) kmsNames.add(kms.name.value);
  return [
    ...(found === 0
      ? [
          wrong(
            'one-provider-per-element',
            provider,
            'an element of providers needs one of aescbc, aesgcm, secretbox, kms, identity',
          ),
        ]
      : []),
    ...(found > 1
      ? [
          wrong(
            'one-provider-per-element',
            provider,
            'more than one provider in a list element: make each an element of its own',
          ),
        ]
      : []),
    ...keyed.flatMap(({ kind, keys, ...place }) => [
      ...(keys.length === 0 ? [wrong('keys-required', place, `${kind} needs at least one key`)] : []),
      ...keys.flatMap((key) => keyViolations(key, KEY_BYTES[kind])),
    ]),
    ...kmsProblems,
  ];
}

function keyViolations({ name, secret, ...place }: DocumentKey, sizes: readonly number[]): readonly Violation[] {
  const problems: Violation[] = [];
  if (name.value === '') problems.push(wrong('key-name-required', place, 'a key needs a name'));
  const { length } = secret.value;
  if (secret.value.revealText() === '') problems.push(wrong('secret-required', place, 'a key needs a secret'));
  else if (length === undefined) problems.push(wrong('secret-base64', secret, 'the secret is not base64'));
  else if (!sizes.includes(length)) {
    problems.push(wrong('secret-length', secret, `the secret has ${length} bytes; it must have ${sizes.join(' or ')}`));
  }
  return problems;
}

function kmsViolations(kms: DocumentKms, earlierNames: ReadonlySet<string>): readonly Violation[] {
  const { name, endpoint, cacheSize, timeout, apiVersion } = kms;
  const version = apiVersion?.value ?? 'v1';
  const isV1 = version === 'v1';
  const problems: Violation[] = [];
  if (name.value === '') problems.push(wrong('kms-name', kms, 'a kms provider needs a name'));
  if (!isV1 && name.value.includes(':')) {
    problems.push(wrong('kms-name-colon', name, 'the name of a kms v2 provider must not contain a colon', '1.26'));
  }
  if (earlierNames.has(name.value)) {
    const reason = isV1
      ? 'another kms provider has this name: refused with --encryption-provider-config-automatic-reload'
      : 'another kms provider has this name';
    problems.push(wrong('kms-name-unique', name, reason, '1.26'));
  }
  if (timeout !== undefined && !((parseDuration(timeout.value) ?? 0) > 0)) {
    problems.push(wrong('kms-timeout', timeout, 'timeout must be a duration above zero, as 3s'));
  }
  if (endpoint.value === '') problems.push(wrong('kms-endpoint', kms, 'a kms provider needs an endpoint'));
  else if (NO_URL.test(endpoint.value)) problems.push(wrong('kms-endpoint', endpoint, 'the endpoint is no URL'));
  else if (!/^unix:/i.test(endpoint.value)) {
    problems.push(
      wrong('kms-endpoint', endpoint, 'only endpoints of the scheme unix are taken (unix:///run/kms.sock)'),
    );
  }
  if (cacheSize !== undefined && !isV1) {
    problems.push(wrong('kms-cache-size', cacheSize, 'cachesize belongs to kms v1 alone', '1.27'));
  } else if (cacheSize?.value === 0) {
    problems.push(wrong('kms-cache-size', cacheSize, 'cachesize must be above zero, or negative for no cache'));
  }
  if (apiVersion !== undefined && version !== 'v1' && version !== 'v2') {
    problems.push(wrong('kms-api-version', apiVersion, 'apiVersion of a kms provider must be v1 or v2', '1.25'));
  }
  return problems;
}

function nameProblems(resource: Placed<string>): readonly Violation[] {
  const { value } = resource;
  const { resource: name, group } = parseGroupResource(value);
  const reason = ((): string | undefined => {
    if (value.toLowerCase() !== value) return 'a resource is written without capital letters';
    if (value === '*') return "write '*.' for all resources of the core group, '*.*' for all resources";
    if (WITHOUT_API.includes(value)) return 'a resource without an API of its own cannot be encrypted';
    if (group === 'events.k8s.io') return "events are stored in the core group: write 'events'";
    if (group === 'extensions')
      return 'the group extensions has been removed: name the group that the resource is in now';
    if (group === '*' && name !== '*') return 'one resource of all groups cannot be named';
    return undefined;
  })();
  return reason === undefined ? [] : [wrong('resource-name', resource, reason, '1.27')];
}

/** Within one list: the same entry twice, or an entry that a wildcard beside it covers. One violation of each, as upstream. */
function overlaps(resources: readonly Placed<string>[]): readonly Violation[] {
  const entries = resources.map((entry) => ({ entry, ...parseGroupResource(entry.value) }));
  const twice = entries.find((one, index) =>
    entries.slice(0, index).some((other) => other.resource === one.resource && other.group === one.group),
  );
  const all = entries.find(({ resource, group }) => resource === '*' && group === '*');
  const different = (one: (typeof entries)[number], other: (typeof entries)[number]): boolean =>
    one.resource !== other.resource || one.group !== other.group;
  const wildcard =
    all !== undefined && entries.some((other) => different(all, other))
      ? all
      : entries.find(
          (one) => one.resource === '*' && entries.some((other) => other.group === one.group && different(one, other)),
        );
  return [
    ...(twice === undefined
      ? []
      : [wrong('resource-twice', twice.entry, 'the resource is in this list twice', '1.27')]),
    ...(wildcard === undefined
      ? []
      : [wrong('resource-overlap', wildcard.entry, 'the wildcard covers other entries of this list', '1.27')]),
  ];
}

/** Entries that a wildcard of an earlier place already covers: they would never be used. */
function masked({ rules }: EncryptionDocument): readonly Violation[] {
  const problems: Violation[] = [];
  const wildcards = new Set<string>();
  for (const { resources } of rules) {
    for (const entry of resources) {
      const { group } = parseGroupResource(entry.value);
      if (wildcards.has(group) || wildcards.has('*')) {
        problems.push(wrong('resource-masked', entry, 'a wildcard before it already covers this entry', '1.27'));
      }
    }
    // Within one list it is an overlap.
    for (const { resource, group } of resources.map((entry) => parseGroupResource(entry.value))) {
      if (resource === '*') wildcards.add(group);
    }
  }
  return problems;
}
