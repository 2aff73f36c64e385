// Parses manifests of what is kept beside an image: cosign's signatures and attestations, bundles, bills of materials, BuildKit's attestations; and
// lists of such manifests. OCI image-spec 1.1 manifest.md ("Guidelines for Artifact Usage"), distribution-spec 1.1 "Listing Referrers".
import type { Digest } from '../../../platform/canonical.ts';
import { LimitError, ParseError } from '../../../platform/errors.ts';
import { LIMITS } from '../../../platform/limits.ts';
import { type Fields, objectIn, objectsIn, optionalText, readObject } from '../json-fields.ts';
import { type Descriptor, parseDescriptor } from '../manifest.ts';

/** A manifest of something that is no image. */
export interface Artefact {
  /** `artifactType`, or the media type of the configuration where there is none; '' where neither says anything. */
  readonly type: string;
  readonly layers: readonly Descriptor[];
  /** The image that it says it belongs to. */
  readonly subject?: Digest;
}

/**
 * Parses the manifest of an artefact. `what` names it in messages.
 * @throws ParseError, LimitError.
 */
export function parseArtefact(bytes: Uint8Array, what: string): Artefact {
  const fields = read(bytes, what);
  if (fields['manifests'] !== undefined) throw new ParseError(`${what} is an index where an artefact belongs`);
  const layers = objectsIn(fields, 'layers', what);
  if (layers.length > LIMITS.attachments) {
    throw new LimitError(`${what} has ${layers.length} parts (at most ${LIMITS.attachments})`);
  }
  const config = objectIn(fields, 'config', what);
  const subject = fields['subject'] === undefined ? undefined : objectIn(fields, 'subject', what);
  return {
    type: optionalText(fields, 'artifactType', what) ?? optionalText(config, 'mediaType', what) ?? '',
    layers: layers.map((layer) => parseDescriptor(layer, `${what}, layers`)),
    ...(subject === undefined ? {} : { subject: parseDescriptor(subject, `${what}, subject`).digest }),
  };
}

/**
 * Parses an index of artefacts: an answer of the referrers API, its fallback tag, or index.json of a layout.
 * @throws ParseError, LimitError.
 */
export function parseArtefactList(bytes: Uint8Array, what: string): readonly Descriptor[] {
  const fields = read(bytes, what);
  if (!Array.isArray(fields['manifests'])) throw new ParseError(`${what} is no index`);
  return objectsIn(fields, 'manifests', what).map((entry) => parseDescriptor(entry, what));
}

function read(bytes: Uint8Array, what: string): Fields {
  if (bytes.length > LIMITS.manifestBytes) {
    throw new LimitError(`${what} has ${bytes.length} bytes (at most ${LIMITS.manifestBytes})`);
  }
  const fields = readObject(bytes, what);
  if (fields['schemaVersion'] !== 2) throw new ParseError(`${what} has no schemaVersion 2`);
  return fields;
}
