// Checks of the providers that write: what each protects from and what not, and where the CIS benchmark and Kubernetes' own documentation disagree.
import type { Verdict } from '../../../../platform/verdict.ts';
import type { DocumentKms, DocumentProvider, EncryptionDocument, Place } from '../document.ts';
import { type Found, verdictsOf } from './verdicts.ts';

type ProviderKind = 'aescbc' | 'aesgcm' | 'secretbox' | 'kms' | 'identity';

interface Writer {
  readonly kind: ProviderKind;
  readonly place: Place;
}

const OLD = 'CIS Kubernetes Benchmark 1.1.0, item 1.1.35, asks for aescbc as "currently the strongest"';
const LATER = 'later versions take aescbc, kms and secretbox';
const TO_SECRETBOX = 'go to secretbox or kms v2: plimsoll encryption plan provider';

/** Verdicts of the checks provider-strength, key-size, kms and cis-benchmark. */
export function providerVerdicts(document: EncryptionDocument, file: string): readonly Verdict[] {
  const writers = document.rules.flatMap(({ providers }) => writerOf(providers[0]));
  const all = document.rules.flatMap(({ providers }) => providers);
  return [
    ...verdictsOf('provider-strength', file, writers.flatMap(strength), strengthReason(writers)),
    ...verdictsOf('key-size', file, all.flatMap(sizes), 'no key is shorter than 32 bytes'),
    ...verdictsOf(
      'kms',
      file,
      all.flatMap(({ kms }) => (kms === undefined ? [] : kmsFound(kms))),
      'no kms provider that needs care',
    ),
    ...verdictsOf('cis-benchmark', file, writers.flatMap(disagreement), agreement(writers)),
  ];
}

function writerOf(provider: DocumentProvider | undefined): readonly Writer[] {
  const [keyed] = provider?.keyed ?? [];
  if (keyed !== undefined) return [{ kind: keyed.kind, place: keyed }];
  if (provider?.kms !== undefined) return [{ kind: 'kms', place: provider.kms }];
  return provider?.identity === undefined ? [] : [{ kind: 'identity', place: provider.identity }];
}

function strength({ kind, place }: Writer): readonly Found[] {
  if (kind === 'aescbc') {
    return [
      {
        place,
        verdict: 'warn',
        reason:
          'aescbc does not authenticate: whoever can write to etcd can alter values or exchange them between Secrets. Kubernetes rates it weak for a padding oracle, though whether the API server is one is disputed (kubernetes/website#44169)',
        remediation: TO_SECRETBOX,
      },
    ];
  }
  if (kind !== 'aesgcm') return [];
  return [
    {
      place,
      verdict: 'warn',
      reason:
        "aesgcm draws a random nonce of 96 bits for every write, and one nonce drawn twice gives the key's protection away. Kubernetes' documentation says to rotate every 200,000 writes; NIST SP 800-38D section 8.3 allows 2^32 (kubernetes/website#39477). Neither is counted by the server",
      remediation: `rotate by a schedule that stays under 200,000 writes of all resources of the list (each Secret written, each rewrite), or ${TO_SECRETBOX}`,
    },
  ];
}

function strengthReason(writers: readonly Writer[]): string {
  const kinds = new Set(writers.map(({ kind }) => kind));
  if (kinds.has('secretbox')) {
    return 'secretbox encrypts and authenticates, with nonces long enough to be drawn at random; a value is not bound to its Secret (encryption inspect with the keys finds exchanged ones)';
  }
  return kinds.has('kms') ? 'a key management service holds the keys' : 'no provider that writes needs care';
}

function sizes({ keyed }: DocumentProvider): readonly Found[] {
  return keyed.flatMap(({ kind, keys }) =>
    keys.flatMap(({ name, secret }) => {
      const bytes = secret.value.length;
      if (kind === 'secretbox' || (bytes !== 16 && bytes !== 24)) return [];
      return [
        {
          place: secret,
          verdict: 'warn' as const,
          evidence: [`${kind}, line ${name.line}`],
          reason: `a key of ${bytes} bytes is AES-${bytes * 8}: kube-apiserver takes it, though its documentation names 32 bytes for aescbc`,
          remediation: 'rotate to a key of 32 random bytes: plimsoll encryption keys generate',
        },
      ];
    }),
  );
}

function kmsFound({ apiVersion, endpoint, ...place }: DocumentKms): readonly Found[] {
  const found: Found[] = [];
  if ((apiVersion?.value ?? 'v1') === 'v1') {
    found.push({
      place: apiVersion ?? place,
      verdict: 'warn',
      reason:
        'kms v1 is deprecated since Kubernetes 1.28 and off unless asked for since 1.29; it asks the service for a key with every write',
      remediation: 'use apiVersion: v2 from Kubernetes 1.29 on (in beta from 1.27)',
    });
  }
  const path = endpoint.value.replace(/^unix:(?:\/\/)?/i, '');
  if (path.startsWith('@') || path.startsWith('/@')) {
    found.push({
      place: endpoint,
      verdict: 'warn',
      reason:
        'an abstract socket has no owner and no mode: whoever shares the network namespace can bind it first and be given every key',
      remediation: 'give the service a socket in a folder that only root can write',
    });
  } else if (/^\/(?:tmp|var\/tmp|dev\/shm)\//.test(path)) {
    found.push({
      place: endpoint,
      verdict: 'warn',
      reason:
        'the socket lies in a folder that everybody can write: after a restart whoever makes it first is given every key',
      remediation: 'give the service a socket in a folder that only root can write',
    });
  }
  return found;
}

/** The benchmark's items in its versions against Kubernetes' table of providers. */
function disagreement({ kind, place }: Writer): readonly Found[] {
  if (kind === 'aescbc') {
    return [
      {
        place,
        verdict: 'warn',
        reason: `the benchmark is content with aescbc, Kubernetes advises against it: ${OLD}, ${LATER}; Kubernetes' documentation rates aescbc weak since, and the security audit of 2019 would offer only secretbox and kms (trailofbits/audit-kubernetes#40)`,
        remediation: `${TO_SECRETBOX}: later versions of the benchmark pass with either`,
      },
    ];
  }
  if (kind === 'aesgcm') {
    return [
      {
        place,
        verdict: 'warn',
        reason: `the benchmark does not take aesgcm (${LATER}); Kubernetes allows it where keys are rotated automatically`,
        remediation: TO_SECRETBOX,
      },
    ];
  }
  return [];
}

function agreement(writers: readonly Writer[]): string {
  return writers.some(({ kind }) => kind === 'secretbox')
    ? `secretbox: ${LATER}, as Kubernetes' documentation, which rates it strong. Only ${OLD}: where that version is asked for, record the deviation`
    : 'the CIS benchmark and Kubernetes agree about the providers that write';
}
