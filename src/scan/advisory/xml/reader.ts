// A bounded XML reader: bytes come in pieces, opening and closing tags and text go out, nothing is kept. Extensible Markup Language 1.0,
// fifth edition, without document type declarations: no entity is defined, so none can be expanded beyond the five and characters (4.6).
import { LimitError, ParseError } from '../../../platform/errors.ts';
import { LIMITS } from '../../../platform/limits.ts';

/** Attributes by local name; without a prototype. */
export type XmlAttributes = Readonly<Record<string, string>>;

/** What is told of a document. Names are local: a prefix (`cvrf:Note`) is cut off. */
export interface XmlHandler {
  open(name: string, attributes: XmlAttributes): void;
  close(name: string): void;
  /** Character data inside the root; one stretch may come in several pieces. */
  text(text: string): void;
}

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };
/** The longest reference that means something is `&#x10FFFF;`. */
const REFERENCE_LENGTH = 12;
const NAME = /^[A-Za-z_:\u0080-\u{10FFFF}][\w:.\u0080-\u{10FFFF}-]*$/u;
const ATTRIBUTE = /\s+([^\s=/<>"']+)\s*=\s*(?:"([^"<]*)"|'([^'<]*)')/y;
const SPACE = /^\s*$/;

/** Reads one document. Give it the bytes with `push`, then call `end`. Each throws ParseError or LimitError. */
export class XmlReader {
  readonly #path: string;
  readonly #handler: XmlHandler;
  readonly #decoder = new TextDecoder();
  readonly #open: string[] = [];
  /** What was pushed and not yet understood: the beginning of markup, or of a reference. */
  #rest = '';
  #line = 1;
  #started = false;
  #closed = false;

  constructor(path: string, handler: XmlHandler) {
    this.#path = path;
    this.#handler = handler;
  }

  push(bytes: Uint8Array): void {
    this.#read(this.#decoder.decode(bytes, { stream: true }));
  }

  end(): void {
    this.#read(this.#decoder.decode());
    if (this.#rest !== '') throw this.#error('it ends inside of markup (an interrupted download?)');
    if (!this.#started) throw this.#error('it holds no element');
    if (!this.#closed) throw this.#error(`it ends before </${this.#open.at(-1)}> (an interrupted download?)`);
  }

  #read(more: string): void {
    const text = this.#rest === '' ? more : this.#rest + more;
    let at = 0;
    let lineEnd = text.indexOf('\n');
    while (at < text.length) {
      const next = text.charCodeAt(at) === 0x3c ? this.#markup(text, at) : this.#text(text, at);
      if (next === at) break;
      for (; lineEnd !== -1 && lineEnd < next; lineEnd = text.indexOf('\n', lineEnd + 1)) this.#line += 1;
      at = next;
    }
    this.#rest = text.slice(at);
    if (this.#rest.length > LIMITS.xmlMarkup) {
      throw new LimitError(`${this.#path}:${this.#line}: markup longer than ${LIMITS.xmlMarkup} characters`);
    }
  }

  /** Reads the text at `at`; where it ends, or `at` when more bytes are needed. */
  #text(text: string, at: number): number {
    const markup = text.indexOf('<', at);
    let end = markup === -1 ? text.length : markup;
    if (markup === -1) {
      const reference = text.lastIndexOf('&');
      if (reference >= at && text.length - reference < REFERENCE_LENGTH && !text.includes(';', reference)) {
        end = reference;
      }
    }
    if (end > at) this.#tell(text.slice(at, end), true);
    return end;
  }

  #tell(text: string, withReferences: boolean): void {
    if (this.#open.length > 0) this.#handler.text(withReferences ? this.#resolved(text) : text);
    else if (!SPACE.test(text)) throw this.#error(this.#started ? 'there is text behind the root element' : 'not XML');
  }

  /** Reads the markup at `at`; where it ends, or `at` when more bytes are needed. */
  #markup(text: string, at: number): number {
    if (text.startsWith('<!--', at)) return this.#skip(text, at, '-->');
    if (text.startsWith('<?', at)) return this.#declaration(text, at);
    if (text.startsWith('<![CDATA[', at)) return this.#characters(text, at);
    if (text.startsWith('<!DOCTYPE', at)) throw this.#error('a document type declaration, which is not read');
    if (text.startsWith('<!', at)) {
      if (text.length - at < '<!DOCTYPE'.length) return at;
      throw this.#error('markup that is not known');
    }
    const end = endOfTag(text, at);
    if (end === -1) return at;
    if (text.charCodeAt(at + 1) === 0x2f) this.#close(text.slice(at + 2, end).trimEnd());
    else this.#openTag(text.slice(at + 1, end));
    return end + 1;
  }

  #skip(text: string, at: number, terminator: string): number {
    const end = text.indexOf(terminator, at + 2);
    return end === -1 ? at : end + terminator.length;
  }

  #declaration(text: string, at: number): number {
    const end = this.#skip(text, at, '?>');
    if (end === at) return at;
    const encoding = /^<\?xml\s.*?\bencoding\s*=\s*["']([^"']*)["']/s.exec(text.slice(at, end))?.[1];
    if (encoding !== undefined && !/^(utf-?8|us-ascii)$/i.test(encoding)) {
      throw this.#error('an encoding other than UTF-8, which is not read');
    }
    return end;
  }

  #characters(text: string, at: number): number {
    const end = this.#skip(text, at, ']]>');
    if (end !== at) this.#tell(text.slice(at + '<![CDATA['.length, end - ']]>'.length), false);
    return end;
  }

  #openTag(tag: string): void {
    if (this.#closed) throw this.#error('there is an element behind the root element');
    const isEmpty = tag.endsWith('/');
    const body = isEmpty ? tag.slice(0, -1) : tag;
    const length = body.search(/\s/);
    const qualified = length === -1 ? body : body.slice(0, length);
    if (!NAME.test(qualified)) throw this.#error('a tag without a name');
    const attributes = length === -1 ? NO_ATTRIBUTES : this.#attributes(body, length);
    if (this.#open.length >= LIMITS.xmlDepth) {
      throw new LimitError(`${this.#path}:${this.#line}: elements nested deeper than ${LIMITS.xmlDepth}`);
    }
    this.#started = true;
    this.#open.push(qualified);
    this.#handler.open(localName(qualified), attributes);
    if (isEmpty) this.#close(qualified);
  }

  #attributes(body: string, from: number): XmlAttributes {
    const attributes: Record<string, string> = Object.create(null);
    ATTRIBUTE.lastIndex = from;
    for (let at = from; ; at = ATTRIBUTE.lastIndex) {
      const match = ATTRIBUTE.exec(body);
      if (match === null) {
        if (SPACE.test(body.slice(at))) return attributes;
        throw this.#error('an attribute that is not NAME="VALUE"');
      }
      attributes[localName(match[1] ?? '')] = this.#resolved(match[2] ?? match[3] ?? '');
    }
  }

  #close(qualified: string): void {
    if (this.#open.pop() !== qualified) throw this.#error('a closing tag that does not fit the opening one');
    this.#closed = this.#open.length === 0;
    this.#handler.close(localName(qualified));
  }

  #resolved(text: string): string {
    if (!text.includes('&')) return text;
    return text.replace(/&([^;&]{0,12};)?/g, (_, reference: string | undefined) => {
      const character = reference === undefined ? undefined : characterOf(reference.slice(0, -1));
      if (character === undefined) throw this.#error('a reference to an entity that is not defined');
      return character;
    });
  }

  #error(problem: string): ParseError {
    return new ParseError(`${this.#path}:${this.#line}: ${problem}`);
  }
}

const NO_ATTRIBUTES: XmlAttributes = Object.freeze(Object.create(null));

/** Where the tag's `>` is; one inside of quotes is none. -1 when the tag is not complete. */
function endOfTag(text: string, from: number): number {
  for (let at = from + 1; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 0x3e) return at;
    if (code === 0x22 || code === 0x27) {
      at = text.indexOf(code === 0x22 ? '"' : "'", at + 1);
      if (at === -1) return -1;
    }
  }
  return -1;
}

function localName(qualified: string): string {
  const colon = qualified.indexOf(':');
  return colon === -1 ? qualified : qualified.slice(colon + 1);
}

/** The character behind a reference, XML 4.1; undefined for one that is not defined. */
function characterOf(reference: string): string | undefined {
  if (Object.hasOwn(ENTITIES, reference)) return ENTITIES[reference];
  const match = /^#(?:(\d{1,7})|x([0-9A-Fa-f]{1,6}))$/.exec(reference);
  if (match === null) return undefined;
  const code = match[1] === undefined ? Number.parseInt(match[2] ?? '', 16) : Number(match[1]);
  const allowed = code <= 0x10ffff && (code >= 0x20 || code === 9 || code === 10 || code === 13);
  return allowed && !(code >= 0xd800 && code <= 0xdfff) ? String.fromCodePoint(code) : undefined;
}
