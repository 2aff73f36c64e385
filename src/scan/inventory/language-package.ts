// A package of a language: one form for the same package, whoever found it, in an image, in a bill of materials or in another scanner's results.
import type { Location, Package } from './package.ts';
import { type LanguageType, rulesOf } from './package-types.ts';
import { packageUrl } from './purl.ts';

/** What is known of it. */
export interface LanguageFacts {
  readonly type: LanguageType;
  /** As its publisher writes it: `@scope/name`, `group:artifact`, a module path. */
  readonly name: string;
  readonly version: string;
  /** Qualifiers of the package URL, where the type has any. */
  readonly qualifiers?: Readonly<Record<string, string>>;
}

/**
 * The package, under the name that its advisories call it by; its package URL keeps the published spelling where the type lets it.
 * @throws ParseError for a name that no package URL can hold: one of slashes alone.
 */
export function languagePackage({ type, name, version, qualifiers = {} }: LanguageFacts, location: Location): Package {
  const separator = type === 'maven' ? name.indexOf(':') : name.lastIndexOf('/');
  return {
    purl: packageUrl({
      type,
      ...(separator === -1 ? {} : { namespace: name.slice(0, separator) }),
      name: name.slice(separator + 1),
      version,
      qualifiers,
    }),
    type,
    name: matchedName(type, name),
    version,
    ...rulesOf(type),
    location,
  };
}

/** As the ecosystem compares names: PEP 503 for Python; NuGet ignores case. */
function matchedName(type: LanguageType, name: string): string {
  if (type === 'pypi') return name.toLowerCase().replace(/[-_.]+/g, '-');
  return type === 'nuget' ? name.toLowerCase() : name;
}
