import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deflateRawSync } from 'node:zlib';
import { ParseError } from '../../../platform/errors.ts';
import { readListing } from './listing.ts';

/** A listing of one block with these bytes. */
function listingOf(block: Uint8Array): Buffer {
  const packed = deflateRawSync(block);
  const head = Buffer.alloc(8);
  head.writeUInt32LE(packed.length, 0);
  head.writeUInt32LE(block.length, 4);
  return Buffer.concat([head, packed]);
}

/** Flags of a file, mode, owner and group, size, then name and link with their lengths. */
const ENTRY = Buffer.concat([Buffer.of(0, 4, 0, 0, 1, 3, 0), Buffer.from('etc'), Buffer.of(0, 0)]);

test('a listing that is cut anywhere inside an entry is refused, whatever its lengths claim', () => {
  const paths: string[] = [];
  readListing(listingOf(Buffer.concat([ENTRY, ENTRY])), ({ path }) => paths.push(path));
  assert.deepEqual(paths, ['etc', 'etc']);
  for (let length = 1; length < ENTRY.length; length += 1) {
    assert.throws(() => readListing(listingOf(ENTRY.subarray(0, length)), () => undefined), ParseError, String(length));
  }
  const absurd = Buffer.from(ENTRY);
  absurd.writeUInt16LE(0xffff, 5);
  assert.throws(() => readListing(listingOf(absurd), () => undefined), ParseError);
  assert.throws(() => readListing(listingOf(Buffer.of(0x0f)), () => undefined), ParseError);
  assert.throws(() => readListing(Buffer.of(1, 2, 3), () => undefined), ParseError);
});
