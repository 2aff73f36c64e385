// Gems that RubyGems or Bundler installed, and those that come with Ruby. Gemfile.lock does not count: it says what was wanted.
import { LIMITS } from '../../../platform/limits.ts';
import type { Catalogue, Cataloguer, LocatedFact } from '../cataloguer.ts';
import { languagePackage } from '../language-package.ts';
import { layersSince } from '../layers-since.ts';
import type { Package } from '../package.ts';
import { isSpecification, parseGemspec, type RubyGem } from './parse.ts';

/** Reads the specifications of installed gems. */
export const gem: Cataloguer = {
  id: 'gem',
  version: 1,
  title: 'Installed Ruby gems',
  reads: ['**/*.gemspec'],
  maxBytes: LIMITS.metadataBytes,
  wants: ({ path }) => isSpecification(path),
  read: (body) => ({ data: parseGemspec(body) }),
  packages: catalogue,
};

function catalogue(facts: readonly LocatedFact[]): Catalogue {
  return { packages: facts.filter((fact) => isSpecification(fact.path)).map(packageOf) };
}

function packageOf(fact: LocatedFact): Package {
  const { name, version, platform } = fact.data as RubyGem;
  const since = layersSince(fact, (data) => [keyOf(data)]).get(keyOf(fact.data)) ?? fact.layer;
  const qualifiers = { platform: platform ?? '' };
  return languagePackage({ type: 'gem', name, version, qualifiers }, { layer: since, path: fact.path });
}

function keyOf(data: unknown): string {
  const { name, version, platform } = data as RubyGem;
  return `${name} ${version} ${platform ?? ''}`;
}
