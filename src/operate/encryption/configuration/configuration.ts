// An EncryptionConfiguration as the program uses it: lists of resources, each with its providers in order. Kubernetes API reference
// apiserver.config.k8s.io/v1; before 1.13 the same fields as kind EncryptionConfig of v1, which kube-apiserver still takes.
import type { KeySecret } from '../key/secret.ts';

/** Providers that encrypt with keys of the file. */
export type KeyProviderKind = 'aescbc' | 'aesgcm' | 'secretbox';

/** A named key. The name stands in every value that it encrypted. */
export interface ConfigurationKey {
  readonly name: string;
  readonly secret: KeySecret;
}

/** A provider with keys of the file: the first one writes, all of them read. */
export interface KeyProvider {
  readonly kind: KeyProviderKind;
  readonly keys: readonly ConfigurationKey[];
}

/** A key management service behind a socket. */
export interface KmsProvider {
  readonly kind: 'kms';
  /** `v1` unless stated. */
  readonly apiVersion: string;
  readonly name: string;
  readonly endpoint: string;
  /** Keys that version 1 keeps in memory; 1000 unless stated, none when negative. */
  readonly cacheSize?: number;
  /** A duration as Go writes it (`3s`); three seconds unless stated. */
  readonly timeout?: string;
}

/** No encryption. */
export interface IdentityProvider {
  readonly kind: 'identity';
}

/** One way to store values. */
export type Provider = KeyProvider | KmsProvider | IdentityProvider;

/** Resources and how their values are stored: the first provider writes, all of them read. */
export interface ResourceRule {
  /** `secrets`, `deployments.apps`, `*.GROUP`, `*.` (the core group), `*.*`. */
  readonly resources: readonly string[];
  readonly providers: readonly Provider[];
}

/** A whole configuration. */
export interface EncryptionConfiguration {
  /** `EncryptionConfig` is the kind before 1.13. */
  readonly kind: 'EncryptionConfiguration' | 'EncryptionConfig';
  readonly rules: readonly ResourceRule[];
}

/** What reads or writes one value: a provider with one key. */
export type Transformer =
  | { readonly provider: 'identity' }
  | { readonly provider: KeyProviderKind; readonly key: ConfigurationKey }
  | { readonly provider: 'kms'; readonly version: string; readonly name: string };

/** A transformer's name as reports write it: `identity`, `aescbc:key1`, `kms-v2:name`. Two keys of one name have one. */
export function transformerName(transformer: Transformer): string {
  if (transformer.provider === 'identity') return 'identity';
  if (transformer.provider === 'kms') return `kms-${transformer.version}:${transformer.name}`;
  return `${transformer.provider}:${transformer.key.name}`;
}

/** The transformers of a list of providers, in order. */
export function transformersOf(providers: readonly Provider[]): readonly Transformer[] {
  return providers.flatMap((provider): readonly Transformer[] => {
    if (provider.kind === 'identity') return [{ provider: 'identity' }];
    if (provider.kind === 'kms') return [{ provider: 'kms', version: provider.apiVersion, name: provider.name }];
    return provider.keys.map((key) => ({ provider: provider.kind, key }));
  });
}
