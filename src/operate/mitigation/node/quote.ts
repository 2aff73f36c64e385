// Text as one word of a POSIX shell (IEEE 1003.1, Shell Command Language 2.2.2): the only way by which a value gets into a script.
import { PlimsollError } from '../../../platform/errors.ts';

/** The text in single quotes, in which nothing is expanded. @throws PlimsollError `unsupported` for text with a NUL, which no shell can hold */
export function quoted(text: string): string {
  if (text.includes('\0')) throw new PlimsollError('unsupported', 'a value for a node has a NUL character in it');
  return `'${text.replaceAll("'", "'\\''")}'`;
}
