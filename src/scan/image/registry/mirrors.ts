// Where a reference may be fetched: under its mirrors first, the most specific rule leading, then at its own place.
import { formatReference, parseReference, type Reference, repositoryOf } from '../reference.ts';
import type { MirrorRule } from './access.ts';

/**
 * The places of a reference in the order in which they are asked.
 * @throws ParseError when a rule makes something that is no reference.
 */
export function placesOf(reference: Reference, rules: readonly MirrorRule[]): readonly Reference[] {
  const name = repositoryOf(reference);
  const matching = rules.filter((rule) => isUnder(name, rule.prefix));
  const mirrored = matching
    .toSorted((a, b) => b.prefix.length - a.prefix.length)
    .map((rule) => movePrefix(reference, rule.prefix, rule.location));
  return [...mirrored, reference];
}

/** Whether a repository's name is `prefix` or lies below it; everything lies below ''. */
export function isUnder(name: string, prefix: string): boolean {
  return prefix === '' || name === prefix || name.startsWith(`${prefix}/`);
}

/**
 * The reference with the leading `prefix` of its name replaced; with '' the whole name goes below `location`.
 * @throws ParseError when the result is no reference.
 */
export function movePrefix(reference: Reference, prefix: string, location: string): Reference {
  const rest = repositoryOf(reference).slice(prefix.length).replace(/^\//, '');
  const moved = parseReference(rest === '' ? location : `${location}/${rest}`);
  const { registry: _registry, repository: _repository, ...pin } = reference;
  return parseReference(formatReference({ registry: moved.registry, repository: moved.repository, ...pin }));
}
