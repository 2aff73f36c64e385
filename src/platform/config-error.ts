// The error of a configuration that cannot be used.
import { PlimsollError } from './errors.ts';

/** A PlimsollError `config-invalid`; the message names file and line. */
export function invalidConfig(message: string, cause?: unknown): PlimsollError {
  return new PlimsollError('config-invalid', message, cause === undefined ? undefined : { cause });
}
