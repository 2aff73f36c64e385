// Unpacks one LZ4 block, as squashfs and others embed it without a frame.
// Source: lz4_Block_format.md of the LZ4 project: a token, literals, an offset of two bytes, a match of at least four bytes.
import { ParseError } from '../../../platform/errors.ts';
import { copyMatch } from './copy-match.ts';

const LEAST_MATCH = 4;

/**
 * The unpacked bytes.
 * @throws ParseError when the block is damaged or gives more than `most` bytes.
 */
export function unpackLz4(packed: Uint8Array, most: number): Buffer {
  const output = Buffer.allocUnsafe(most);
  let made = 0;
  let at = 0;
  // A length of 15 goes on in bytes of 255 and a last one below that.
  const longer = (start: number): number => {
    let length = start;
    if (start !== 15) return length;
    for (;;) {
      const more = packed[at++];
      if (more === undefined) throw damaged();
      length += more;
      if (more !== 255) return length;
    }
  };
  while (at < packed.length) {
    const token = packed[at++] ?? 0;
    const literals = longer(token >> 4);
    if (literals > packed.length - at || literals > most - made) throw damaged();
    output.set(packed.subarray(at, at + literals), made);
    at += literals;
    made += literals;
    if (at === packed.length) return output.subarray(0, made);
    if (at + 2 > packed.length) throw damaged();
    const distance = (packed[at] ?? 0) | ((packed[at + 1] ?? 0) << 8);
    at += 2;
    const match = longer(token & 15) + LEAST_MATCH;
    if (distance === 0 || distance > made || match > most - made) throw damaged();
    copyMatch(output, made, distance, match);
    made += match;
  }
  throw damaged();
}

function damaged(): ParseError {
  return new ParseError('damaged lz4 data');
}
