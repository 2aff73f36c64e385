// The kinds of packages: the type of their package URLs (purl-spec), how their versions are ordered, and in which namespace they are matched.
// A new kind of package begins with a line here.
import type { VersionScheme } from '../../versions/scheme.ts';

interface TypeRules {
  readonly scheme: VersionScheme;
  /** Advisory namespace of a language's packages; those of a distribution have the distribution's. */
  readonly namespace?: string;
}

const TYPES = {
  apk: { scheme: 'apk' },
  deb: { scheme: 'deb' },
  rpm: { scheme: 'rpm' },
  npm: { scheme: 'npm', namespace: 'npm' },
  golang: { scheme: 'go', namespace: 'go' },
  pypi: { scheme: 'pep440', namespace: 'pypi' },
  maven: { scheme: 'maven', namespace: 'maven' },
  gem: { scheme: 'gem', namespace: 'gem' },
  cargo: { scheme: 'semver', namespace: 'cargo' },
  nuget: { scheme: 'nuget', namespace: 'nuget' },
} as const satisfies Readonly<Record<string, TypeRules>>;

/** Package types of the purl specification that we produce. */
export type PackageType = keyof typeof TYPES;

/** Types of packages that a distribution's own package manager installs. */
export type OsPackageType = 'apk' | 'deb' | 'rpm';

/** Types of packages of a language. */
export type LanguageType = Exclude<PackageType, OsPackageType>;

/** All types. */
export const PACKAGE_TYPES = Object.keys(TYPES) as readonly PackageType[];

/** The order of versions, and for languages the namespace, of a type. */
export function rulesOf<Type extends PackageType>(type: Type): (typeof TYPES)[Type] {
  return TYPES[type];
}

/** Whether packages of the type belong to a distribution. */
export function isOsType(type: PackageType): type is OsPackageType {
  return !('namespace' in TYPES[type]);
}

/** Advisory namespaces of languages; every other one is a release of a distribution, `alpine:3.11`. */
export const LANGUAGE_NAMESPACES: ReadonlySet<string> = new Set(
  Object.values(TYPES).flatMap((rules) => ('namespace' in rules ? rules.namespace : [])),
);
