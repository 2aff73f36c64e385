// `images:FILE`: a list of references, one a line, with # comments; a second column behind a tab pins what was really shipped.
import { basename } from 'node:path';
import { PlimsollError } from '../../../platform/errors.ts';
import type { LoadOptions, ReleaseAdapter } from '../adapter.ts';
import { listedParts, type ReleaseParts } from '../assemble.ts';
import { readTextFile } from '../folder.ts';
import { identityOfPath } from '../identity.ts';
import type { Mention } from '../mention.ts';
import { parseReferenceList } from '../reference-list.ts';

/** The adapter for lists of references. */
export const images: ReleaseAdapter = {
  id: 'images',
  title: 'list of image references',
  argument: 'FILE',
  reads: 'one reference a line, # comments, optionally a tab and the pinned reference',
  recognizes,
  load,
};

/** A text file of which every line is a reference and at least one is written as such: with a slash, a tag or a digest. */
function recognizes(path: string): boolean {
  try {
    const text = readTextFile(path);
    const { references, gaps } = parseReferenceList(text, path);
    return references.length > 0 && gaps.length === 0 && /[/:@]/.test(text.replace(/#.*$/gm, ''));
  } catch {
    return false;
  }
}

async function load(path: string, options: LoadOptions): Promise<ReleaseParts> {
  const file = basename(path);
  const { references, gaps } = parseReferenceList(readTextFile(path), file);
  if (references.length === 0) {
    throw new PlimsollError(
      'input-missing',
      `${path} lists no image reference${gaps[0] === undefined ? '' : ` (${gaps[0].reason})`}`,
    );
  }
  const mentions: readonly Mention[] = references.map(({ line, ...reference }) => ({
    ...reference,
    source: file,
    position: `${file}:${line}`,
  }));
  const { name = 'images', version = 'unknown' } = identityOfPath(path);
  return listedParts({ name, version }, mentions, gaps, options.own);
}
