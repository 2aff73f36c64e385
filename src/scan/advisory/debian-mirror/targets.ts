// What the targets ask of a mirror: their source packages by release of Debian, each in its oldest installed version.
import { compareVersions, isValidVersion } from '../../../versions/compare.ts';
import type { Inventory, Package } from '../../inventory/package.ts';
import { releaseCodename } from '../debian-tracker/releases.ts';

/** The Debian packages of all targets that are of one release. */
export interface DebianTarget {
  /** `debian:12` */
  readonly namespace: string;
  /** `bookworm` */
  readonly codename: string;
  /** The architecture of most of the packages, as Debian calls it. Changelogs do not depend on it. */
  readonly architecture: string;
  /** Source package to its oldest installed version. */
  readonly sources: ReadonlyMap<string, string>;
}

interface Draft {
  codename: string | undefined;
  readonly architectures: Map<string, number>;
  readonly sources: Map<string, string>;
}

/** Sorted by namespace. Releases whose codename is not known are left out. */
export function debianTargets(inventories: readonly Inventory[]): readonly DebianTarget[] {
  const drafts = new Map<string, Draft>();
  for (const { os, packages } of inventories) {
    for (const installed of packages) {
      const { namespace, source, ownedBy } = installed;
      if (namespace?.startsWith('debian:') !== true || installed.type !== 'deb' || source === undefined) continue;
      if (ownedBy !== undefined || !isValidVersion('deb', source.version)) continue;
      let draft = drafts.get(namespace);
      if (draft === undefined) {
        draft = { codename: undefined, architectures: new Map(), sources: new Map() };
        drafts.set(namespace, draft);
      }
      draft.codename ??= releaseCodename(namespace) ?? os?.codename;
      note(draft, installed, source);
    }
  }
  return [...drafts]
    .flatMap(([namespace, { codename, architectures, sources }]) =>
      codename === undefined ? [] : [{ namespace, codename, architecture: mostFrequent(architectures), sources }],
    )
    .sort((a, b) => (a.namespace < b.namespace ? -1 : 1));
}

function note(draft: Draft, { purl }: Package, { name, version }: NonNullable<Package['source']>): void {
  const architecture = /[?&]arch=([a-z0-9-]+)/.exec(purl)?.[1] ?? 'all';
  if (architecture !== 'all') draft.architectures.set(architecture, (draft.architectures.get(architecture) ?? 0) + 1);
  const known = draft.sources.get(name);
  if (known === undefined || compareVersions('deb', version, known) < 0) draft.sources.set(name, version);
}

function mostFrequent(counts: ReadonlyMap<string, number>): string {
  const [first] = [...counts].sort(([a, many], [b, more]) => more - many || (a < b ? -1 : 1));
  return first?.[0] ?? 'amd64';
}

/**
 * The release that a suite belongs to: `bookworm` for `bookworm`, `bookworm-updates`, `bookworm-security`, `buster/updates`. Undefined for suites that
 * bring other software or other versions of it (backports, other publishers): what those fix says nothing of the release's own packages.
 */
export function releaseOfSuite(name: string): string | undefined {
  return /^([a-z0-9.]+)(?:[-/](?:updates|security|proposed-updates))?$/.exec(name)?.[1];
}
