// Finds the changelog in a Debian package. A package is an ar archive (deb(5)) whose member data.tar holds the files; the changelog of a package is
// usr/share/doc/NAME/changelog.Debian.gz, or changelog.gz in packages that Debian makes itself (Debian Policy 12.7).
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { messageOf, ParseError } from '../../../platform/errors.ts';
import { LIMITS } from '../../../platform/limits.ts';
import { TarWalker } from '../../image/layer/tar.ts';
import type { Environment } from './programs.ts';
import { type Stretch, unpack } from './unpack.ts';

/** What a package has where its changelog is to be: text, or the name of the package that it shares its documents with. */
export type DebChangelog = { readonly text: string } | { readonly sharedWith: string } | undefined;

const MAGIC = '!<arch>\n';
const HEADER_BYTES = 60;
const CHANGELOG = /^usr\/share\/doc\/[^/]+\/changelog(?:\.Debian)?(?:\.gz)?$/;
const DOCUMENTS = /^usr\/share\/doc\/[^/]+(?:\/changelog\.Debian(?:\.gz)?)?$/;

/**
 * The changelog that begins with this version of this source package, if the file holds it.
 * @throws ParseError when the file is no package or damaged; LimitError; PlimsollError `input-unreadable`, `unsupported`
 */
export async function readDebChangelog(
  file: string,
  source: string,
  version: string,
  environment: Environment,
): Promise<DebChangelog> {
  const head = `${source} (${version}) `;
  let text: string | undefined;
  let sharedWith: string | undefined;
  const walker = new TarWalker({
    entry: ({ path, type, link, size }) => {
      if (type === 'symlink' && DOCUMENTS.test(path)) sharedWith ??= neighbour(link ?? '', path);
      if (type !== 'file' || text !== undefined || size > LIMITS.changelogBytes || !CHANGELOG.test(path))
        return undefined;
      return {
        whole: (body) => {
          const unpacked = plainText(body);
          if (unpacked.startsWith(head)) text = unpacked;
        },
      };
    },
    skipped: () => undefined,
  });
  await unpack(
    findData(file),
    LIMITS.layerBytes,
    (bytes) => {
      walker.push(bytes);
      return text !== undefined;
    },
    environment,
  );
  if (text !== undefined) return { text };
  walker.end();
  return sharedWith === undefined ? undefined : { sharedWith };
}

/** A changelog as it lies in a package; empty when it cannot be unpacked. */
function plainText(body: Buffer): string {
  try {
    const packed = body[0] === 0x1f && body[1] === 0x8b;
    return (packed ? gunzipSync(body, { maxOutputLength: LIMITS.changelogBytes }) : body).toString();
  } catch {
    return '';
  }
}

/** `libfoo1`, or the folder in `../libfoo1/changelog.Debian.gz`. */
function neighbour(link: string, path: string): string | undefined {
  const name =
    path.split('/').length > 4 ? /^(?:\.\.|\/usr\/share\/doc)\/([^/]+)\//.exec(link)?.[1] : link.replace(/^.*\//, '');
  return name !== undefined && /^[a-z0-9][a-z0-9+.-]+$/.test(name) ? name : undefined;
}

/** The place of the member data.tar. */
export function findData(file: string): Stretch {
  const size = statSync(file).size;
  const descriptor = openSync(file, 'r');
  try {
    if (readText(descriptor, file, 0, MAGIC.length) !== MAGIC) throw new ParseError(`${file}: not a Debian package`);
    for (let at = MAGIC.length; at + HEADER_BYTES <= size; ) {
      const header = readText(descriptor, file, at, HEADER_BYTES);
      const length = /^\d{1,10} *$/.exec(header.slice(48, 58)) === null ? Number.NaN : Number(header.slice(48, 58));
      const offset = at + HEADER_BYTES;
      if (!header.endsWith('`\n') || Number.isNaN(length) || offset + length > size) {
        throw new ParseError(`${file}: a damaged Debian package (member at byte ${at})`);
      }
      if (/^data\.tar(?:\.(?:gz|xz|zst))?\/? *$/.test(header.slice(0, 16))) return { file, offset, length };
      at = offset + length + (length % 2);
    }
  } finally {
    closeSync(descriptor);
  }
  throw new ParseError(`${file}: a Debian package without files that can be read (data.tar, plain, gz, xz or zst)`);
}

function readText(descriptor: number, file: string, at: number, length: number): string {
  const bytes = Buffer.alloc(length);
  try {
    return bytes.toString('latin1', 0, readSync(descriptor, bytes, 0, length, at));
  } catch (error) {
    throw new ParseError(`${file}: ${messageOf(error)}`, { cause: error });
  }
}
