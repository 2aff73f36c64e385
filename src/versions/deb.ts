// Order of Debian package versions: [epoch:]upstream[-revision].
// Source: Debian Policy 5.6.12 for form and order; `dpkg --validate-version` for what Policy leaves open: the upstream version
// begins with a digit, no part is empty, and the epoch has a bound.
import { compareDigits, isDigit, trimZeros } from './digits.ts';
import { type Order, versionOrder } from './order.ts';
import { VersionError } from './version-error.ts';

/** `epoch` without leading zeros; an absent revision is '', which ranks as 0. */
interface DebVersion {
  readonly epoch: string;
  readonly upstream: string;
  readonly revision: string;
}

/** The greatest epoch of dpkg, a C int. */
const GREATEST_EPOCH = '2147483647';

const TILDE = 126;

/** The order of `dpkg --compare-versions`. */
export const deb = versionOrder('deb', parse, compareParsed);

function parse(version: string): DebVersion {
  const colon = version.indexOf(':');
  const epoch = trimZeros(colon === -1 ? '' : version.slice(0, colon));
  const rest = version.slice(colon + 1);
  const hyphen = rest.lastIndexOf('-');
  const upstream = hyphen === -1 ? rest : rest.slice(0, hyphen);
  const revision = hyphen === -1 ? '' : rest.slice(hyphen + 1);
  if (colon === 0 || !/^\d*$/.test(epoch) || compareDigits(epoch, GREATEST_EPOCH) > 0) {
    throw new VersionError('deb', version, `the epoch before ":" must be a number up to ${GREATEST_EPOCH}`);
  }
  if (!isDigit(upstream.charCodeAt(0))) {
    throw new VersionError('deb', version, 'the upstream version must begin with a digit');
  }
  if (hyphen !== -1 && revision === '') throw new VersionError('deb', version, 'the revision after "-" is empty');
  if (!/^[A-Za-z0-9.+~:-]+$/.test(upstream) || !/^[A-Za-z0-9.+~]*$/.test(revision)) {
    throw new VersionError('deb', version, 'only letters, digits and . + - ~ may stand in it');
  }
  return { epoch, upstream, revision };
}

function compareParsed(a: DebVersion, b: DebVersion): Order {
  return compareDigits(a.epoch, b.epoch) || comparePart(a.upstream, b.upstream) || comparePart(a.revision, b.revision);
}

/** Stretches of non-digits and of digits in turn, from the left. */
function comparePart(a: string, b: string): Order {
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    while (!atStop(a, i) || !atStop(b, j)) {
      const left = weight(a, i);
      const right = weight(b, j);
      if (left !== right) return left < right ? -1 : 1;
      i += 1;
      j += 1;
    }
    const left = endOfDigits(a, i);
    const right = endOfDigits(b, j);
    const order = compareDigits(trimZeros(a.slice(i, left)), trimZeros(b.slice(j, right)));
    if (order !== 0) return order;
    i = left;
    j = right;
  }
  return 0;
}

function atStop(text: string, index: number): boolean {
  return index >= text.length || isDigit(text.charCodeAt(index));
}

function endOfDigits(text: string, start: number): number {
  let end = start;
  while (isDigit(text.charCodeAt(end))) end += 1;
  return end;
}

/** Rank of a character among non-digits: tilde, the end of the stretch, letters, everything else by its code. */
function weight(text: string, index: number): number {
  if (atStop(text, index)) return 0;
  const code = text.charCodeAt(index);
  if (code === TILDE) return -1;
  return isLetter(code) ? code : code + 256;
}

function isLetter(code: number): boolean {
  const lower = code | 32;
  return lower >= 97 && lower <= 122;
}
