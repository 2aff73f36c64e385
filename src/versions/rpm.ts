// Order of RPM package versions: [epoch:]version[-release], an absent epoch being 0 and an absent release the least.
// Source: rpm-version(7) and rpmvercmp of the RPM library, with ~ (before) and ^ (after).

import { compareText } from '../platform/order.ts';
import { compareDigits, isDigit, trimZeros } from './digits.ts';
import { type Order, versionOrder } from './order.ts';
import { VersionError } from './version-error.ts';

interface RpmVersion {
  readonly epoch: string;
  readonly version: readonly string[];
  readonly release: readonly string[] | undefined;
}

const NUMBER = 4;

/** The order of rpm's labelCompare on epoch, version and release. */
export const rpm = versionOrder('rpm', parse, compareParsed);

function parse(text: string): RpmVersion {
  if (!/^[\x21-\x7e]+$/.test(text)) {
    throw new VersionError('rpm', text, 'only printable ASCII characters without spaces may stand in it');
  }
  const epoch = /^(\d*):/.exec(text);
  const rest = epoch === null ? text : text.slice(epoch[0].length);
  const hyphen = rest.lastIndexOf('-');
  const version = hyphen === -1 ? rest : rest.slice(0, hyphen);
  const release = hyphen === -1 ? undefined : rest.slice(hyphen + 1);
  if (version === '') throw new VersionError('rpm', text, 'the version is empty');
  if (release === '') throw new VersionError('rpm', text, 'the release after "-" is empty');
  return {
    epoch: trimZeros(epoch?.[1] ?? ''),
    version: segments(version),
    release: release === undefined ? undefined : segments(release),
  };
}

/** Runs of digits, runs of letters, each ~ and each ^; everything else only separates. */
function segments(text: string): readonly string[] {
  return text.match(/\d+|[A-Za-z]+|~|\^/g) ?? [];
}

function compareParsed(a: RpmVersion, b: RpmVersion): Order {
  const order = compareDigits(a.epoch, b.epoch) || compareSegments(a.version, b.version);
  if (order !== 0) return order;
  if (a.release === undefined || b.release === undefined) {
    return a.release === b.release ? 0 : a.release === undefined ? -1 : 1;
  }
  return compareSegments(a.release, b.release);
}

function compareSegments(a: readonly string[], b: readonly string[]): Order {
  for (let i = 0; i < a.length || i < b.length; i += 1) {
    const left = a[i];
    const right = b[i];
    const leftRank = rank(left);
    const rightRank = rank(right);
    if (leftRank !== rightRank) return leftRank < rightRank ? -1 : 1;
    if (left === undefined || right === undefined) return 0;
    const order = leftRank === NUMBER ? compareDigits(trimZeros(left), trimZeros(right)) : compareText(left, right);
    if (order !== 0) return order;
  }
  return 0;
}

/** ~ is older than the end of the version, ^ newer than it; letters are older than numbers. */
function rank(segment: string | undefined): number {
  if (segment === undefined) return 1;
  if (segment === '~') return 0;
  if (segment === '^') return 2;
  return isDigit(segment.charCodeAt(0)) ? NUMBER : 3;
}
