// Precedence of Semantic Versioning 2.0.0, section 11, shared by the schemes npm, semver, go and nuget, which differ in what they accept.

import { compareText } from '../platform/order.ts';
import { compareDigits, trimZeros } from './digits.ts';
import type { Order } from './order.ts';

/** One part of a pre-release between dots. */
interface Identifier {
  readonly numeric: boolean;
  /** Without leading zeros when numeric. */
  readonly text: string;
}

/** The numbers are digits without leading zeros; no pre-release identifiers means a release. Build metadata has no rank. */
export interface SemanticVersion {
  readonly major: string;
  readonly minor: string;
  readonly patch: string;
  /** NuGet's fourth number; of the others none. */
  readonly revision: string;
  readonly prerelease: readonly Identifier[];
}

/** Makes a version of its parts; `prerelease` is the text between the hyphen and the plus sign, or undefined. */
export function semanticVersion(
  major: string,
  minor: string,
  patch: string,
  prerelease: string | undefined,
  revision = '',
): SemanticVersion {
  return {
    major: trimZeros(major),
    minor: trimZeros(minor),
    patch: trimZeros(patch),
    revision: trimZeros(revision),
    prerelease: prerelease === undefined ? [] : prerelease.split('.').map(identifier),
  };
}

function identifier(text: string): Identifier {
  const numeric = /^\d+$/.test(text);
  return { numeric, text: numeric ? trimZeros(text) : text };
}

/** Order of two versions: the numbers, then the pre-release, which is older than its release. */
export function comparePrecedence(a: SemanticVersion, b: SemanticVersion): Order {
  return (
    compareDigits(a.major, b.major) ||
    compareDigits(a.minor, b.minor) ||
    compareDigits(a.patch, b.patch) ||
    compareDigits(a.revision, b.revision) ||
    comparePrerelease(a.prerelease, b.prerelease)
  );
}

function comparePrerelease(a: readonly Identifier[], b: readonly Identifier[]): Order {
  if (a.length === 0 || b.length === 0) return a.length === b.length ? 0 : a.length === 0 ? 1 : -1;
  for (let i = 0; i < a.length || i < b.length; i += 1) {
    const left = a[i];
    const right = b[i];
    if (left === undefined) return -1;
    if (right === undefined) return 1;
    const order = compareIdentifiers(left, right);
    if (order !== 0) return order;
  }
  return 0;
}

function compareIdentifiers(a: Identifier, b: Identifier): Order {
  if (a.numeric !== b.numeric) return a.numeric ? -1 : 1;
  return a.numeric ? compareDigits(a.text, b.text) : compareText(a.text, b.text);
}
