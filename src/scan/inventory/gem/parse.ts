// Reads the specification that RubyGems writes for an installed gem, and knows by the path which gemspecs those are.
// Format: Ruby source, written by Gem::Specification#to_ruby: one assignment a line, name and version first. Gemspecs that people write are programs,
// and are not installed: they lie in the gem's own folder. Names: Gem::Specification::VALID_NAME_PATTERN.
import { ParseError } from '../../../platform/errors.ts';
import { isToken, quoted } from '../token.ts';

/** The fact that a gemspec becomes. */
export interface RubyGem {
  readonly name: string;
  readonly version: string;
  /** Platform that it was built for, `java`, `x86_64-linux`; absent for gems of Ruby alone. */
  readonly platform?: string;
}

const NAME = /^[A-Za-z0-9._-]+$/;
const FIELDS = ['name', 'version', 'platform'] as const;

/** `s.name = "rake".freeze`; old versions of RubyGems wrote `%q{rake}`. */
const ASSIGNMENT =
  /^[ \t]*[a-z_]\w*\.(name|version|platform)[ \t]*=[ \t]*(?:Gem::Version\.new[ \t(]+)?(?:"([^"\\\n]*)"|'([^'\\\n]*)'|%q\{([^}\n]*)\})/gm;

/** Whether the path is in a folder of specifications, or in the one within it for gems that come with Ruby. */
export function isSpecification(path: string): boolean {
  return /(?:^|\/)specifications\/(?:default\/)?[^/]+\.gemspec$/.test(path);
}

/**
 * Name, version and platform. The first assignment of each counts.
 * @throws ParseError without a usable name or version.
 */
export function parseGemspec(body: Uint8Array): RubyGem {
  const text = new TextDecoder().decode(body);
  const found = new Map<string, string>();
  for (const [, field = '', double, single, percent] of text.matchAll(ASSIGNMENT)) {
    if (!found.has(field)) found.set(field, (double ?? single ?? percent ?? '').trim());
    if (found.size === FIELDS.length) break;
  }
  const name = found.get('name') ?? '';
  const version = found.get('version') ?? '';
  const platform = found.get('platform') ?? 'ruby';
  if (!isToken(name) || !NAME.test(name)) throw new ParseError(`no usable gem name (${quoted(name)})`);
  if (!isToken(version)) throw new ParseError(`the gem ${quoted(name)} has no usable version (${quoted(version)})`);
  return { name, version, ...(platform === 'ruby' || !isToken(platform) ? {} : { platform }) };
}
