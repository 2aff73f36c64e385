// Order of Alpine package versions: number{.number}…{letter}{_suffix{number}}…{~hash}{-rN}.
// Source: apk-tools 3, src/version.c and its test table; the form letter{number} of apk-tools 2 is accepted as well, because
// Alpine shipped such packages (sudo 1.9.5p2-r0).

import { compareText } from '../platform/order.ts';
import { compareDigits, trimZeros } from './digits.ts';
import { type Order, versionOrder } from './order.ts';
import { VersionError } from './version-error.ts';

/**
 * Rank of each kind of token. Two versions are equal up to the first differing token; there the higher rank is newer, so
 * `1.0_rc1 < 1.0 < 1.0-r1 < 1.0_p1 < 1.0a < 1.0.1`. The suffixes of pre-releases stand below `end`, the others above.
 */
const RANK = { end: 4, revision: 5, hash: 6, suffixNumber: 7, letter: 13, number: 14 } as const;

const SUFFIX_RANK: ReadonlyMap<string, number> = new Map([
  ['alpha', 0],
  ['beta', 1],
  ['pre', 2],
  ['rc', 3],
  ['cvs', 8],
  ['svn', 9],
  ['git', 10],
  ['hg', 11],
  ['p', 12],
]);

interface Token {
  readonly rank: number;
  readonly value: string;
}

/** The first number, and the tokens after it with `end` as the last. */
interface ApkVersion {
  readonly first: string;
  readonly tokens: readonly Token[];
}

const FORM = /^(\d+)((?:\.\d+)*)(?:([a-z])(\d*))?((?:_[a-z]+\d*)*)(?:~([0-9a-f]+))?(?:-r(\d+))?$/;

/** The order of `apk version -t`. */
export const apk = versionOrder('apk', parse, compareParsed);

function parse(version: string): ApkVersion {
  const match = FORM.exec(version);
  if (match === null) {
    throw new VersionError(
      'apk',
      version,
      'expected number[.number…][letter][_suffix[number]…][~hash][-rN], as 1.2.3_rc1-r0',
    );
  }
  const [, first = '', numbers = '', letter, letterNumber = '', suffixes = '', hash, revision] = match;
  const tokens: Token[] = [];
  for (const value of numbers.split('.').slice(1)) tokens.push({ rank: RANK.number, value });
  if (letter !== undefined) tokens.push({ rank: RANK.letter, value: letter });
  if (letterNumber !== '') tokens.push({ rank: RANK.number, value: trimZeros(letterNumber) });
  for (const [, name = '', number = ''] of suffixes.matchAll(/_([a-z]+)(\d*)/g)) {
    const rank = SUFFIX_RANK.get(name);
    if (rank === undefined) {
      throw new VersionError('apk', version, `no suffix _${name}; there are _${[...SUFFIX_RANK.keys()].join(' _')}`);
    }
    tokens.push({ rank, value: '' });
    if (number !== '') tokens.push({ rank: RANK.suffixNumber, value: trimZeros(number) });
  }
  if (hash !== undefined) tokens.push({ rank: RANK.hash, value: hash });
  if (revision !== undefined) tokens.push({ rank: RANK.revision, value: trimZeros(revision) });
  tokens.push({ rank: RANK.end, value: '' });
  return { first: trimZeros(first), tokens };
}

function compareParsed(a: ApkVersion, b: ApkVersion): Order {
  const first = compareDigits(a.first, b.first);
  if (first !== 0) return first;
  for (let i = 0; ; i += 1) {
    const left = a.tokens[i];
    const right = b.tokens[i];
    if (left === undefined || right === undefined) return 0;
    if (left.rank !== right.rank) return left.rank < right.rank ? -1 : 1;
    const order = compareValues(left, right);
    if (order !== 0) return order;
  }
}

/** A number after a dot that starts with 0 is compared as text, as the digits of a decimal fraction: 1.05 < 1.1. */
function compareValues(a: Token, b: Token): Order {
  const asText = a.rank === RANK.hash || a.value.startsWith('0') || b.value.startsWith('0');
  return asText ? compareText(a.value, b.value) : compareDigits(a.value, b.value);
}
