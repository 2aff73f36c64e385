// YAML that people write for this program (statements, watch lists): strict, every problem with file, line and column. Loads YAML and zod, so
// commands import it only once there is such a file. YAML 1.2.2, core schema; keys that are there twice and unknown keys are errors.
import { type Document, isMap, isScalar, LineCounter, visit } from 'yaml';
import type { z } from 'zod';
import { messageOf, ParseError } from './errors.ts';
import { parseYamlDocument } from './yaml-document.ts';

/** How many problems of one file are told. */
const TOLD = 20;

/** A place in a file, both from 1. */
export interface TextPlace {
  readonly line: number;
  readonly column: number;
}

/** A checked document. */
export interface CheckedYaml<T> {
  readonly value: T;
  /** Where the node behind a path of keys and positions stands, or the nearest one above it. */
  readonly placeOf: (path: readonly (string | number)[]) => TextPlace;
}

/** Where a key stands, for errors about it. */
interface Located {
  readonly range?: readonly [number, number, number] | null;
}

/**
 * Parses and checks one document; an empty one is an empty mapping.
 * @param file name for messages
 * @throws ParseError `FILE:LINE:COLUMN: what is wrong`, one line a problem; LimitError for YAML that is made to be slow
 */
export function checkedYaml<T>(text: string, file: string, schema: z.ZodType<T>): CheckedYaml<T> {
  const lines = new LineCounter();
  const document = parseYamlDocument(text, lines, file);
  const placeAt = (offset: number): TextPlace => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  const said = ({ line, column }: TextPlace, what: string): string => `${file}:${line}:${column}: ${what}`;
  const [error] = document.errors;
  if (error !== undefined) throw new ParseError(said(placeAt(error.pos[0]), error.message), { cause: error });
  const repeated = repeatedKey(document);
  if (repeated !== undefined) {
    throw new ParseError(said(placeAt(repeated.offset), `the key "${repeated.key}" is there twice`));
  }
  const placeOf = (path: readonly (string | number)[]): TextPlace => {
    for (let length = path.length; length >= 0; length -= 1) {
      const node: unknown = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
      if (isLocated(node) && node.range != null) return placeAt(node.range[0]);
    }
    return { line: 1, column: 1 };
  };
  const result = schema.safeParse(plainValue(document, file) ?? {});
  if (result.success) return { value: result.data, placeOf };
  const problems = result.error.issues.slice(0, TOLD).flatMap((issue) => problemsOf(issue, document, placeOf, placeAt));
  throw new ParseError(
    problems
      .slice(0, TOLD)
      .map(({ place, what }) => said(place, what))
      .join('\n'),
    { cause: result.error },
  );
}

function plainValue(document: Document.Parsed, file: string): unknown {
  try {
    return document.toJS();
  } catch (error) {
    throw new ParseError(`${file}: ${messageOf(error)}`, { cause: error });
  }
}

/** The first key that a mapping has twice: which of the values was meant, nobody can tell. */
function repeatedKey(document: Document.Parsed): { readonly key: string; readonly offset: number } | undefined {
  let found: { readonly key: string; readonly offset: number } | undefined;
  visit(document, {
    Map: (_key, map) => {
      const seen = new Set<string>();
      for (const { key } of map.items) {
        if (!isScalar(key)) continue;
        const name = String(key.value);
        if (seen.has(name)) {
          found ??= { key: name, offset: key.range?.[0] ?? 0 };
          return visit.BREAK;
        }
        seen.add(name);
      }
      return undefined;
    },
  });
  return found;
}

interface Problem {
  readonly place: TextPlace;
  readonly what: string;
}

function problemsOf(
  issue: z.core.$ZodIssue,
  document: Document.Parsed,
  placeOf: CheckedYaml<unknown>['placeOf'],
  placeAt: (offset: number) => TextPlace,
): readonly Problem[] {
  const path = issue.path.map((part) => (typeof part === 'number' ? part : String(part)));
  const where = path.join('.') || 'the file';
  if (issue.code !== 'unrecognized_keys') return [{ place: placeOf(path), what: `${where}: ${issue.message}` }];
  const parent = path.length === 0 ? document.contents : document.getIn(path, true);
  return issue.keys.slice(0, TOLD).map((name) => {
    const key = isMap(parent) ? parent.items.find((item) => String(item.key) === name)?.key : undefined;
    const place = isLocated(key) && key.range != null ? placeAt(key.range[0]) : placeOf(path);
    return { place, what: `there is no key "${[...path, name].join('.')}"` };
  });
}

function isLocated(node: unknown): node is Located {
  return typeof node === 'object' && node !== null && 'range' in node;
}
