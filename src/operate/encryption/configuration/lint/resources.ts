// Checks of what is encrypted: Secrets, with a provider that encrypts, and nothing else without a reason.
import type { Verdict } from '../../../../platform/verdict.ts';
import type { EncryptionConfiguration } from '../configuration.ts';
import type { DocumentProvider, DocumentRule, EncryptionDocument, Place, Placed } from '../document.ts';
import { effective, parseGroupResource } from '../effective.ts';
import { type Found, verdictsOf } from './verdicts.ts';

/** Verdicts of the checks secrets-encrypted, identity-first, identity-kept, secrets-only and resource-support. */
export function resourceVerdicts(
  configuration: EncryptionConfiguration,
  document: EncryptionDocument,
  file: string,
): readonly Verdict[] {
  const entries = document.rules.flatMap(({ resources }) => resources);
  return [
    secretsVerdict(configuration, file),
    ...verdictsOf('identity-first', file, document.rules.flatMap(identityFirst), 'no list writes without encryption'),
    ...verdictsOf(
      'identity-kept',
      file,
      document.rules.flatMap(identityKept),
      'no list reads values without encryption',
    ),
    ...verdictsOf('secrets-only', file, others(document), 'only Secrets are encrypted, as recommended'),
    ...verdictsOf(
      'resource-support',
      file,
      entries.flatMap(support),
      'every release that reads the file knows its resources',
    ),
  ];
}

function secretsVerdict(configuration: EncryptionConfiguration, file: string): Verdict {
  const { entry, writer } = effective(configuration, 'secrets');
  const base = { check: 'secrets-encrypted', subject: file, evidence: entry === undefined ? [] : [`entry ${entry}`] };
  if (writer.provider !== 'identity') {
    return { ...base, verdict: 'pass', reason: `new Secrets are encrypted with ${writer.provider}` };
  }
  const reason =
    entry === undefined
      ? 'no list names secrets: they are stored as they are'
      : 'new Secrets are stored as they are: identity stands first';
  return {
    ...base,
    verdict: 'fail',
    reason,
    remediation:
      'plimsoll encryption plan enable says the first safe step; a list that is being disabled is meant to look so',
  };
}

/** A list whose first provider is identity, unless it takes resources out of a wildcard that follows. */
function identityFirst(rule: DocumentRule, index: number, rules: readonly DocumentRule[]): readonly Found[] {
  const [first] = rule.providers;
  if (first?.identity === undefined || isKeyed(first)) return [];
  const isOptOut =
    rule.providers.length === 1 && rule.resources.every((entry) => isCovered(entry, rules.slice(index + 1)));
  if (isOptOut && !rule.resources.some(({ value }) => isSecrets(value))) return [];
  const keys = rule.providers.length > 1 ? 'the providers behind it only read' : 'the list encrypts nothing';
  return [
    {
      place: first.identity,
      verdict: 'fail',
      evidence: [rule.resources.map(({ value }) => value).join(', ')],
      reason: `identity stands first: new values are stored as they are, ${keys}`,
      remediation: 'put the provider that is to write first, in the two steps of plimsoll encryption plan',
    },
  ];
}

function identityKept({ providers }: DocumentRule): readonly Found[] {
  return providers.slice(1).flatMap((provider) =>
    provider.identity === undefined || providers[0]?.identity !== undefined
      ? []
      : [
          {
            place: provider.identity,
            verdict: 'warn' as const,
            reason:
              'identity stays behind the keys: values without encryption are still read, so forgotten ones go unnoticed, and whoever can write to etcd can put one in',
            remediation:
              'remove it once plimsoll encryption inspect says proof for every member and no backup without encryption has to be restored',
          },
        ],
  );
}

function others({ rules }: EncryptionDocument): readonly Found[] {
  return rules.flatMap(({ resources, providers }) => {
    if (providers[0] !== undefined && providers[0].identity !== undefined) return [];
    const [first, ...more] = resources.filter(({ value }) => !isSecrets(value));
    if (first === undefined) return [];
    return [
      {
        place: first,
        verdict: 'warn' as const,
        evidence: [first, ...more].map(({ value }) => value),
        reason:
          'more than Secrets is encrypted: every read and write of these goes through the keys, a lost key takes them along and an old backup needs it for them, and busy ones (events, leases) use up the writes that aesgcm allows a key',
        remediation:
          'keep what is confidential in Secrets, and encrypt only these; take a resource out with identity first and a rewrite',
      },
    ];
  });
}

function support(entry: Placed<string>): readonly Found[] {
  const { resource, group } = parseGroupResource(entry.value);
  if (resource === '*') {
    const reason =
      'wildcards work from Kubernetes 1.27 on: an older server takes this for the name of a resource and encrypts nothing by it';
    return [
      {
        place: entry,
        verdict: 'warn',
        evidence: [entry.value],
        reason,
        remediation: 'on older servers name the resources',
      },
    ];
  }
  if (!group.includes('.') || group.endsWith('.k8s.io')) return [];
  const reason = 'custom resources are encrypted from Kubernetes 1.26 on: an older server ignores the entry';
  return [
    {
      place: entry,
      verdict: 'warn',
      evidence: [entry.value],
      reason,
      remediation: 'check the version of every server',
    },
  ];
}

function isKeyed({ keyed, kms }: DocumentProvider): boolean {
  return keyed.length > 0 || kms !== undefined;
}

function isSecrets(entry: string): boolean {
  return entry === 'secrets' || entry === 'secrets.';
}

function isCovered(entry: Placed<string> & Place, later: readonly DocumentRule[]): boolean {
  const { group } = parseGroupResource(entry.value);
  return later.some(({ resources }) =>
    resources.some(({ value }) => {
      const other = parseGroupResource(value);
      return other.resource === '*' && (other.group === '*' || other.group === group);
    }),
  );
}
