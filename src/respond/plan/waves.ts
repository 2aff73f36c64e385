// The builds that actions need, in waves: a base before what stands on it. Everything of one wave can be built at the same time.
import type { Digest } from '../../platform/canonical.ts';
import { compareText } from '../../platform/order.ts';
import type { AssessedImage } from '../../scan/assess/assessment.ts';
import type { Base } from './bases.ts';
import type { Candidate } from './candidate.ts';
import { type Ground, repositoryOf } from './ground.ts';

/** An image that a build replaces. */
export interface BuiltImage {
  readonly slot: string;
  readonly logical: string;
  /** Digest of what is there now. */
  readonly digest: Digest;
}

/** One run of a pipeline. */
export interface Build {
  /** From 1. */
  readonly wave: number;
  /** `replace`: somebody else builds it, and a newer one is taken. */
  readonly what: 'base' | 'image' | 'replace';
  /** Key of a base, or a repository. */
  readonly target: string;
  /** Keys of the actions that are done in this build; none when it is only built again because of its base. */
  readonly actions: readonly string[];
  /** Targets of the builds that come before. */
  readonly after: readonly string[];
  /** Images of the release that come out of it, sorted by slot. */
  readonly images: readonly BuiltImage[];
}

interface Unordered {
  readonly what: Build['what'];
  readonly target: string;
  readonly actions: Set<string>;
  readonly after: Set<string>;
  readonly images: Map<string, AssessedImage>;
}

/** The builds of the chosen actions, sorted by wave and target. */
export function buildQueue(chosen: readonly Candidate[], ground: Ground): readonly Build[] {
  const builds = new Map<string, Unordered>();
  const images = new Map([...ground.rebuildable, ...ground.foreign].map((image) => [image.slot, image]));
  const rebuilt = new Set(chosen.flatMap(({ base }) => (base === undefined ? [] : [base])));
  const moved = basesAbove(rebuilt, ground);
  for (const { key, kind, slots, base } of chosen) {
    if (base !== undefined) open('base', base).actions.add(key);
    for (const slot of slots) {
      const image = images.get(slot);
      if (image === undefined) continue;
      const under = ground.basesUnder(image).filter(({ id }) => moved.has(id));
      chain(under);
      const itself = under.find(
        (other) => other.namedBy === 'image' && other.layers.length === layersOf(image, ground),
      );
      const build =
        itself === undefined
          ? open(kind === 'upgrade-third-party' ? 'replace' : 'image', repositoryOf(slot))
          : open('base', itself.key);
      build.images.set(slot, image);
      if (base === undefined) build.actions.add(key);
      const last = under.filter((other) => other !== itself).at(-1);
      if (last !== undefined && last.key !== build.target) build.after.add(last.key);
    }
  }
  return inWaves([...builds.values()]);

  function open(what: Build['what'], target: string): Unordered {
    const known = builds.get(target);
    if (known !== undefined) return known;
    const build: Unordered = { what, target, actions: new Set(), after: new Set(), images: new Map() };
    builds.set(target, build);
    return build;
  }

  /** Each base after the one below it. */
  function chain(under: readonly Base[]): void {
    for (const [at, base] of under.entries()) {
      const build = open('base', base.key);
      const below = under[at - 1];
      if (below !== undefined && below.key !== base.key) build.after.add(below.key);
    }
  }
}

/** Ids of the bases with one of the keys, and of all that stand on them. */
function basesAbove(keys: ReadonlySet<string>, { bases }: Ground): ReadonlySet<Digest> {
  const moved = new Set<Digest>();
  for (const { id, key, parent } of bases) {
    if (keys.has(key) || (parent !== undefined && moved.has(parent))) moved.add(id);
  }
  return moved;
}

function layersOf({ digest }: AssessedImage, { assessment }: Ground): number | undefined {
  return assessment.inventories.find((inventory) => inventory.digest === digest)?.layers?.length;
}

/** A build is in the wave behind the last of those before it. Names that labels give may run in a circle: then the first of them goes first. */
function inWaves(builds: readonly Unordered[]): readonly Build[] {
  const left = new Map(builds.map((build) => [build.target, build]));
  const result: Build[] = [];
  for (let wave = 1; left.size > 0; wave += 1) {
    const sorted = [...left.values()].sort((a, b) => compareText(a.target, b.target));
    const ready = sorted.filter(({ after }) => after.isDisjointFrom(left));
    const taken = ready.length > 0 ? ready : sorted.slice(0, 1);
    for (const { what, target, actions, after, images } of taken) {
      result.push({
        wave,
        what,
        target,
        actions: [...actions].sort(compareText),
        after: [...after].filter((other) => !left.has(other)).sort(compareText),
        images: [...images.values()].flatMap(builtImage).sort((a, b) => compareText(a.slot, b.slot)),
      });
    }
    for (const { target } of taken) left.delete(target);
  }
  return result;
}

function builtImage({ slot, logical, digest }: AssessedImage): readonly BuiltImage[] {
  return digest === undefined ? [] : [{ slot, logical, digest }];
}
