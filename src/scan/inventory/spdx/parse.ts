// Reads an SPDX document as far as it says which apk packages it describes.
// Format: SPDX 2.3, JSON; a package is known by its package URL among `externalRefs` (annex F.3.5, type purl).
import { LimitError, ParseError } from '../../../platform/errors.ts';
import { LIMITS } from '../../../platform/limits.ts';
import { problemLog } from '../problem-log.ts';
import { type PackageUrl, parsePackageUrl } from '../purl.ts';
import { quoted } from '../token.ts';

/** Name and version of a package, as apk's database has them. */
export interface NamedVersion {
  readonly name: string;
  readonly version: string;
}

/** Longest package URL that is read. Those of apk packages stay under 200 characters. */
const LOCATOR_LENGTH = 2048;

/**
 * The apk packages of a document. Others, as sources and vendored modules, are passed over.
 * @throws ParseError for what is no SPDX 2 document; LimitError above `LIMITS.metadataBytes`.
 */
export function parseSpdx(body: Uint8Array): {
  readonly packages: readonly NamedVersion[];
  readonly problems: readonly string[];
} {
  if (body.length > LIMITS.metadataBytes)
    throw new LimitError(`${body.length} bytes, more than the ${LIMITS.metadataBytes} that are read`);
  const document = parseDocument(new TextDecoder().decode(body));
  const problems = problemLog();
  const packages: NamedVersion[] = [];
  for (const locator of listOf(document['packages']).flatMap(locatorsOf)) {
    if (!/^pkg:\/*apk\//i.test(locator)) continue;
    const { name, version } = urlOf(locator) ?? {};
    if (name === undefined || version === undefined)
      problems.add(() => `not a package URL with a version: ${quoted(locator)}`);
    else packages.push({ name, version });
  }
  return { packages, problems: problems.list() };
}

function parseDocument(text: string): Readonly<Record<string, unknown>> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (cause) {
    throw new ParseError('not JSON', { cause });
  }
  const document = fieldsOf(parsed);
  const version = document['spdxVersion'];
  if (typeof version !== 'string' || !version.startsWith('SPDX-2.')) throw new ParseError('not an SPDX 2 document');
  return document;
}

function locatorsOf(described: unknown): readonly string[] {
  return listOf(fieldsOf(described)['externalRefs']).flatMap((member) => {
    const { referenceType, referenceLocator } = fieldsOf(member);
    return referenceType === 'purl' && typeof referenceLocator === 'string' ? [referenceLocator] : [];
  });
}

function urlOf(locator: string): PackageUrl | undefined {
  if (locator.length > LOCATOR_LENGTH) return undefined;
  try {
    return parsePackageUrl(locator);
  } catch (error) {
    if (error instanceof ParseError) return undefined;
    throw error;
  }
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
