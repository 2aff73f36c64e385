// A text file line by line, plain, gzip or zstd, without holding it whole.
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import { LimitError, messageOf, PlimsollError } from '../../../platform/errors.ts';
import { LIMITS } from '../../../platform/limits.ts';
import { fileChunks } from '../../image/file-chunks.ts';
import { createInflater, packingOf } from '../../image/layer/inflate.ts';

/**
 * Calls `take` with each line that is not empty, without its end.
 * @throws PlimsollError `input-missing` or `input-unreadable`; ParseError when the packing is damaged; LimitError for an endless line.
 */
export async function readLines(path: string, take: (line: string) => void): Promise<void> {
  const { size, head } = look(path);
  const decoder = new StringDecoder('utf8');
  // A line that spans chunks waits in pieces, so that a long one costs its length and not its square.
  let pieces: string[] = [];
  let waiting = 0;
  let bytes = 0;
  const text = (decoded: string): void => {
    const newline = decoded.indexOf('\n');
    if (newline === -1) {
      pieces.push(decoded);
      waiting += decoded.length;
      if (waiting > LIMITS.fileBytes)
        throw new LimitError(`${path}: a line longer than ${LIMITS.fileBytes} characters`);
      return;
    }
    const lines = decoded.split('\n');
    lines[0] = pieces.join('') + lines[0];
    const rest = lines.pop() ?? '';
    pieces = [rest];
    waiting = rest.length;
    for (const line of lines) if (line !== '') take(line);
  };
  const inflater = createInflater(packingOf(head), (chunk) => {
    bytes += chunk.length;
    if (bytes > LIMITS.feedBytes) throw new LimitError(`${path}: more than ${LIMITS.feedBytes} bytes unpacked`);
    text(decoder.write(Buffer.from(chunk)));
  });
  try {
    for (const chunk of fileChunks(path, 0, size)) {
      const pushed = inflater.push(chunk);
      if (pushed !== undefined) await pushed;
    }
    await inflater.end();
  } finally {
    inflater.close();
  }
  text(`${decoder.end()}\n`);
}

function look(path: string): { readonly size: number; readonly head: Buffer } {
  try {
    const descriptor = openSync(path, 'r');
    try {
      const head = Buffer.alloc(8);
      return { size: statSync(path).size, head: head.subarray(0, readSync(descriptor, head, 0, head.length, 0)) };
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    throw new PlimsollError(missing ? 'input-missing' : 'input-unreadable', `${path}: ${messageOf(error)}`, {
      cause: error,
    });
  }
}
