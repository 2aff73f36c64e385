// YAML that belongs to others, changed in a few places: comments, order and the look of what is not changed stay. YAML 1.2.2.
import { type Document, isMap, isSeq, LineCounter, type YAMLMap, type YAMLSeq } from 'yaml';
import { ParseError } from '../../../platform/errors.ts';
import { parseYamlDocument } from '../../../platform/yaml-document.ts';

/** A path of keys and positions in a document. */
export type YamlPath = readonly (string | number)[];

/** One document while it is changed. */
export class YamlEdit {
  readonly #document: Document;
  readonly #name: string;
  readonly #style: { readonly indent: number; readonly indentSeq: boolean; readonly flowCollectionPadding: boolean };

  /**
   * @param name of the file, for messages
   * @throws ParseError for what is no YAML mapping; LimitError
   */
  constructor(text: string, name: string) {
    const lines = new LineCounter();
    const document = parseYamlDocument(text, lines, name);
    const [error] = document.errors;
    if (error !== undefined || !isMap(document.contents)) {
      throw new ParseError(`${name}: ${error === undefined ? 'not a YAML mapping' : error.message}`, { cause: error });
    }
    keepScalars(document);
    this.#document = document;
    this.#name = name;
    this.#style = styleOf(document.contents, lines, text);
  }

  /** The mapping at a path, made where there is none or nothing in it. @throws ParseError when something else stands there */
  map(path: YamlPath): YAMLMap {
    const node = this.#made(path, {});
    if (isMap(node)) return node;
    throw new ParseError(`${this.#name}: ${path.join('.')} is no mapping that can be changed`);
  }

  /** The list at a path, made where there is none or nothing in it. @throws ParseError when something else stands there */
  list(path: YamlPath): YAMLSeq {
    const node = this.#made(path, []);
    if (isSeq(node)) return node;
    throw new ParseError(`${this.#name}: ${path.join('.')} is no list that can be changed`);
  }

  /** Whether anything stands at a path. */
  has(path: YamlPath): boolean {
    return this.#document.hasIn(path);
  }

  /** A value as a node of this document. */
  node(value: unknown): ReturnType<Document['createNode']> {
    return this.#document.createNode(value);
  }

  /** The text as it is now. */
  toString(): string {
    return this.#document.toString({ ...this.#style, lineWidth: 0 });
  }

  #made(path: YamlPath, empty: object): unknown {
    const found: unknown = this.#document.getIn(path);
    if (found !== undefined && found !== null) return this.#document.getIn(path, true);
    const made = this.#document.createNode(empty);
    // An empty collection that was made in block style would stay `{}` otherwise.
    if (isMap(made) || isSeq(made)) made.flow = false;
    this.#document.setIn(path, made);
    return made;
  }
}

const VERBATIM: ReadonlySet<string> = new Set(
  ['int', 'float', 'bool', 'null'].map((name) => `tag:yaml.org,2002:${name}`),
);

/**
 * Scalars that are not changed are written as they stood: `0644` is another number to the YAML 1.1 of Kubernetes than to 1.2, and a number of twenty digits
 * is none of JavaScript's.
 */
function keepScalars({ schema }: Document): void {
  schema.tags = schema.tags.map((tag) => {
    if (!VERBATIM.has(tag.tag) || tag.collection !== undefined || tag.stringify === undefined) return tag;
    const { stringify } = tag;
    return {
      ...tag,
      stringify: (item, context, onComment, onChompKeep) =>
        item.source ?? stringify(item, context, onComment, onChompKeep),
    };
  });
}

/** How the file is indented: kubeadm writes the dashes of a list under its key, others deeper. */
function styleOf(root: YAMLMap, lines: LineCounter, text: string) {
  let indent: number | undefined;
  let indentSeq: boolean | undefined;
  const look = (map: YAMLMap): void => {
    for (const { key, value } of map.items) {
      const at = columnOf(key, lines);
      const inner = columnOf(isMap(value) ? value.items[0]?.key : value, lines);
      if (at === undefined || inner === undefined || isFlow(value)) continue;
      if (isSeq(value)) indentSeq ??= inner > at;
      if (isMap(value)) {
        if (inner > at) indent ??= inner - at;
        look(value);
      }
    }
  };
  look(root);
  return {
    indent: indent ?? 2,
    indentSeq: indentSeq ?? false,
    flowCollectionPadding: /[[{] \S/.test(text),
  };
}

function isFlow(node: unknown): boolean {
  return (isMap(node) || isSeq(node)) && node.flow === true;
}

function columnOf(node: unknown, lines: LineCounter): number | undefined {
  if (typeof node !== 'object' || node === null || !('range' in node) || !Array.isArray(node.range)) return undefined;
  const [start]: unknown[] = node.range;
  return typeof start === 'number' ? lines.linePos(start).col : undefined;
}
