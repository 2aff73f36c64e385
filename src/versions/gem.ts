// Order of RubyGems versions: numbers and words between dots, a word making a pre-release.
// Source: the documentation of Gem::Version in RubyGems.

import { compareText } from '../platform/order.ts';
import { compareDigits, isDigit, trimZeros } from './digits.ts';
import { type Order, versionOrder } from './order.ts';
import { VersionError } from './version-error.ts';

/** Numbers without leading zeros ('' is 0) and words; zeros before the first word and at the end are gone. */
type GemVersion = readonly string[];

/** The order of Gem::Version. */
export const gem = versionOrder('gem', parse, compareParsed);

function parse(version: string): GemVersion {
  const text = version.trim();
  if (!/^\d+(?:\.[0-9A-Za-z]+)*(?:-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?$/.test(text)) {
    throw new VersionError(
      'gem',
      version,
      'expected numbers and words between dots, beginning with a number, as 1.2.0.rc1',
    );
  }
  const segments = (text.replaceAll('-', '.pre.').match(/\d+|[A-Za-z]+/g) ?? []).map(trimZeros);
  const word = segments.findIndex(isWord);
  const numbers = word === -1 ? segments : segments.slice(0, word);
  const rest = word === -1 ? [] : segments.slice(word);
  return [...withoutTrailingZeros(numbers), ...withoutTrailingZeros(rest)];
}

function isWord(segment: string): boolean {
  return segment !== '' && !isDigit(segment.charCodeAt(0));
}

function withoutTrailingZeros(segments: readonly string[]): readonly string[] {
  return segments.slice(0, segments.findLastIndex((segment) => segment !== '') + 1);
}

/** Segment by segment, missing ones being 0; a word is older than any number. */
function compareParsed(a: GemVersion, b: GemVersion): Order {
  for (let i = 0; i < a.length || i < b.length; i += 1) {
    const left = a[i] ?? '';
    const right = b[i] ?? '';
    const leftIsWord = isWord(left);
    if (leftIsWord !== isWord(right)) return leftIsWord ? -1 : 1;
    const order = leftIsWord ? compareText(left, right) : compareDigits(left, right);
    if (order !== 0) return order;
  }
  return 0;
}
