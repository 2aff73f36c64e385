// Words of a JMESPath expression. Grammar: jmespath.org/specification.html.
import { LimitError, ParseError } from '../../../../platform/errors.ts';
import { LIMITS } from '../../../../platform/limits.ts';

/** A word: its kind (for signs the sign itself), its text without quotes, where it starts. */
export interface Token {
  readonly type: string;
  readonly text: string;
  readonly offset: number;
}

const WORD =
  /(\s+)|([A-Za-z_]\w*)|(-?\d+)|"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|`((?:[^`\\]|\\.)*)`|(\[\?|\[\]|\|\||&&|==|!=|<=|>=|[.*[\]{}(),:@&|!<>])/sy;

/** @throws ParseError, LimitError */
export function tokensOf(text: string): readonly Token[] {
  if (text.length > LIMITS.expressionLength) {
    throw new LimitError(`an expression is longer than ${LIMITS.expressionLength} characters`);
  }
  const tokens: Token[] = [];
  for (let offset = 0; offset < text.length; ) {
    WORD.lastIndex = offset;
    const match = WORD.exec(text);
    if (match === null) {
      throw new ParseError(`the expression ${text.slice(0, 120)}: character ${offset + 1} starts no word`);
    }
    const [whole, space, name, number, quoted, raw, literal, sign] = match;
    if (name !== undefined) tokens.push({ type: 'name', text: name, offset });
    else if (number !== undefined) tokens.push({ type: 'number', text: number, offset });
    else if (quoted !== undefined) tokens.push({ type: 'quoted', text: unquoted(whole), offset });
    else if (raw !== undefined) tokens.push({ type: 'raw', text: raw.replaceAll("\\'", "'"), offset });
    else if (literal !== undefined) tokens.push({ type: 'literal', text: literal.replaceAll('\\`', '`'), offset });
    else if (space === undefined) tokens.push({ type: sign ?? '', text: sign ?? '', offset });
    offset += whole.length;
  }
  return tokens;
}

function unquoted(text: string): string {
  try {
    return String(JSON.parse(text));
  } catch (error) {
    throw new ParseError(`the quoted name ${text.slice(0, 120)} is no JSON text`, { cause: error });
  }
}
