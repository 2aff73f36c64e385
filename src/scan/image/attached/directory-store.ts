// The signatures that skopeo writes beside an image of its `dir:` transport: files signature-1, signature-2 … A Sigstore signature is a JSON document
// behind a line that starts with a zero byte; others are OpenPGP messages (github.com/containers/image, internal/signature).
import { ParseError } from '../../../platform/errors.ts';
import { LIMITS } from '../../../platform/limits.ts';
import { readObject, requiredText, textMapIn } from '../json-fields.ts';
import { readVerified } from '../select.ts';
import type { BlobDescriptor } from '../source.ts';
import { directoryFiles, readLayoutFile } from '../transport/layout-files.ts';
import { readSized } from '../transport/oci.ts';
import { type Attachment, type AttachmentStore, needsPayload } from './attachment.ts';

/** First line of a file with a Sigstore signature. */
const SIGSTORE = Buffer.from('\0sigstore-json\n');
/** Any first line that names a format. */
const ZERO = 0;

/** OpenPGP signatures of simple signing, which are not verified. */
export const OPENPGP = 'application/pgp-signature';

/** The directory as a place of attachments: of an index that was copied whole, its build attestations lie there as manifests do. */
export function directoryAttachments(directory: string): AttachmentStore {
  const files = directoryFiles(directory);
  const read = (descriptor: BlobDescriptor, ending: string, limit: number): Promise<Uint8Array> =>
    readVerified(descriptor, limit, `a blob of ${directory}`, async (one) =>
      readSized(files, `${one.digest.slice('sha256:'.length)}${ending}`, one),
    );
  return {
    name: directory,
    tagged: async () => undefined,
    referrers: async () => ({ list: [], whole: true }),
    manifest: (descriptor) => read(descriptor, '.manifest.json', LIMITS.manifestBytes),
    blob: (descriptor) => read(descriptor, '', LIMITS.attachmentBytes),
  };
}

/**
 * The signatures beside the image in `directory`, in their order; a file that cannot be read is a problem.
 * @returns the problems, in words.
 */
export function readDirectorySignatures(directory: string, found: (attachment: Attachment) => void): readonly string[] {
  const files = directoryFiles(directory);
  const problems: string[] = [];
  for (let number = 1; number <= LIMITS.attachments; number += 1) {
    const name = `signature-${number}`;
    if (!files.has(name)) break;
    try {
      const bytes = readLayoutFile(files, name, LIMITS.attachmentBytes);
      found({ place: `file ${name}`, ...parseSignatureFile(bytes, name) });
    } catch (error) {
      problems.push(`${name}: ${error instanceof ParseError ? error.message : 'it cannot be read'}`);
    }
  }
  return problems;
}

/**
 * Parses a signature file. `what` names it in messages.
 * @throws ParseError
 */
export function parseSignatureFile(bytes: Uint8Array, what: string): Omit<Attachment, 'place'> {
  if (bytes[0] !== ZERO) return { mediaType: OPENPGP, annotations: {} };
  if (!SIGSTORE.equals(bytes.subarray(0, SIGSTORE.length))) throw new ParseError(`${what} is of an unknown format`);
  const fields = readObject(bytes.subarray(SIGSTORE.length), what);
  const mediaType = requiredText(fields, 'mimeType', what);
  return {
    mediaType,
    annotations: textMapIn(fields, 'annotations', what),
    ...(needsPayload(mediaType) ? { payload: Buffer.from(requiredText(fields, 'payload', what), 'base64') } : {}),
  };
}
