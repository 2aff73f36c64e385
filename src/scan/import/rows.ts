// What the importers share: checking a report against a schema, gaps for rows that cannot be used, the fix that matters for an installed version.
import type { z } from 'zod';
import { type Digest, isDigest } from '../../platform/canonical.ts';
import { ParseError } from '../../platform/errors.ts';
import type { Gap } from '../../platform/gap.ts';
import { compareVersions } from '../../versions/compare.ts';
import type { VersionScheme } from '../../versions/scheme.ts';
import { VersionError } from '../../versions/version-error.ts';
import type { Package } from '../inventory/package.ts';
import { packageUrl, parsePackageUrl } from '../inventory/purl.ts';
import type { ImportedFinding } from './imported.ts';

/**
 * The value as the schema reads it.
 * @throws ParseError that names the first wrong field
 */
export function checked<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new ParseError(`${what}: ${issue?.path.join('.') || 'the report'}: ${issue?.message ?? 'is not valid'}`);
}

/** The rows that follow the schema, and how many do not. */
export function checkedRows<T>(
  schema: z.ZodType<T>,
  rows: readonly unknown[] | null | undefined,
): { readonly rows: readonly T[]; readonly bad: number } {
  const good = (rows ?? []).flatMap((row) => {
    const { success, data } = schema.safeParse(row);
    return success ? [data] : [];
  });
  return { rows: good, bad: (rows?.length ?? 0) - good.length };
}

/** The gap for rows that do not follow the format; none when there are none. */
export function badRows(target: string, location: string, count: number): readonly Gap[] {
  if (count === 0) return [];
  const reason = `${count} ${count === 1 ? 'row is' : 'rows are'} not as the format wants them, and not counted`;
  return [{ kind: 'file-unparsed', target, location, reason }];
}

/** The gap for findings that the scanner itself left out; none when it left out none. */
export function leftOut(target: string, count: number, by: string): readonly Gap[] {
  if (count === 0) return [];
  const reason = `${count} ${count === 1 ? 'finding was' : 'findings were'} left out by ${by}`;
  return [{ kind: 'not-scanned', target, location: 'findings', reason }];
}

/**
 * The fixed version that matters: of several (one a release line) the lowest above the installed one. What cannot be ordered keeps the scanner's
 * word, its first; undefined when there is none.
 */
export function fixAbove(
  installed: string,
  fixes: readonly string[],
  scheme: VersionScheme | undefined,
): string | undefined {
  const stated = fixes.filter((fix) => fix !== '');
  return versionsAbove(installed, stated, scheme)[0] ?? stated[0];
}

/** The versions above the installed one, lowest first; without a scheme none can be told. */
export function versionsAbove(
  installed: string,
  versions: readonly string[],
  scheme: VersionScheme | undefined,
): readonly string[] {
  if (scheme === undefined) return [];
  const above = versions.filter((version) => isAbove(scheme, version, installed));
  return above.sort((a, b) => (isAbove(scheme, a, b) ? 1 : isAbove(scheme, b, a) ? -1 : 0));
}

function isAbove(scheme: VersionScheme, a: string, b: string): boolean {
  try {
    return compareVersions(scheme, a, b) > 0;
  } catch (error) {
    if (error instanceof VersionError) return false;
    throw error;
  }
}

/** The first of the texts that is a digest. */
export function firstDigest(...texts: readonly (string | null | undefined)[]): Digest | undefined {
  return texts.find((text): text is Digest => text != null && isDigest(text));
}

/** How a finding names its package: as ours where it is one that we know, else by the report's words under a generic package URL. */
export function reportedPackage(
  found: Package | undefined,
  name: string,
  version: string,
  purl?: string | null,
): ImportedFinding['package'] {
  if (found !== undefined) return { name: found.name, version: found.version, purl: found.purl };
  return { name, version, purl: canonicalPurl(purl) ?? genericPurl(name, version) };
}

function canonicalPurl(purl: string | null | undefined): string | undefined {
  if (!purl) return undefined;
  try {
    return packageUrl(parsePackageUrl(purl));
  } catch (error) {
    if (error instanceof ParseError) return undefined;
    throw error;
  }
}

function genericPurl(name: string, version: string): string {
  return packageUrl({ type: 'generic', name: name.replace(/^\/+|\/+$/g, '') || 'unnamed', version });
}

/** The member with its value, or nothing. */
export function optional<K extends string, V>(key: K, value: V | null | undefined | ''): { readonly [P in K]?: V } {
  return value == null || value === '' ? {} : ({ [key]: value } as { [P in K]: V });
}
