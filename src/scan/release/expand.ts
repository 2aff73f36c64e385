// Targets to releases: finds the adapter that a target's scheme names, or that recognises what lies at a path, and reads the release.
import { basename, resolve } from 'node:path';
import { PlimsollError } from '../../platform/errors.ts';
import { normalizeReference, parseReference } from '../image/reference.ts';
import { formatTarget, type ImageTarget, parseTarget } from '../image/target.ts';
import { recognizePath } from '../image/transport/recognize.ts';
import type { LoadOptions, ReleaseAdapter } from './adapter.ts';
import { assembleRelease } from './assemble.ts';
import type { ReleaseIdentity } from './identity.ts';
import type { Mention } from './mention.ts';
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
  ['cluster', 'clusters are not read; write `kubectl get pods -A -o yaml` to a file and name it as manifests:FILE'],
]);

/**
 * The release that a target describes. An image target is a release of that image.
 * @throws PlimsollError `usage`, `unsupported`, `input-missing`, `input-unreadable`; ParseError for what is neither path nor reference; LimitError
 */
export async function expandRelease(target: string, options: ExpandOptions = {}): Promise<Release> {
  const colon = target.indexOf(':');
  const scheme = colon === -1 ? '' : target.slice(0, colon);
  const argument = target.slice(colon + 1);
  const named = RELEASE_ADAPTERS.find((adapter) => adapter.id === scheme);
  if (named !== undefined) {
    if (argument === '') {
      throw new PlimsollError('usage', `${target} names nothing; write ${named.id}:${named.argument}`);
    }
    return load(named, argument, target, options);
  }
  refuseOtherSchemes(target);
  const recognized = recognize(target);
  if (recognized !== undefined) {
    options.remark?.(`${target} is read as ${recognized.id}:${target} (${recognized.title})`);
    return load(recognized, target, target, options);
  }
  refuseChartOptions(options);
  return releaseOfImages([target], undefined, options);
}

/**
 * A release of single images.
 * @param targets image targets, or bare references and paths
 * @param name of the release; absent: what the first target is called
 * @throws as expandRelease
 */
export function releaseOfImages(targets: readonly string[], name?: string, options: ExpandOptions = {}): Release {
  const mentions: Mention[] = [];
  const identities: ReleaseIdentity[] = [];
  for (const text of targets) {
    refuseOtherSchemes(text);
    const target = parseTarget(text);
    if (target.recognized) options.remark?.(`${text} is read as ${formatTarget(target)}`);
    mentions.push(mentionOf(target, text));
    identities.push(identityOf(target));
  }
  const [first = { name: 'images', version: 'unknown' }] = identities;
  return assembleRelease({
    identity: { name: name ?? first.name, version: identities.length === 1 ? first.version : 'unknown' },
    target: targets.join(' '),
    mentions,
    explicit: mentions,
    charts: [],
    precacheEntries: 0,
    ownPrefixes: options.own ?? [],
    lint: [],
    gaps: [],
  });
}

function load(adapter: ReleaseAdapter, path: string, target: string, options: ExpandOptions): Promise<Release> {
  if (adapter.id !== 'chart') refuseChartOptions(options);
  return adapter.load(path, target, options);
}

/** Values that change nothing are a mistake of the caller's. */
function refuseChartOptions({ chart }: ExpandOptions): void {
  if (chart !== undefined) throw new PlimsollError('usage', 'values are for charts; name the target as chart:PATH');
}

/** A release among images would otherwise pass for the reference of an image: `csm:build` is a name with a tag. */
function refuseOtherSchemes(text: string): void {
  const scheme = text.slice(0, Math.max(0, text.indexOf(':')));
  const other = OTHER_TARGETS.get(scheme);
  if (other !== undefined) throw new PlimsollError('unsupported', `${text}: ${other}`);
  if (RELEASE_ADAPTERS.some((adapter) => adapter.id === scheme)) {
    throw new PlimsollError('usage', `${text} is a release; give it alone, or images only`);
  }
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

function mentionOf(target: ImageTarget, text: string): Mention {
  const place = { source: 'command line', position: text };
  if (target.transport === 'docker') return { logical: normalizeReference(target.argument), ...place };
  return { logical: formatTarget(target), local: formatTarget(target), ...place };
}

function identityOf(target: ImageTarget): ReleaseIdentity {
  if (target.transport !== 'docker') {
    return { name: basename(resolve(target.argument)) || target.transport, version: 'unknown' };
  }
  const { repository, tag } = parseReference(target.argument);
  return { name: basename(repository), version: tag ?? 'unknown' };
}
