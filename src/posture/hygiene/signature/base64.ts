// Base64 as signers write it: RFC 4648 section 4, or section 5 as JSON of other makers has it; anything else is no signature.
import { ParseError } from '../../../platform/errors.ts';

/**
 * The bytes of a text. `what` names it in messages.
 * @throws ParseError when it is empty or holds other characters.
 */
export function bytesOfBase64(text: string, what: string): Uint8Array {
  if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(text)) throw new ParseError(`${what} is not base64`);
  return Buffer.from(text, 'base64');
}
