// Compiles what all readers want into one look-up a path: the walk asks it for every entry of every layer.
import { PlimsollError } from '../../../platform/errors.ts';
import type { EntryHeader } from './layer-report.ts';
import type { ContentReader, Reader } from './reader.ts';

/** A further path that one reader shall read: the target of a link that leads to one of its own paths. */
export interface ExtraRead {
  readonly reader: string;
  /** As the layer's entries have it, whatever characters it holds. */
  readonly path: string;
  /** Whether the files directly in the folder at `path` are meant. */
  readonly folder?: boolean;
}

/** Readers by path. */
export interface ReaderIndex {
  /** Readers whose patterns match the path; the header is not yet asked. */
  readonly forPath: (path: string) => readonly Reader[];
  /** Readers that look at every header. */
  readonly lookers: readonly Reader[];
  /** Readers that know their files by the first bytes. */
  readonly sniffers: readonly Sniffer[];
}

/** A reader with its `content`. */
export interface Sniffer {
  readonly reader: Reader;
  readonly content: ContentReader;
}

/** @throws PlimsollError `internal` for a pattern that has none of the four forms. */
export function indexReaders(readers: readonly Reader[], extra: readonly ExtraRead[] = []): ReaderIndex {
  const exact = new Map<string, Reader[]>();
  const folders = new Map<string, Reader[]>();
  const names = new Map<string, Reader[]>();
  const endings = new Map<string, Reader[]>();
  const add = (reader: Reader, pattern: string): void => {
    if (pattern.startsWith('**/*.')) put(endings, pattern.slice(4), reader);
    else if (pattern.startsWith('**/')) put(names, pattern.slice(3), reader);
    else if (pattern.endsWith('/*')) put(folders, pattern.slice(0, -2), reader);
    else put(exact, pattern, reader);
    if (/[*]/.test(pattern.replace(/^\*\*\/(\*\.)?|\/\*$/, '')) || /^\*\*\/\*\..*\./.test(pattern)) {
      throw new PlimsollError('internal', `reader ${reader.id}: the pattern ${pattern} has none of the four forms`);
    }
  };
  for (const reader of readers) for (const pattern of reader.reads) add(reader, pattern);
  // A reader judges paths by where its files belong; behind a link they lie elsewhere.
  const unconditional = new Map(readers.map(({ wants: _, ...reader }) => [reader.id, reader]));
  for (const { reader: id, path, folder } of extra) {
    const reader = unconditional.get(id);
    if (reader !== undefined) put(folder === true ? folders : exact, path, reader);
  }

  return {
    lookers: readers.filter((reader) => reader.look !== undefined),
    sniffers: readers.flatMap((reader) => (reader.content === undefined ? [] : [{ reader, content: reader.content }])),
    forPath: (path) => {
      const slash = path.lastIndexOf('/');
      const name = slash === -1 ? path : path.slice(slash + 1);
      const dot = endings.size === 0 ? -1 : name.lastIndexOf('.');
      const found = [
        exact.get(path),
        names.get(name),
        folders.size > 0 && slash !== -1 ? folders.get(path.slice(0, slash)) : undefined,
        dot === -1 ? undefined : endings.get(name.slice(dot)),
      ];
      return joined(found);
    },
  };
}

/** Whether the entry, once its path matched, is one the reader takes. */
export function takes(reader: Reader, entry: EntryHeader): boolean {
  return reader.read !== undefined && (reader.wants?.(entry) ?? true);
}

const NONE: readonly Reader[] = [];

function joined(lists: readonly (readonly Reader[] | undefined)[]): readonly Reader[] {
  let all: readonly Reader[] = NONE;
  for (const list of lists) {
    if (list === undefined) continue;
    all = all.length === 0 ? list : [...new Set([...all, ...list])];
  }
  return all;
}

function put(map: Map<string, Reader[]>, key: string, reader: Reader): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [reader]);
  else if (!list.includes(reader)) list.push(reader);
}
