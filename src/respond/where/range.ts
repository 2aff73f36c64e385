// Version ranges as people ask for them: `<1.2.12`, `>=1.1.1,<1.1.1n`. Every version is compared by the rule of its own package's scheme.
import { PlimsollError } from '../../platform/errors.ts';
import { compareVersions } from '../../versions/compare.ts';
import type { Order } from '../../versions/order.ts';
import type { VersionScheme } from '../../versions/scheme.ts';
import { VersionError } from '../../versions/version-error.ts';

const OPERATORS = ['<=', '>=', '<', '>', '='] as const;
type Operator = (typeof OPERATORS)[number];

/** One side of a range. */
export interface Bound {
  readonly operator: Operator;
  readonly version: string;
}

/** Bounds that must all hold; none holds for every version. */
export type Range = readonly Bound[];

const HOLDS: Readonly<Record<Operator, (order: Order) => boolean>> = {
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '=': (order) => order === 0,
  '>=': (order) => order >= 0,
  '>': (order) => order > 0,
};

/**
 * Reads a range: bounds separated by commas; a version alone means `=`.
 * @throws PlimsollError `usage`
 */
export function parseRange(text: string): Range {
  return text.split(',').map((part): Bound => {
    const bound = part.trim().replace(/^==/, '=');
    const operator = OPERATORS.find((candidate) => bound.startsWith(candidate)) ?? '=';
    const version = bound.startsWith(operator) ? bound.slice(operator.length).trim() : bound;
    if (/^$|^[<>=!^~]|\s/.test(version)) {
      throw new PlimsollError(
        'usage',
        `${JSON.stringify(text)} is no version range: write <1.2.12, <=, =, >, >= and a comma for "and"`,
      );
    }
    return { operator, version };
  });
}

/**
 * Whether a version lies in the range; `undecided` when a bound or the version is none of the scheme. A bound is compared with as much of the
 * version as it names: one without epoch or revision leaves those of the package aside, so that `<1.2.12` and `=1.2.11` mean the upstream version.
 */
export function isInRange(scheme: VersionScheme | undefined, version: string, range: Range): boolean | 'undecided' {
  let undecided = false;
  for (const { operator, version: bound } of range) {
    const order = orderOf(scheme, version, bound);
    if (order === undefined) undecided = true;
    else if (!HOLDS[operator](order)) return false;
  }
  return undecided ? 'undecided' : true;
}

function orderOf(scheme: VersionScheme | undefined, version: string, bound: string): Order | undefined {
  if (scheme === undefined) return version === bound ? 0 : undefined;
  try {
    return compareVersions(scheme, comparablePart(scheme, version, bound), wholeBound(scheme, bound));
  } catch (error) {
    if (error instanceof VersionError) return undefined;
    throw error;
  }
}

/** `<4` is no version to npm, but what people write: the parts that it lacks are zero. */
function wholeBound(scheme: VersionScheme, bound: string): string {
  if (scheme !== 'npm') return bound;
  return bound.replace(/^v?\d+(\.\d+)?$/, (short, minor) => `${short}${minor === undefined ? '.0' : ''}.0`);
}

/** The version without the epoch (Debian, RPM) and the revision (`-r3` of Alpine, what follows the last hyphen elsewhere) that the bound lacks. */
function comparablePart(scheme: VersionScheme, version: string, bound: string): string {
  if (scheme === 'apk') return /-r\d+$/.test(bound) ? version : version.replace(/-r\d+$/, '');
  if (scheme !== 'deb' && scheme !== 'rpm') return version;
  const withEpoch = /^\d*:/.test(bound) ? version : version.replace(/^\d*:/, '');
  return bound.includes('-') ? withEpoch : withEpoch.replace(/-[^-]*$/, '');
}
