// Says which layer brought a package: a package database is rewritten by every layer that installs something, so the layer of the file is not the
// layer of the package. It is the lowest one from which on, up to the top, the database lists the package in this version.
import type { Digest } from '../../platform/canonical.ts';
import type { LocatedFact } from './cataloguer.ts';

/**
 * For each key of the visible content, the lowest layer of the unbroken run of contents that have it.
 * @param keysOf the packages that one content lists, each as a key of name, version and architecture.
 */
export function layersSince(
  fact: LocatedFact,
  keysOf: (data: unknown) => Iterable<string>,
): ReadonlyMap<string, Digest> {
  const since = new Map<string, Digest>();
  for (const key of keysOf(fact.data)) since.set(key, fact.layer);
  let unbroken: ReadonlySet<string> = new Set(since.keys());
  for (const content of fact.earlier.toReversed()) {
    const here = new Set<string>();
    for (const key of keysOf(content.data)) {
      if (!unbroken.has(key)) continue;
      here.add(key);
      since.set(key, content.layer);
    }
    if (here.size === 0) break;
    unbroken = here;
  }
  return since;
}
