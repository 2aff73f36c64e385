// Order of Python package versions: [N!]N(.N)*[{a|b|rc}N][.postN][.devN][+local].
// Source: PEP 440, now the "Version specifiers" page of the Python packaging user guide, with its normalisations.

import { compareText } from '../platform/order.ts';
import { compareDigits, trimZeros } from './digits.ts';
import { type Order, versionOrder } from './order.ts';
import { VersionError } from './version-error.ts';

/** Numbers without leading zeros; undefined is an absent part. */
interface PythonVersion {
  readonly epoch: string;
  /** Without trailing zero parts: 1.0 and 1 are equal. */
  readonly release: readonly string[];
  /** a, b or rc, and its number. */
  readonly pre: readonly [phase: string, number: string] | undefined;
  readonly post: string | undefined;
  readonly dev: string | undefined;
  readonly local: readonly string[] | undefined;
}

const FORM = new RegExp(
  [
    String.raw`^\s*v?(?:(?<epoch>\d+)!)?(?<release>\d+(?:\.\d+)*)`,
    String.raw`(?:[._-]?(?<phase>alpha|beta|preview|pre|rc|a|b|c)[._-]?(?<preNumber>\d*))?`,
    String.raw`(?<post>-(?<bare>\d+)|[._-]?(?:post|rev|r)[._-]?(?<postNumber>\d*))?`,
    String.raw`(?<dev>[._-]?dev[._-]?(?<devNumber>\d*))?`,
    String.raw`(?:\+(?<local>[a-z0-9]+(?:[._-][a-z0-9]+)*))?\s*$`,
  ].join(''),
  'i',
);

const PHASES: Readonly<Record<string, string>> = {
  alpha: 'a',
  beta: 'b',
  c: 'rc',
  pre: 'rc',
  preview: 'rc',
};

/** The order of PEP 440, section "Summary of permitted suffixes and relative ordering". */
export const pep440 = versionOrder('pep440', parse, compareParsed);

function parse(version: string): PythonVersion {
  const groups = FORM.exec(version)?.groups;
  if (groups === undefined) {
    throw new VersionError('pep440', version, 'expected [N!]N(.N)*[{a|b|rc}N][.postN][.devN][+local], as 1.2rc1');
  }
  const phase = groups['phase']?.toLowerCase();
  return {
    epoch: trimZeros(groups['epoch'] ?? ''),
    release: releaseParts(groups['release'] ?? ''),
    pre: phase === undefined ? undefined : [PHASES[phase] ?? phase, trimZeros(groups['preNumber'] ?? '')],
    post: groups['post'] === undefined ? undefined : trimZeros(groups['bare'] ?? groups['postNumber'] ?? ''),
    dev: groups['dev'] === undefined ? undefined : trimZeros(groups['devNumber'] ?? ''),
    local: groups['local']?.toLowerCase().split(/[._-]/),
  };
}

function releaseParts(release: string): readonly string[] {
  const parts = release.split('.').map(trimZeros);
  while (parts.at(-1) === '') parts.pop();
  return parts;
}

function compareParsed(a: PythonVersion, b: PythonVersion): Order {
  return (
    compareDigits(a.epoch, b.epoch) ||
    compareLists(a.release, b.release, compareDigits) ||
    comparePre(a, b) ||
    compareOptional(a.post, b.post, -1) ||
    compareOptional(a.dev, b.dev, 1) ||
    compareLocal(a.local, b.local)
  );
}

/** dev alone < a < b < rc < none. */
function comparePre(a: PythonVersion, b: PythonVersion): Order {
  const left = preRank(a);
  const right = preRank(b);
  if (left !== right) return left < right ? -1 : 1;
  if (a.pre === undefined || b.pre === undefined) return 0;
  return compareText(a.pre[0], b.pre[0]) || compareDigits(a.pre[1], b.pre[1]);
}

function preRank(version: PythonVersion): number {
  if (version.pre !== undefined) return 1;
  return version.post === undefined && version.dev !== undefined ? 0 : 2;
}

/** Numbers in order; `absent` says where a missing one stands: -1 before all, 1 after all. */
function compareOptional(a: string | undefined, b: string | undefined, absent: -1 | 1): Order {
  if (a !== undefined && b !== undefined) return compareDigits(a, b);
  if (a === b) return 0;
  return (a === undefined) === (absent === -1) ? -1 : 1;
}

function compareLocal(a: readonly string[] | undefined, b: readonly string[] | undefined): Order {
  if (a === undefined || b === undefined) return a === b ? 0 : a === undefined ? -1 : 1;
  return compareLists(a, b, compareLocalParts);
}

/** Numbers are newer than words. */
function compareLocalParts(a: string, b: string): Order {
  const left = /^\d+$/.test(a);
  const right = /^\d+$/.test(b);
  if (left !== right) return left ? 1 : -1;
  return left ? compareDigits(trimZeros(a), trimZeros(b)) : compareText(a, b);
}

/** Part by part; when one list ends, the longer is newer. */
function compareLists(
  a: readonly string[],
  b: readonly string[],
  compareParts: (a: string, b: string) => Order,
): Order {
  for (let i = 0; i < a.length || i < b.length; i += 1) {
    const left = a[i];
    const right = b[i];
    if (left === undefined) return -1;
    if (right === undefined) return 1;
    const order = compareParts(left, right);
    if (order !== 0) return order;
  }
  return 0;
}
