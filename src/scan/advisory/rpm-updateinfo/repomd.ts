// The table of contents of an rpm repository, repodata/repomd.xml: where its update information lies, and the digest that this must have.
// There is no published schema; the elements are those of createrepo_c (repomd.h) and of libsolv (ext/repo_repomdxml.c).
import { ParseError } from '../../../platform/errors.ts';
import { childOf, childText, type XmlElement, XmlRecords } from '../xml/records.ts';

/** A file of a repository. */
export interface RepositoryFile {
  /** Relative to the repository. */
  readonly href: string;
  /** Algorithm as Node calls it, and hexadecimal digest of the file as it lies there. */
  readonly algorithm: 'sha256' | 'sha384' | 'sha512';
  readonly digest: string;
}

const LENGTHS = { sha256: 64, sha384: 96, sha512: 128 } as const;

/**
 * The update information; undefined when the repository has none.
 * @throws ParseError when it is no repomd.xml, or vouches for the file with nothing that this program takes (SHA-1 is none)
 */
export function readRepomd(bytes: Uint8Array, path: string): RepositoryFile | undefined {
  const entries: XmlElement[] = [];
  const records = new XmlRecords(path, ['data'], {
    root: (name) => {
      if (name !== 'repomd')
        throw new ParseError(`${path}: not the index of an rpm repository (the root is not <repomd>)`);
    },
    record: (element) => {
      if (element.attributes['type'] === 'updateinfo') entries.push(element);
    },
  });
  records.push(bytes);
  records.end();
  const [entry] = entries;
  return entry === undefined ? undefined : fileOf(entry, path);
}

function fileOf(entry: XmlElement, path: string): RepositoryFile {
  const href = childOf(entry, 'location')?.attributes['href'];
  const type = childOf(entry, 'checksum')?.attributes['type'];
  const digest = childText(entry, 'checksum')?.toLowerCase() ?? '';
  const algorithm = (['sha256', 'sha384', 'sha512'] as const).find((known) => known === type);
  if (href === undefined) throw new ParseError(`${path}: the update information has no location`);
  if (algorithm === undefined || digest.length !== LENGTHS[algorithm] || !/^[0-9a-f]+$/.test(digest)) {
    throw new ParseError(`${path}: the update information has no SHA-2 digest (${type ?? 'none'})`);
  }
  return { href, algorithm, digest };
}
