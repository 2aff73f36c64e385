// The digests of a layer that no manifest pins: of its bytes as stored, and of what they unpack to (the diffID of OCI image-spec config.md).
import { createHash, type Hash } from 'node:crypto';
import type { Digest } from '../../platform/canonical.ts';
import { createInflater, packingOf } from './inflate.ts';
import type { BlobChunks } from './layer.ts';

/** @throws ParseError when packed bytes are damaged. */
export async function hashLayer(chunks: BlobChunks): Promise<{ readonly digest: Digest; readonly diffId: Digest }> {
  const stored = createHash('sha256');
  let unpacked: Hash | undefined;
  let inflater: ReturnType<typeof createInflater> | undefined;
  for await (const chunk of chunks) {
    stored.update(chunk);
    if (inflater === undefined) {
      const packing = packingOf(chunk);
      // A plain tar is its own unpacked form: hashed once.
      if (packing !== 'tar') unpacked = createHash('sha256');
      inflater = createInflater(packing, (bytes) => unpacked?.update(bytes));
    }
    if (unpacked !== undefined) await inflater.push(chunk);
  }
  await inflater?.end();
  inflater?.close();
  const digest: Digest = `sha256:${stored.digest('hex')}`;
  return { digest, diffId: unpacked === undefined ? digest : `sha256:${unpacked.digest('hex')}` };
}
