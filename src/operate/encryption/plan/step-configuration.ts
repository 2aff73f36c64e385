// The configuration file of an apply step: the file as it is, with the step's list for the judged resource and everything else kept.

import { PlimsollError } from '../../../platform/errors.ts';
import type { EncryptionConfiguration, KeyProvider, Provider, ResourceRule } from '../configuration/configuration.ts';
import { idText, type TransformerId, transformerId } from './transformer-id.ts';

/** What a step's configuration is made from. */
export interface StepConfiguration {
  /** The file that is there; absent when there is none, or none that can be read. */
  readonly base?: EncryptionConfiguration;
  readonly resource: string;
  readonly transformers: readonly TransformerId[];
  /** Providers with the keys of all transformers, of whatever files. */
  readonly known: readonly Provider[];
}

/**
 * The new configuration. The resource leaves every list that it shares with others and gets one of its own, first: an exact name goes before wildcards.
 * @throws PlimsollError `not-found` when a key is in none of the providers
 */
export function stepConfiguration({ base, resource, transformers, known }: StepConfiguration): EncryptionConfiguration {
  const byId = new Map(known.flatMap(singles).map((provider) => [idOf(provider), provider]));
  const providers: Provider[] = [];
  for (const id of transformers) {
    const provider = byId.get(id) ?? (id === 'identity' ? { kind: 'identity' as const } : undefined);
    if (provider === undefined) {
      throw new PlimsollError('not-found', `the key of ${idText(id)} is in none of the files that were given`);
    }
    const last = providers.at(-1);
    if (last !== undefined && isKeyProvider(last) && isKeyProvider(provider) && last.kind === provider.kind) {
      providers[providers.length - 1] = { kind: last.kind, keys: [...last.keys, ...provider.keys] };
    } else {
      providers.push(provider);
    }
  }
  const others = (base?.rules ?? []).flatMap(({ resources, providers: own }): readonly ResourceRule[] => {
    const left = resources.filter((name) => name !== resource && name !== `${resource}.`);
    return left.length === 0 ? [] : [{ resources: left, providers: own }];
  });
  return { kind: base?.kind ?? 'EncryptionConfiguration', rules: [{ resources: [resource], providers }, ...others] };
}

/** Providers of one key each. */
function singles(provider: Provider): readonly Provider[] {
  return isKeyProvider(provider) ? provider.keys.map((key) => ({ kind: provider.kind, keys: [key] })) : [provider];
}

function idOf(provider: Provider): TransformerId {
  if (provider.kind === 'identity') return transformerId({ provider: 'identity' });
  if (provider.kind === 'kms') {
    return transformerId({ provider: 'kms', version: provider.apiVersion, name: provider.name });
  }
  const [key] = provider.keys;
  return key === undefined ? '' : transformerId({ provider: provider.kind, key });
}

function isKeyProvider(provider: Provider): provider is KeyProvider {
  return 'keys' in provider;
}
