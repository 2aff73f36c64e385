// What a fuzz target is: one parser of bytes or text from outside, and what of it must hold for every input.
import type { ErrorCode } from '../../src/platform/errors.ts';

/** Which changes make sense beside those of bytes: of lines and numbers in text, of members in JSON. */
export type Form = 'binary' | 'text' | 'json';

/** One parser under test. */
export interface FuzzTarget {
  /** Name of its folder in the corpus. */
  readonly id: string;
  readonly form: Form;
  /** The members of registries that it reads for, `feed osv`. */
  readonly covers?: readonly string[];
  /** Codes of PlimsollError that it may raise besides those of ParseError and LimitError. */
  readonly codes?: readonly ErrorCode[];
  /** Words of its format. */
  readonly words?: readonly string[];
  /** Makes checksums true again, so that damage gets behind them. May change the input in place. */
  readonly mend?: (input: Buffer) => Buffer;
  /**
   * Parses the input and asks of the result what callers would ask.
   * @param folder an empty folder of its own, for parsers that read files
   * @returns something whose shape tells how far the input came
   */
  readonly run: (input: Buffer, folder: string) => unknown;
}
