// The digests of a layer that no manifest pins: of its bytes as stored, and of what they unpack to (the diffID of OCI image-spec config.md).
import { createHash } from 'node:crypto';
import type { Digest } from '../../../platform/canonical.ts';
import { LIMITS } from '../../../platform/limits.ts';
import { createInflater, type Inflater, type Packing, packingOf } from './inflate.ts';
import { type BlobChunks, checkUnpacked, type LayerLimits } from './read-layer.ts';

/** @throws ParseError when packed bytes are damaged; LimitError when they unpack to too much. `limits` are for tests. */
export async function hashLayer(
  chunks: BlobChunks,
  limits: Omit<LayerLimits, 'layerEntries'> = LIMITS,
): Promise<{ readonly digest: Digest; readonly diffId: Digest }> {
  const stored = createHash('sha256');
  const unpacked = createHash('sha256');
  let packedBytes = 0;
  let unpackedBytes = 0;
  const onBytes = (bytes: Uint8Array): void => {
    unpackedBytes += bytes.length;
    checkUnpacked(unpackedBytes, packedBytes, limits);
    unpacked.update(bytes);
  };
  let packing: Packing | undefined;
  let inflater: Inflater | undefined;
  try {
    for await (const chunk of chunks) {
      stored.update(chunk);
      packedBytes += chunk.length;
      packing ??= packingOf(chunk);
      // A plain tar is its own unpacked form: hashed once.
      if (packing === 'tar') continue;
      inflater ??= createInflater(packing, onBytes);
      await inflater.push(chunk);
    }
    await inflater?.end();
  } finally {
    inflater?.close();
  }
  const digest: Digest = `sha256:${stored.digest('hex')}`;
  return { digest, diffId: inflater === undefined ? digest : `sha256:${unpacked.digest('hex')}` };
}
