// Whether a file holds nothing but zeros, as those that etcd prepares for its log.
import { open } from 'node:fs/promises';
import { messageOf, PlimsollError } from '../../../platform/errors.ts';

const PIECE = Buffer.alloc(1024 * 1024);

/** @throws PlimsollError `input-missing` when it is gone */
export async function isZeros(path: string, name: string): Promise<boolean> {
  try {
    await using file = await open(path, 'r');
    const piece = Buffer.alloc(PIECE.length);
    for (;;) {
      const { bytesRead } = await file.read(piece, 0, piece.length);
      if (bytesRead === 0) return true;
      if (!piece.subarray(0, bytesRead).equals(PIECE.subarray(0, bytesRead))) return false;
    }
  } catch (error) {
    throw new PlimsollError('input-missing', `${name} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}
