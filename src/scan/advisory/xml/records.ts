// The elements of a large XML document that stand for records, one at a time: each is built as a small tree, handed over and forgotten, so
// that memory grows with a record and not with the document.
import { LimitError } from '../../../platform/errors.ts';
import { LIMITS } from '../../../platform/limits.ts';
import { type XmlAttributes, type XmlHandler, XmlReader } from './reader.ts';

/** An element with what is inside. `text` is its own character data without surrounding space, that of inner elements left out. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: XmlAttributes;
  readonly text: string;
  readonly children: readonly XmlElement[];
}

interface Growing {
  readonly name: string;
  readonly attributes: XmlAttributes;
  text: string;
  readonly children: Growing[];
}

/** Reads a document in pieces and calls `record` for each element of one of the names, whatever surrounds it; `root` with the name of the root. */
export class XmlRecords {
  readonly #reader: XmlReader;

  constructor(
    path: string,
    names: readonly string[],
    handler: { readonly root?: (name: string) => void; readonly record: (element: XmlElement) => void },
  ) {
    this.#reader = new XmlReader(path, recordHandler(path, names, handler));
  }

  /** @throws ParseError, LimitError */
  push(bytes: Uint8Array): void {
    this.#reader.push(bytes);
  }

  /** @throws ParseError when the document is not complete. */
  end(): void {
    this.#reader.end();
  }
}

function recordHandler(
  path: string,
  names: readonly string[],
  { root, record }: ConstructorParameters<typeof XmlRecords>[2],
): XmlHandler {
  const growing: Growing[] = [];
  let rootSeen = false;
  let nodes = 0;
  return {
    open: (name, attributes) => {
      if (!rootSeen) root?.(name);
      rootSeen = true;
      if (growing.length === 0 && !names.includes(name)) return;
      const element: Growing = { name, attributes, text: '', children: [] };
      growing.at(-1)?.children.push(element);
      growing.push(element);
      nodes += 1;
      if (nodes > LIMITS.xmlRecordElements) {
        throw new LimitError(`${path}: a record of more than ${LIMITS.xmlRecordElements} elements`);
      }
    },
    close: () => {
      const element = growing.pop();
      if (element === undefined) return;
      element.text = element.text.trim();
      if (growing.length > 0) return;
      nodes = 0;
      record(element);
    },
    text: (text) => {
      const element = growing.at(-1);
      if (element === undefined) return;
      element.text += text;
      if (element.text.length > LIMITS.xmlText) {
        throw new LimitError(`${path}: a text longer than ${LIMITS.xmlText} characters`);
      }
    },
  };
}

/** The inner elements of that name. */
export function childrenOf(element: XmlElement | undefined, name: string): readonly XmlElement[] {
  return element?.children.filter((child) => child.name === name) ?? [];
}

/** The first inner element of that name. */
export function childOf(element: XmlElement | undefined, name: string): XmlElement | undefined {
  return element?.children.find((child) => child.name === name);
}

/** The text of the first inner element of that name; undefined when there is none, or no text in it. */
export function childText(element: XmlElement | undefined, name: string): string | undefined {
  const text = childOf(element, name)?.text ?? '';
  return text === '' ? undefined : text;
}
