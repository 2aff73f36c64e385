// Judges targets for the commands of nonroot: Pods out of manifests and policies, images from where they are, waivers.
import { availableParallelism } from 'node:os';
import { PlimsollError } from '../platform/errors.ts';
import type { Gap } from '../platform/gap.ts';
import { openStore } from '../platform/store.ts';
import { podsOfImages } from '../posture/nonroot/image-pods.ts';
import { type NonrootResult, nonrootOf } from '../posture/nonroot/nonroot.ts';
import { podsOfRelease, type ReleasePods } from '../posture/nonroot/pods.ts';
import { type PolicySet, policySetOf } from '../posture/policy/kyverno/policy-set.ts';
import { registryAccess } from '../scan/image/registry/access.ts';
import { INVENTORY_MIGRATIONS } from '../scan/inventory/inventory-store.ts';
import { START_MIGRATIONS } from '../scan/read/start-facts.ts';
import type { Release, ReleaseImage } from '../scan/release/release.ts';
import type { CommandContext, CommonOptions } from './command.ts';
import { storePath } from './locations.ts';
import { readObjectInputs } from './object-input.ts';
import { readConfig, readRelease, type TargetOptions } from './release-input.ts';
import { progressFor, remarker } from './talk.ts';
import { readWaiverFile } from './waiver-file.ts';

/** Options that say what is judged, and by what. */
export interface NonrootInputOptions extends CommonOptions, TargetOptions {
  readonly images?: readonly string[];
  readonly policies?: readonly string[];
  readonly waivers?: string;
  readonly store?: string;
}

/** Targets that hold images and no workloads. */
const ONLY_IMAGES = /^(?:docker|oci|oci-archive|docker-archive|dir|dir-tree|images|sbom|rootfs|squashfs|sif):/;

/**
 * Judges the Pods of the targets; images that are named as targets by themselves are judged as Pods that only ask not to be root.
 * @throws PlimsollError what the configuration, the targets and the store throw
 */
export async function judgeNonroot(
  targets: readonly string[],
  options: NonrootInputOptions,
  context: CommandContext,
): Promise<NonrootResult> {
  const config = await readConfig(options, context);
  const progress = progressFor(context, options);
  const remark = remarker(context, options, progress);
  const found = await podsOf(targets, options, context);
  const waivers = options.waivers === undefined ? [] : readWaiverFile(options.waivers, context);
  const store = await openStore(storePath(context, options.store), [...INVENTORY_MIGRATIONS, ...START_MIGRATIONS]);
  try {
    const described = await readRelease(targets, options, config, context, remark);
    const places =
      options.images === undefined ? [] : (await readRelease(options.images, {}, config, context, remark)).images;
    const release = placedAt(described, places);
    const alone = targets.filter((target) => ONLY_IMAGES.test(target));
    const own = alone.length === 0 ? undefined : await readRelease(alone, {}, config, context, () => undefined);
    const pods = [...found.pods, ...(own === undefined ? [] : podsOfImages(own.images))];
    const day = context.now().toISOString().slice(0, 10);
    return await nonrootOf(
      { release, pods, gaps: found.gaps, waivers, day },
      {
        store,
        jobs: availableParallelism(),
        access: registryAccess(context.environment, config.registries),
        onProgress: progress.update,
      },
    );
  } finally {
    progress.done();
    await store.close();
  }
}

/** The release with its images where `places` has them. */
function placedAt(release: Release, places: readonly ReleaseImage[]): Release {
  const known = new Map(places.map((image) => [image.logical, image]));
  return { ...release, images: release.images.map((image) => known.get(image.logical) ?? image) };
}

async function podsOf(
  targets: readonly string[],
  options: NonrootInputOptions,
  context: CommandContext,
): Promise<ReleasePods> {
  const described = targets.filter((target) => !ONLY_IMAGES.test(target));
  if (described.length === 0) {
    if (options.policies === undefined) return { pods: [], gaps: [] };
    throw new PlimsollError('usage', '--policies changes Pods, and the targets are images: name manifests or a chart');
  }
  const { objects, gaps } = await readObjectInputs(described, context, options);
  const policies = options.policies === undefined ? undefined : await policiesOf(options.policies, context, options);
  const found = podsOfRelease(objects, policies?.set);
  return { pods: found.pods, gaps: [...gaps, ...(policies?.gaps ?? []), ...found.gaps] };
}

async function policiesOf(
  paths: readonly string[],
  context: CommandContext,
  { quiet, color, format }: NonrootInputOptions,
): Promise<{ readonly set: PolicySet; readonly gaps: readonly Gap[] }> {
  const common = { format, color, ...(quiet === undefined ? {} : { quiet }) };
  const { objects, gaps } = await readObjectInputs(paths, context, common);
  const set = policySetOf(objects);
  if (set.policies.length === 0 && set.unsupported.length === 0) {
    throw new PlimsollError('input-missing', `no policy in ${paths.join(', ')}`);
  }
  return { set, gaps };
}
