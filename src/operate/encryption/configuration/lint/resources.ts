// Checks of what is encrypted: Secrets, with a provider that encrypts, and nothing else without a reason.
import type { Verdict } from '../../../../platform/verdict.ts';
import type { EncryptionConfiguration } from '../configuration.ts';
import type { DocumentProvider, DocumentRule, EncryptionDocument, Place, Placed } from '../document.ts';
import { effective } from '../effective.ts';
import { parseGroupResource } from '../group-resource.ts';
import { type KubernetesRelease, knowsEntry, neededRelease, releaseText } from '../release.ts';
import { type Found, verdictsOf } from './verdicts.ts';

/** Verdicts of the checks secrets-encrypted, identity-first, identity-kept, secrets-only and resource-support. */
export function resourceVerdicts(
  configuration: EncryptionConfiguration,
  document: EncryptionDocument,
  file: string,
  release: KubernetesRelease | undefined,
): readonly Verdict[] {
  const entries = document.rules.flatMap(({ resources }) => resources);
  return [
    secretsVerdict(configuration, file, release),
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
      entries.flatMap((entry) => support(entry, release)),
      release === undefined
        ? 'every release that reads the file knows its resources'
        : `Kubernetes ${releaseText(release)} knows its resources`,
    ),
  ];
}

function secretsVerdict(
  configuration: EncryptionConfiguration,
  file: string,
  release: KubernetesRelease | undefined,
): Verdict {
  const { entry, writer } = effective(configuration, 'secrets', release);
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

/** What older servers do not know: a warning as long as it is not said which release reads the file, and a failure for one that is older. */
function support(entry: Placed<string>, release: KubernetesRelease | undefined): readonly Found[] {
  const needed = neededRelease(entry.value);
  if (needed === undefined || (release !== undefined && knowsEntry(release, entry.value))) return [];
  const isWildcard = parseGroupResource(entry.value).resource === '*';
  const what = isWildcard ? 'wildcards work' : 'custom resources are encrypted';
  const older = release === undefined ? 'an older server' : `${releaseText(release)} does not know it, and`;
  const effect = isWildcard ? 'takes this for the name of a resource and encrypts nothing by it' : 'ignores the entry';
  return [
    {
      place: entry,
      verdict: release === undefined ? 'warn' : 'fail',
      evidence: [entry.value],
      reason: `${what} from Kubernetes ${releaseText(needed)} on: ${older} ${effect}`,
      remediation: isWildcard ? 'on older servers name the resources' : 'check the version of every server',
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
