// The version schemes that the program orders, one file each beside this one.

/** All schemes, in the order in which messages list them. */
export const VERSION_SCHEMES = ['apk', 'deb', 'rpm', 'npm', 'semver', 'pep440', 'maven', 'go', 'gem', 'nuget'] as const;

/** How a version string is ordered: a package manager's own rule. */
export type VersionScheme = (typeof VERSION_SCHEMES)[number];
