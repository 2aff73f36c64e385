// Small JSON files that one command of this program writes and another reads, carried between nodes or kept for later: held against their schema.
import type { z } from 'zod';
import { LimitError, ParseError } from '../../platform/errors.ts';
import { LIMITS } from '../../platform/limits.ts';

/** One kind of file. */
export interface KeptFile<Content> {
  readonly schema: z.ZodType<Content>;
  /** What it is, for messages: `a measurement`. */
  readonly what: string;
  /** The command line that writes it. */
  readonly command: string;
}

/**
 * Reads such a file.
 * @param name for messages
 * @throws ParseError for what is none; LimitError
 */
export function readKeptFile<Content>(
  text: string,
  name: string,
  { schema, what, command }: KeptFile<Content>,
): Content {
  if (text.length > LIMITS.encryptionConfigBytes) {
    throw new LimitError(`${name}: more than ${LIMITS.encryptionConfigBytes} characters`);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new ParseError(`${name}: not JSON: write it with ${command}`, { cause: error });
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new ParseError(`${name}: not ${what}: ${issue?.path.join('.') || 'the file'}: ${issue?.message ?? 'wrong'}`);
}
