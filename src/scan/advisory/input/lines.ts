// A text file line by line, plain, gzip or zstd, without holding it whole.
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import { LimitError, messageOf, PlimsollError } from '../../../platform/errors.ts';
import { LIMITS } from '../../../platform/limits.ts';
import { fileChunks } from '../../image/file-chunks.ts';
import { createInflater, packingOf } from '../../image/inflate.ts';

/**
 * Calls `take` with each line that is not empty, without its end.
 * @throws PlimsollError `input-missing` or `input-unreadable`; ParseError when the packing is damaged; LimitError for an endless line.
 */
export async function readLines(path: string, take: (line: string) => void): Promise<void> {
  const { size, head } = look(path);
  const decoder = new StringDecoder('utf8');
  let rest = '';
  let bytes = 0;
  const text = (decoded: string): void => {
    const lines = (rest + decoded).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > LIMITS.fileBytes)
      throw new LimitError(`${path}: a line longer than ${LIMITS.fileBytes} characters`);
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
