// Platforms of images: reads `os/architecture[/variant]`, tells which entries of an index may run on one and which is best.
// OCI image-spec image-index.md "platform"; names of GOOS and GOARCH; variants as in that specification's table "Platform Variants".
import { PlimsollError } from '../../platform/errors.ts';

/** What an image was built for. */
export interface Platform {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string;
}

/** The platform that is chosen when nobody asked for one. */
export const DEFAULT_PLATFORM: Platform = { os: 'linux', architecture: 'amd64' };

/** Stands for the operating system or architecture that a configuration does not name. */
export const UNKNOWN_PLATFORM = 'unknown';

/** Names that kernels and distributions use for Go's architectures. */
const ARCHITECTURES: ReadonlyMap<string, string> = new Map([
  ['x86_64', 'amd64'],
  ['x86-64', 'amd64'],
  ['i386', '386'],
  ['i686', '386'],
  ['aarch64', 'arm64'],
  ['armhf', 'arm'],
]);

/** Variants from the least to the most capable: an image of an earlier one runs on a later one. */
const VARIANTS: ReadonlyMap<string, readonly string[]> = new Map([
  ['arm', ['v5', 'v6', 'v7', 'v8']],
  ['arm64', ['v8', 'v9']],
  ['amd64', ['v1', 'v2', 'v3', 'v4']],
]);

/** What an absent variant means. */
const USUAL_VARIANT: ReadonlyMap<string, string> = new Map([
  ['arm', 'v7'],
  ['arm64', 'v8'],
  ['amd64', 'v1'],
]);

/**
 * Reads `os/architecture[/variant]`.
 * @throws PlimsollError `usage` for anything else.
 */
export function parsePlatform(text: string): Platform {
  const match = /^([a-z0-9]+)\/([a-z0-9_-]+)(?:\/(v[0-9]+))?$/.exec(text);
  const [, os, architecture, variant] = match ?? [];
  if (os === undefined || architecture === undefined) {
    throw new PlimsollError(
      'usage',
      `"${text}" is not a platform; write os/architecture[/variant], such as linux/amd64`,
    );
  }
  return { os, architecture: canonicalArchitecture(architecture), ...(variant === undefined ? {} : { variant }) };
}

/** `os/architecture[/variant]`. A variant that says no more than the architecture is left out, so that equal platforms have equal text. */
export function formatPlatform(platform: Platform): string {
  const architecture = canonicalArchitecture(platform.architecture);
  const usual = architecture !== 'arm' && platform.variant === USUAL_VARIANT.get(architecture);
  const variant = platform.variant === undefined || usual ? '' : `/${platform.variant}`;
  return `${platform.os}/${architecture}${variant}`;
}

/** Whether a word of a platform is one: what images state ends up in names of slots, so nothing else is let through. */
export function isPlatformWord(text: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(text);
}

/** How well an image of platform `offered` serves `wanted`: 0 is exact, higher is an older variant, undefined does not run there. */
export function platformDistance(wanted: Platform, offered: Platform): number | undefined {
  const architecture = canonicalArchitecture(wanted.architecture);
  if (wanted.os !== offered.os || architecture !== canonicalArchitecture(offered.architecture)) return undefined;
  const usual = USUAL_VARIANT.get(architecture);
  const want = wanted.variant ?? usual;
  const offer = offered.variant ?? usual;
  if (want === offer) return 0;
  const ladder = VARIANTS.get(architecture) ?? [];
  const steps = ladder.indexOf(want ?? '') - ladder.indexOf(offer ?? '');
  return ladder.includes(want ?? '') && ladder.includes(offer ?? '') && steps > 0 ? steps : undefined;
}

/** Whether an image's own configuration rules out that it runs on `wanted`: what it does not name, it does not rule out. */
export function isForOtherPlatform(wanted: Platform, offered: Platform): boolean {
  if (offered.os !== UNKNOWN_PLATFORM && offered.os !== wanted.os) return true;
  return (
    offered.architecture !== UNKNOWN_PLATFORM && platformDistance(wanted, { ...offered, os: wanted.os }) === undefined
  );
}

function canonicalArchitecture(architecture: string): string {
  return ARCHITECTURES.get(architecture) ?? architecture;
}
