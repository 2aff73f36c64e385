// From logical references, as charts and indexes write them, to physical ones: what was really shipped, under a digest.
// In order: a pin of the release, the reference's own digest, the registry's answer under the mapping rules of the configuration.
import type { Digest } from '../../platform/canonical.ts';
import { PlimsollError } from '../../platform/errors.ts';
import { formatReference, parseReference, type Reference, repositoryOf } from './reference.ts';
import type { RegistryClient } from './registry/client.ts';
import { isUnder, movePrefix } from './registry/mirrors.ts';

/**
 * How names of one place become names of another. The first rule whose `match` is the name or a leading part of it (whole components) applies;
 * '' matches every name. `to` takes the matched part's place; without `to` such references are refused.
 */
export interface MappingRule {
  readonly match: string;
  readonly to?: string;
}

/** What resolution may use. */
export interface ResolveOptions {
  readonly rules: readonly MappingRule[];
  /** Pins of the release: logical reference in normal form to physical reference with a digest. */
  readonly pins: ReadonlyMap<string, string>;
  /** Without it only pins and digests are used. */
  readonly client?: RegistryClient;
}

/** A resolved reference. */
export interface Resolution {
  /** In normal form. */
  readonly logical: string;
  /** `registry/repository@sha256:…`. */
  readonly physical: string;
  readonly digest: Digest;
  readonly by: 'pin' | 'digest' | 'registry';
}

/**
 * Resolves a logical reference. A tag that the mapped place does not have is looked up at its own place, and the name is mapped again.
 * @throws ParseError for what is no reference; PlimsollError `config-invalid` when a rule refuses it, `not-found`, `unauthorized`, `registry`, and
 * `usage` when a registry would have to be asked and there is no client.
 */
export async function resolveReference(text: string, options: ResolveOptions): Promise<Resolution> {
  const reference = parseReference(text);
  const logical = formatReference(reference);
  const pinned = options.pins.get(logical);
  if (pinned !== undefined) {
    const pin = parseReference(pinned);
    if (pin.digest !== undefined) return resolution(logical, pin, pin.digest, 'pin');
  }
  const mapped = mapReference(reference, options.rules);
  if (reference.digest !== undefined) return resolution(logical, mapped, reference.digest, 'digest');
  if (options.client === undefined) {
    throw new PlimsollError('usage', `${logical} has no digest, and registries are not to be asked here`);
  }
  const digest = await askDigest(reference, mapped, options.client);
  return resolution(logical, mapped, digest, 'registry');
}

/**
 * The reference under the first rule that matches; itself where none does.
 * @throws PlimsollError `config-invalid` when the rule refuses it; ParseError when a rule makes something that is no reference.
 */
export function mapReference(reference: Reference, rules: readonly MappingRule[]): Reference {
  const rule = rules.find(({ match }) => isUnder(repositoryOf(reference), match));
  if (rule === undefined) return reference;
  if (rule.to === undefined) {
    throw new PlimsollError('config-invalid', `${formatReference(reference)} is refused by the rule for ${rule.match}`);
  }
  return movePrefix(reference, rule.match, rule.to);
}

async function askDigest(reference: Reference, mapped: Reference, client: RegistryClient): Promise<Digest> {
  const moved = repositoryOf(mapped) !== repositoryOf(reference);
  try {
    return await client.digest(mapped);
  } catch (error) {
    if (!moved || !(error instanceof PlimsollError) || error.code !== 'not-found') throw error;
    return client.digest(reference);
  }
}

function resolution(logical: string, place: Reference, digest: Digest, by: Resolution['by']): Resolution {
  const physical = formatReference({ registry: place.registry, repository: place.repository, digest });
  return { logical, physical, digest, by };
}
