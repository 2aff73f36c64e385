// Untrusted YAML to the YAML library's document, within bounds of time: the library itself takes ten seconds for a mebibyte that is made for it.
// What comes of a document (aliases followed, merge keys, scalars) is its reader's matter.
import { Composer, type Document, Lexer, type LineCounter, Parser } from 'yaml';
import { LimitError, ParseError } from './errors.ts';
import { LIMITS } from './limits.ts';

/** The library's own search for repeated keys takes time by the square of their number. */
const OPTIONS = { uniqueKeys: false, strict: true, prettyErrors: false, logLevel: 'silent' } as const;
/** Levels beyond the bound that the library may begin before it is stopped: a level can have a scalar of its own. */
const LEVELS_MORE = 10;

/**
 * Parses one document. What is wrong with it is in its `errors`, the first one first.
 * @param lines learns where lines begin
 * @param file name for messages
 * @param mostTokens that are read, for tests
 * @throws ParseError when a second document follows; LimitError for more tokens or levels than are read, or a long row of anchors and tags
 */
export function parseYamlDocument(
  text: string,
  lines: LineCounter,
  file: string,
  mostTokens: number = LIMITS.yamlTokens,
): Document.Parsed {
  refusePropertyRows(text, file);
  // The library makes an Error for every stray character. Nine tenths of the time would go into their stacks, which nobody reads.
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    const [document, second] = new Composer(OPTIONS).compose(
      tokensOf(text, lines, file, mostTokens),
      true,
      text.length,
    );
    if (document === undefined) throw new ParseError(`${file}: no YAML document`);
    if (second !== undefined && document.errors.length === 0) {
      throw new ParseError(`${file}: a second YAML document without a line --- before it`);
    }
    return document as Document.Parsed;
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

/** As the library's own `Parser.parse`, with a bound on tokens and levels. */
function* tokensOf(text: string, lines: LineCounter, file: string, most: number): ReturnType<Parser['parse']> {
  const parser = new Parser(lines.addNewLine);
  lines.addNewLine(0);
  let tokens = 0;
  for (const token of new Lexer().lex(text)) {
    tokens += 1;
    if (tokens > most) throw new LimitError(`${file}: more than ${most} YAML tokens`);
    if (parser.stack.length > LIMITS.yamlDepth + LEVELS_MORE) {
      throw new LimitError(`${file}: YAML nested more than ${LIMITS.yamlDepth} levels`);
    }
    yield* parser.next(token);
  }
  yield* parser.end();
}

/** Refuses text with a long row of what would be anchors and tags, before the library meets it: its time grows with the square. */
function refusePropertyRows(text: string, file: string): void {
  let row = 0;
  for (const [word] of text.matchAll(/\S+/g)) {
    if (!/^[&!]/.test(word)) {
      row = 0;
      continue;
    }
    for (const character of word) if (character === '&' || character === '!') row += 1;
    if (row > LIMITS.yamlPropertiesInRow) {
      throw new LimitError(`${file}: more than ${LIMITS.yamlPropertiesInRow} anchors or tags in a row`);
    }
  }
}
