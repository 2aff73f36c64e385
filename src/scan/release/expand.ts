// Targets to releases: finds the adapter that a target's scheme names, or that recognises what lies at a path, and reads the release.
import { PlimsollError } from '../../platform/errors.ts';
import { formatTarget, type ImageTarget, parseTarget } from '../image/target.ts';
import { recognizePath } from '../image/transport/recognize.ts';
import type { LoadOptions, ReleaseAdapter } from './adapter.ts';
import { assembleRelease } from './assemble.ts';
import { combineParts, type TargetParts } from './combine.ts';
import { partsOfImages } from './loose-images.ts';
import { RELEASE_ADAPTERS } from './registry.ts';
import type { Release } from './release.ts';

/** Settings of `expandRelease`. */
export interface ExpandOptions extends LoadOptions {
  /** Told what a target without a scheme was taken for, one line. */
  readonly remark?: (line: string) => void;
}

const OTHER_SCANNER = "another scanner's results are findings; give them to `plimsoll scan` alone";

/** Words of the contract that name other things than images and descriptions of a release. */
const OTHER_TARGETS: ReadonlyMap<string, string> = new Map([
  ['snyk', OTHER_SCANNER],
  ['trivy', OTHER_SCANNER],
  ['grype', OTHER_SCANNER],
  ['cyclonedx', OTHER_SCANNER],
]);

/**
 * The release that a target describes. An image target is a release of that image.
 * @throws as expandTargets
 */
export function expandRelease(target: string, options: ExpandOptions = {}): Promise<Release> {
  return expandTargets([target], options);
}

/**
 * The one release that targets of any kind describe together: releases, images, or both. A target that is given twice counts once.
 * @throws PlimsollError `usage`, `unsupported`, `input-missing`, `input-unreadable`; ParseError for what is neither path nor reference; LimitError
 */
export async function expandTargets(targets: readonly string[], options: ExpandOptions = {}): Promise<Release> {
  const given = [...new Set(targets)].map((text) => ({ text, ...classify(text, options) }));
  refuseIdleChartOptions(given, options);
  const releases: TargetParts[] = [];
  for (const found of given) {
    if (found.kind !== 'release') continue;
    releases.push({ target: found.text, parts: await found.adapter.load(found.path, options) });
  }
  const taken = new Set(releases.flatMap(({ parts }) => parts.mentions.map(({ logical }) => logical)));
  const images = given.filter((found) => found.kind === 'image');
  const parts = combineParts(releases, await partsOfImages(images, taken, options.own ?? []));
  return assembleRelease(parts, targets.join(' '));
}

type Classified =
  | { readonly kind: 'release'; readonly adapter: ReleaseAdapter; readonly path: string }
  | { readonly kind: 'image'; readonly target: ImageTarget };

function classify(text: string, { remark }: ExpandOptions): Classified {
  const colon = text.indexOf(':');
  const scheme = colon === -1 ? '' : text.slice(0, colon);
  const named = RELEASE_ADAPTERS.find((adapter) => adapter.id === scheme);
  if (named !== undefined) {
    const path = text.slice(colon + 1);
    if (path === '' && named.argument !== '[CONTEXT]') {
      throw new PlimsollError('usage', `${text} names nothing; write ${named.id}:${named.argument}`);
    }
    return { kind: 'release', adapter: named, path };
  }
  const other = OTHER_TARGETS.get(scheme);
  if (other !== undefined) throw new PlimsollError('unsupported', `${text}: ${other}`);
  const recognized = recognize(text);
  if (recognized !== undefined) {
    remark?.(`${text} is read as ${recognized.id}:${text} (${recognized.title})`);
    return { kind: 'release', adapter: recognized, path: text };
  }
  const target = parseTarget(text);
  if (target.recognized) remark?.(`${text} is read as ${formatTarget(target)}`);
  return { kind: 'image', target };
}

/** Values that change nothing are a mistake of the caller's. */
function refuseIdleChartOptions(given: readonly Classified[], { chart }: ExpandOptions): void {
  if (chart === undefined || given.some((found) => found.kind === 'release' && found.adapter.id === 'chart')) return;
  throw new PlimsollError('usage', 'values are for charts; name the target as chart:PATH');
}

/** The adapter for a path given without a scheme; undefined for an image and for what is no path. */
function recognize(target: string): ReleaseAdapter | undefined {
  const kind = recognizePath(target);
  if (kind !== 'other') return undefined;
  const adapter = RELEASE_ADAPTERS.find((candidate) => candidate.recognizes(target));
  if (adapter !== undefined) return adapter;
  const schemes = RELEASE_ADAPTERS.map((candidate) => `${candidate.id}:`).join(', ');
  throw new PlimsollError(
    'unsupported',
    `${target} holds neither an image nor a release that is recognised; say what it is: ${schemes}, dir:, rootfs: …`,
  );
}
