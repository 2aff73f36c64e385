// YAML of a release: reads text from outside, gives plain nodes that know their line, so that a report can point at `manifests/platform.yaml:123`.
// YAML 1.2.2, core schema, with merge keys (yaml.org/type/merge). A scalar keeps the characters that were written: the tag 3.10 stays 3.10.
import { isAlias, isMap, isScalar, isSeq, LineCounter, type Pair, type Node as SourceNode } from 'yaml';
import { LimitError, ParseError } from '../../platform/errors.ts';
import { LIMITS } from '../../platform/limits.ts';
import { parseYamlDocument } from '../../platform/yaml-document.ts';

/** Text, number, boolean or null, as written. */
export interface YamlScalar {
  readonly kind: 'scalar';
  readonly line: number;
  readonly text: string;
  readonly isNull: boolean;
  /** It is text by its quotes, block style or tag, whatever it looks like. */
  readonly quoted?: true;
}

/** A sequence. */
export interface YamlList {
  readonly kind: 'list';
  readonly line: number;
  readonly items: readonly YamlNode[];
}

/** A mapping. Keys may repeat: what a reader makes of that is its own decision. */
export interface YamlMap {
  readonly kind: 'map';
  readonly line: number;
  readonly entries: readonly YamlEntry[];
}

/** A key of a mapping and its value; the line is the key's. */
export interface YamlEntry {
  readonly key: string;
  readonly line: number;
  readonly value: YamlNode;
  /** The key is text by its quotes or tag. */
  readonly quoted?: true;
}

/** A node of a parsed document; lines count from 1 in the file. */
export type YamlNode = YamlScalar | YamlList | YamlMap;

/** One document of a stream, still text. */
export interface YamlText {
  readonly text: string;
  /** Line of the file at which it starts, from 1. */
  readonly line: number;
}

const STRING_TAG = 'tag:yaml.org,2002:str';
const EMPTY: YamlScalar = { kind: 'scalar', line: 1, text: '', isNull: true };
/** A line that is not blank, a comment, a directive, or a bare document marker. */
const HAS_CONTENT = /^(?!(?:\.\.\.|---)?[ \t\r\ufeff]*(?:#|$)|%).+/m;

/**
 * Cuts a stream at its `---` lines, which no YAML construct can contain (YAML 1.2.2 section 9.1.2), so that one broken document does not
 * spoil its neighbours. Parts with nothing but comments, directives and end marks are left out.
 */
export function splitDocuments(text: string): readonly YamlText[] {
  const documents: YamlText[] = [];
  let start = 0;
  let startLine = 1;
  let line = 1;
  for (let position = 0; position < text.length; ) {
    const newline = text.indexOf('\n', position);
    const end = newline === -1 ? text.length : newline + 1;
    if (position > start && /^---(?=\s|$)/.test(text.slice(position, position + 4))) {
      pushDocument(documents, text.slice(start, position), startLine);
      start = position;
      startLine = line;
    }
    position = end;
    line += 1;
  }
  pushDocument(documents, text.slice(start), startLine);
  return documents;
}

/**
 * Parses one document; an empty one is a null scalar.
 * @param text the document
 * @param file name for error messages
 * @param firstLine line of the file at which the text starts
 * @throws ParseError with file and line; LimitError on nesting, size or aliases out of proportion
 */
export function parseYaml(text: string, file: string, firstLine = 1): YamlNode {
  const lines = new LineCounter();
  const document = parseYamlDocument(text, lines, file);
  const conversion: Conversion = { file, lines, firstLine, anchors: new Map(), nodes: 0 };
  const [error] = document.errors;
  if (error !== undefined) {
    const place = `${file}:${lineOf(conversion, error.pos[0])}`;
    if (error.code === 'RESOURCE_EXHAUSTION') throw new LimitError(`${place}: YAML is nested too deeply`);
    throw new ParseError(`${place}: ${error.message}`, { cause: error });
  }
  return document.contents === null ? { ...EMPTY, line: firstLine } : convert(document.contents, conversion, 0);
}

/** The value of a key, the last one where the key repeats (as PyYAML and yq read it), or undefined when there is none or the node is no mapping. */
export function nodeAt(node: YamlNode | undefined, ...path: readonly string[]): YamlNode | undefined {
  let current = node;
  for (const key of path) {
    if (current?.kind !== 'map') return undefined;
    current = current.entries.findLast((entry) => entry.key === key)?.value;
  }
  return current;
}

/** The text of a scalar that is not null, behind a path of keys. */
export function textAt(node: YamlNode | undefined, ...path: readonly string[]): string | undefined {
  const value = nodeAt(node, ...path);
  return value?.kind === 'scalar' && !value.isNull ? value.text : undefined;
}

/** The items of a list behind a path of keys; none when there is no list. */
export function itemsAt(node: YamlNode | undefined, ...path: readonly string[]): readonly YamlNode[] {
  const value = nodeAt(node, ...path);
  return value?.kind === 'list' ? value.items : [];
}

/** The entries of a mapping behind a path of keys; none when there is no mapping. */
export function entriesAt(node: YamlNode | undefined, ...path: readonly string[]): readonly YamlEntry[] {
  const value = nodeAt(node, ...path);
  return value?.kind === 'map' ? value.entries : [];
}

interface Conversion {
  readonly file: string;
  readonly lines: LineCounter;
  readonly firstLine: number;
  readonly anchors: Map<string, { readonly node: YamlNode; readonly size: number }>;
  nodes: number;
}

function pushDocument(documents: YamlText[], text: string, line: number): void {
  if (HAS_CONTENT.test(text)) documents.push({ text, line });
}

function lineOf(conversion: Conversion, offset: number): number {
  return conversion.lines.linePos(offset).line + conversion.firstLine - 1;
}

function convert(source: unknown, conversion: Conversion, depth: number): YamlNode {
  const before = conversion.nodes;
  count(conversion, 1);
  if (depth > LIMITS.yamlDepth) throw new LimitError(`${conversion.file}: nested more than ${LIMITS.yamlDepth} levels`);
  if (isAlias(source)) {
    const anchor = conversion.anchors.get(source.source);
    if (anchor === undefined) {
      throw new ParseError(`${place(source, conversion)}: the alias *${source.source} has no anchor before it`);
    }
    count(conversion, anchor.size);
    return anchor.node;
  }
  const node = convertNode(source, conversion, depth);
  const anchor = isScalar(source) || isMap(source) || isSeq(source) ? source.anchor : undefined;
  if (anchor !== undefined) conversion.anchors.set(anchor, { node, size: conversion.nodes - before });
  return node;
}

function convertNode(source: unknown, conversion: Conversion, depth: number): YamlNode {
  if (isMap(source)) {
    const entries: YamlEntry[] = [];
    const merged: YamlEntry[] = [];
    for (const pair of source.items) {
      const entry = convertPair(pair, conversion, depth);
      if (!isMergeKey(pair)) entries.push(entry);
      else for (const given of mergedEntries(entry, conversion)) merged.push(given);
    }
    const own = new Set(entries.map((entry) => entry.key));
    return {
      kind: 'map',
      line: sourceLine(source, conversion),
      entries: [...merged.filter((entry) => !own.has(entry.key)), ...entries],
    };
  }
  if (isSeq(source)) {
    const items = source.items.map((item) => convert(item, conversion, depth + 1));
    return { kind: 'list', line: sourceLine(source, conversion), items };
  }
  if (isScalar(source)) {
    const text = typeof source.value === 'string' ? source.value : (source.source ?? '');
    const quoted = source.tag === STRING_TAG || (source.tag === undefined && source.type !== 'PLAIN');
    const line = sourceLine(source, conversion);
    return { kind: 'scalar', line, text, isNull: source.value === null, ...(quoted ? { quoted } : {}) };
  }
  return EMPTY;
}

function convertPair(pair: Pair<unknown, unknown>, conversion: Conversion, depth: number): YamlEntry {
  const key = convert(pair.key, conversion, depth + 1);
  if (key.kind !== 'scalar') throw new ParseError(`${conversion.file}:${key.line}: a key is not plain text`);
  const value = pair.value === null ? { ...EMPTY, line: key.line } : convert(pair.value, conversion, depth + 1);
  return { key: key.text, line: key.line, value, ...(key.quoted === undefined ? {} : { quoted: key.quoted }) };
}

function isMergeKey(pair: Pair<unknown, unknown>): boolean {
  return isScalar(pair.key) && pair.key.value === '<<' && pair.key.type === 'PLAIN';
}

/** The entries that a merge key brings: of one mapping, or of a list of mappings of which earlier ones win. */
function mergedEntries(entry: YamlEntry, conversion: Conversion): readonly YamlEntry[] {
  const sources = entry.value.kind === 'list' ? entry.value.items : [entry.value];
  const merged = new Map<string, YamlEntry>();
  for (const source of [...sources].reverse()) {
    if (source.kind !== 'map') throw new ParseError(`${conversion.file}:${entry.line}: a merge key needs a mapping`);
    for (const given of source.entries) merged.set(given.key, given);
  }
  return [...merged.values()];
}

function count(conversion: Conversion, nodes: number): void {
  conversion.nodes += nodes;
  if (conversion.nodes > LIMITS.yamlNodes) {
    throw new LimitError(`${conversion.file}: more than ${LIMITS.yamlNodes} YAML nodes once its aliases are followed`);
  }
}

function sourceLine(source: SourceNode, conversion: Conversion): number {
  return lineOf(conversion, source.range?.[0] ?? 0);
}

function place(source: SourceNode, conversion: Conversion): string {
  return `${conversion.file}:${sourceLine(source, conversion)}`;
}
