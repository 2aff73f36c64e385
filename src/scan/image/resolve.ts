// From logical references, as charts and indexes write them, to physical ones: what was really shipped, under a digest.
// First the place, which needs no network: a pin of the release, else what the mapping rules of the configuration make of the reference. Then the digest: the
// place's own, else the registry's answer.
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

/**
 * The physical reference of a logical one as far as it can be told without asking: `registry/repository@sha256:…` where a digest is known, else with the
 * tag. A pin that names a repository alone keeps the tag.
 * @param pin what the release itself says it shipped
 * @throws ParseError for what is no reference; PlimsollError `config-invalid` when a rule refuses it.
 */
export function placeReference(logical: string, pin: string | undefined, rules: readonly MappingRule[]): string {
  const reference = parseReference(logical);
  const {
    tag = reference.tag,
    digest,
    ...place
  } = pin === undefined ? mapReference(reference, rules) : parseReference(pin);
  if (digest !== undefined) return formatReference({ ...place, digest });
  return formatReference(tag === undefined ? place : { ...place, tag });
}

/**
 * The physical reference with its digest, `registry/repository@sha256:…`: asks the registry where `physical` has none. A tag that is not at the physical
 * place is looked up at the logical one: mirrors may hold an image under its digest alone.
 * @throws ParseError for what is no reference; PlimsollError `not-found`, `unauthorized`, `registry`.
 */
export async function resolvePhysical(logical: string, physical: string, client: RegistryClient): Promise<string> {
  const { registry, repository, ...pin } = parseReference(physical);
  const digest = pin.digest ?? (await askDigest(parseReference(logical), { registry, repository, ...pin }, client));
  return formatReference({ registry, repository, digest });
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

async function askDigest(reference: Reference, place: Reference, client: RegistryClient): Promise<Digest> {
  const moved = repositoryOf(place) !== repositoryOf(reference);
  try {
    return await client.digest(place);
  } catch (error) {
    if (!moved || !(error instanceof PlimsollError) || error.code !== 'not-found') throw error;
    return client.digest(reference);
  }
}
