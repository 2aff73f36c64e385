// Opens an image in a registry: its manifest by tag or digest, then everything else by verified digest from the same place.
import type { Platform } from '../platform.ts';
import { formatReference, type Reference } from '../reference.ts';
import type { RegistryClient } from '../registry/client.ts';
import { type ContentStore, selectImage } from '../select.ts';
import type { ImageSource } from '../source.ts';

/**
 * Opens the image that `reference` names.
 * @throws PlimsollError `not-found`, `unauthorized`, `registry`, `digest-mismatch`, `unsupported`; ParseError; LimitError.
 */
export async function openRegistryImage(
  reference: Reference,
  client: RegistryClient,
  wanted: Platform | undefined,
): Promise<ImageSource> {
  const root = await client.manifest(reference);
  const { registry, repository } = root.place;
  const store: ContentStore = {
    name: formatReference(root.place),
    readManifest: async ({ digest }) => (await client.manifest({ registry, repository, digest })).bytes,
    readBlob: (descriptor) => collect(client.blob(root.place, descriptor.digest, descriptor.size)),
    locate: async ({ digest }) => ({ kind: 'registry', registry, repository, digest }),
  };
  return selectImage(root, store, wanted);
}

/** The whole of a stream that ends after the size its descriptor states, which selectImage has bounded. */
async function collect(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(piece);
  return Buffer.concat(all);
}
