// Streams of bytes as lines: watches and etcd's streamed calls give one JSON value a line.
import { LimitError } from '../../platform/errors.ts';
import { LIMITS } from '../../platform/limits.ts';

/**
 * Lines of a stream of bytes, without their ends.
 * @throws LimitError for a line beyond `LIMITS.serverAnswerBytes`
 */
export async function* linesOf(pieces: AsyncIterable<Buffer>, server: string): AsyncGenerator<string, void, void> {
  let held: Buffer[] = [];
  let length = 0;
  for await (const piece of pieces) {
    let from = 0;
    for (let end = piece.indexOf(0x0a); end >= 0; end = piece.indexOf(0x0a, from)) {
      const line = Buffer.concat([...held, piece.subarray(from, end)]);
      held = [];
      length = 0;
      from = end + 1;
      if (line.length > 0) yield line.toString('utf8');
    }
    held.push(piece.subarray(from));
    length += piece.length - from;
    if (length > LIMITS.serverAnswerBytes) {
      throw new LimitError(`${server} sends a line of more than ${LIMITS.serverAnswerBytes} bytes`);
    }
  }
  const rest = Buffer.concat(held);
  if (rest.length > 0) yield rest.toString('utf8');
}
