// What is looked for: a vulnerability by any of its ids, or a package by its name or package URL, in some versions.
import { messageOf, ParseError, PlimsollError } from '../../platform/errors.ts';
import { type PackageUrl, parsePackageUrl } from '../../scan/inventory/purl.ts';
import { parseRange, type Range } from './range.ts';

/** A question. A name without a range is also looked up as the id of a vulnerability. */
export type Query =
  | { readonly kind: 'vulnerability'; readonly id: string }
  | { readonly kind: 'name'; readonly name: string; readonly range: Range }
  | { readonly kind: 'purl'; readonly purl: PackageUrl; readonly range: Range };

/** Ids that are no names of packages. */
const VULNERABILITY = /^(CVE-\d{4}-\d{4,}|GHSA(-[0-9a-z]{4}){3})$/i;

/**
 * Reads `CVE|PURL|NAME[@RANGE]`. A package URL may have a range in the place of its version.
 * @throws PlimsollError `usage` for what is none of these.
 */
export function parseQuery(text: string): Query {
  const wanted = text.trim();
  if (wanted === '') throw new PlimsollError('usage', 'name a vulnerability, a package or a package URL');
  if (VULNERABILITY.test(wanted)) return { kind: 'vulnerability', id: wanted };
  if (/^pkg:/i.test(wanted)) return purlQuery(wanted);
  // The `@` of an npm scope stands first and has a slash behind it.
  const at = wanted.lastIndexOf('@');
  if (at <= 0 || wanted.includes('/', at)) return { kind: 'name', name: wanted, range: [] };
  return { kind: 'name', name: wanted.slice(0, at), range: parseRange(wanted.slice(at + 1)) };
}

function purlQuery(text: string): Query {
  try {
    const { version, ...purl } = parsePackageUrl(text);
    return { kind: 'purl', purl, range: version === undefined ? [] : parseRange(version) };
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    throw new PlimsollError('usage', messageOf(error), { cause: error });
  }
}

/** The word under which the index keeps what the query looks for. */
export function termOf(query: Query): string {
  switch (query.kind) {
    case 'vulnerability':
      return normalTerm(query.id);
    case 'name':
      return normalTerm(query.name);
    case 'purl':
      return purlTerm(query.purl);
  }
}

/** Words are compared without regard to case. */
export function normalTerm(text: string): string {
  return text.toLowerCase();
}

/** A package URL's type and name alone: what else a query says of it is compared entry by entry. */
export function purlTerm({ type, name }: Pick<PackageUrl, 'type' | 'name'>): string {
  return normalTerm(`pkg:${type}/${name}`);
}
