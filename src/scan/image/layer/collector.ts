// Turns the entries of one layer, from a tar or a directory, into a LayerReport: asks the readers, keeps whiteouts, links and the listing.
// Whiteouts follow the OCI image-spec layer.md "Whiteouts": `.wh.NAME` deletes NAME below, `.wh..wh..opq` hides what is below the directory.
import type { Digest } from '../../../platform/canonical.ts';
import { LimitError, messageOf } from '../../../platform/errors.ts';
import { LIMITS } from '../../../platform/limits.ts';
import { compareText } from '../../../platform/order.ts';
import { LayerFacts } from './layer-facts.ts';
import type { EntryHeader, LayerFact, LayerReport, LayerUnknown } from './layer-report.ts';
import { ListingWriter } from './listing.ts';
import { MemoryBudget } from './memory-budget.ts';
import type { BodyStream, Reader, ReadResult } from './reader.ts';
import { type ExtraRead, type ReaderIndex, takes } from './readers.ts';
import type { BodySink } from './tar.ts';

/** Bytes that tell what a file is. */
const MAGIC_BYTES = 4;

/** Collects one layer. Entries in archive order, then `finish`. */
export class LayerCollector {
  readonly #index: ReaderIndex;
  readonly #budget = new MemoryBudget();
  readonly #facts = new LayerFacts(this.#budget);
  /** Readers that found more than is kept. */
  readonly #full = new Set<string>();
  readonly #unknowns: LayerUnknown[] = [];
  #untold = 0;
  readonly #whiteouts = new Set<string>();
  readonly #opaque = new Set<string>();
  readonly #listing = new ListingWriter();
  readonly #links = new ListingWriter();
  /** Paths at which the last entry so far is a link. */
  readonly #linked = new Set<string>();
  #linkCount = 0;
  readonly #behindHardLinks = new Map<string, ExtraRead>();

  constructor(index: ReaderIndex) {
    this.#index = index;
  }

  /** Takes an entry; gives a sink when a reader wants the body. */
  entry(header: EntryHeader): BodySink | undefined {
    const slash = header.path.lastIndexOf('/');
    const name = slash === -1 ? header.path : header.path.slice(slash + 1);
    if (name.startsWith('.wh.')) {
      this.#whiteout(slash === -1 ? '' : header.path.slice(0, slash), name);
      return undefined;
    }
    if (header.path === '') return undefined;
    this.#replace(header);
    this.#listing.add(header);
    if (header.type === 'symlink') this.#link(header);
    for (const reader of this.#index.lookers) {
      const data = reader.look?.(header);
      if (data !== undefined) this.#fact(reader.id, header.path, data);
    }
    if (header.type !== 'file' && header.type !== 'hardlink') return undefined;
    const readers = this.#index.forPath(header.path).filter((reader) => takes(reader, header));
    if (header.type === 'hardlink') {
      this.#linkedContent(header);
      if (readers.length > 0) this.#hardLink(header, readers);
      return undefined;
    }
    if (readers.length === 0) return this.#sniff(header);
    const willing = readers.filter((reader) => this.#fits(reader, header));
    if (willing.length === 0) return undefined;
    return {
      whole: (body) => {
        for (const reader of willing) this.#guard(reader, header, () => reader.read?.(body, header) ?? {});
      },
    };
  }

  /** Records what the walk did not take. */
  skipped(path: string, kind: LayerUnknown['kind'], reason: string): void {
    this.unknown({ reader: 'walk', path, kind, reason });
  }

  /** Records what could not be read; of very many the first. */
  unknown(unknown: LayerUnknown): void {
    if (this.#unknowns.length < LIMITS.layerUnknowns) this.#unknowns.push(unknown);
    else this.#untold += 1;
  }

  /**
   * Targets of wanted hard links that no reader had asked for: the layer must be walked again with them as extra reads. What is still without facts
   * after that lies in a lower layer or nowhere: the overlay follows such a hard link like a symbolic one.
   */
  behindHardLinks(): readonly ExtraRead[] {
    return [...this.#behindHardLinks.values()];
  }

  finish(digest: Digest, entries: number, unpackedBytes: number): LayerReport {
    if (this.#untold > 0)
      this.#note('', `${this.#untold} more problems than the ${LIMITS.layerUnknowns} that are told`);
    return {
      digest,
      entries,
      unpackedBytes,
      facts: this.#facts.all().sort((a, b) => compareText(a.reader, b.reader) || compareText(a.path, b.path)),
      unknowns: this.#unknowns.sort(
        (a, b) => compareText(a.reader, b.reader) || compareText(a.path, b.path) || compareText(a.reason, b.reason),
      ),
      whiteouts: [...this.#whiteouts].sort(),
      opaque: [...this.#opaque].sort(),
      links: this.#links.finish(),
      listing: this.#listing.finish(),
    };
  }

  /** A sink that looks at the first bytes and passes the rest on to those who know them. */
  #sniff(header: EntryHeader): BodySink | undefined {
    const candidates = this.#index.sniffers.filter(({ content }) => header.size >= content.minBytes);
    if (candidates.length === 0) return undefined;
    let head: Buffer | undefined;
    let streams: { readonly reader: Reader; readonly stream: BodyStream }[] | undefined;
    const push = (bytes: Buffer): void => {
      streams = streams?.filter(({ reader, stream }) => {
        let alive = true;
        this.#guard(reader, header, () => {
          alive = false;
          stream.push(bytes);
          alive = true;
          return {};
        });
        return alive;
      });
    };
    return {
      piece: (bytes) => {
        if (streams === undefined) {
          const start = head === undefined ? bytes : Buffer.concat([head, bytes]);
          if (start.length < MAGIC_BYTES) {
            head = Buffer.from(start);
            return true;
          }
          streams = candidates
            .filter(({ content }) =>
              content.magics.some((magic) => magic.every((byte, index) => start[index] === byte)),
            )
            .map(({ reader, content }) => ({ reader, stream: content.open(header) }));
          push(start);
        } else push(bytes);
        return streams.length > 0;
      },
      end: () => {
        for (const { reader, stream } of streams ?? []) this.#guard(reader, header, () => stream.end(), true);
      },
    };
  }

  /** Takes what a reader makes of a file. A parser's failure is a result, whatever it threw: one bad file must not cost the release. */
  #guard(reader: Reader, header: EntryHeader, work: () => ReadResult, byContent = false): void {
    let result: ReadResult;
    try {
      result = work();
    } catch (error) {
      const kind = error instanceof LimitError ? 'limit-reached' : 'file-unparsed';
      this.unknown({ reader: reader.id, path: header.path, kind, reason: messageOf(error) });
      return;
    }
    if (result.data !== undefined) this.#fact(reader.id, header.path, result.data, byContent);
    for (const reason of result.problems ?? []) {
      this.unknown({ reader: reader.id, path: header.path, kind: 'file-unparsed', reason });
    }
  }

  /** What is known by its first bytes is so under each of its names: any of them may be deleted. One in a lower layer is the overlay's to find. */
  #linkedContent({ path, link = '' }: EntryHeader): void {
    for (const fact of this.#facts.at(link)?.values() ?? []) {
      if (fact.byContent) this.#fact(fact.reader, path, fact.data, true);
    }
  }

  /** The target of a hard link stands before it in the archive. */
  #hardLink(header: EntryHeader, readers: readonly Reader[]): void {
    const target = header.link ?? '';
    const known = this.#facts.at(target);
    for (const reader of readers) {
      const fact = known?.get(reader.id);
      if (fact !== undefined) this.#fact(reader.id, header.path, fact.data);
      else this.#askFor({ reader: reader.id, path: target });
    }
    if (known === undefined) this.#link({ ...header, link: `/${target}` });
  }

  #askFor(extra: ExtraRead): void {
    const key = `${extra.reader} ${extra.path}`;
    if (this.#behindHardLinks.has(key)) return;
    this.#budget.takeName(key);
    this.#behindHardLinks.set(key, extra);
  }

  #link(header: EntryHeader): void {
    this.#linkCount += 1;
    if (this.#linkCount <= LIMITS.layerLinks) {
      this.#budget.takeName(header.path);
      this.#linked.add(header.path);
      this.#links.add(header);
    } else if (this.#linkCount === LIMITS.layerLinks + 1) {
      this.#note(header.path, `more than ${LIMITS.layerLinks} symbolic links in one layer`);
    }
  }

  #whiteout(folder: string, name: string): void {
    if (name === '.wh..wh..opq') this.#noteName(this.#opaque, folder);
    // Other names in `.wh..wh.` are bookkeeping of the AUFS driver.
    else if (!name.startsWith('.wh..wh.')) {
      this.#noteName(this.#whiteouts, folder === '' ? name.slice(4) : `${folder}/${name.slice(4)}`);
    }
  }

  #noteName(names: Set<string>, path: string): void {
    if (names.has(path)) return;
    this.#budget.takeName(path);
    names.add(path);
  }

  #fits(reader: Reader, header: EntryHeader): boolean {
    const most = Math.min(reader.maxBytes ?? LIMITS.fileBytes, LIMITS.fileBytes);
    if (header.size <= most) return true;
    const reason = `${header.size} bytes, more than the ${most} that are read`;
    this.unknown({ reader: reader.id, path: header.path, kind: 'limit-reached', reason });
    return false;
  }

  #fact(reader: string, path: string, data: unknown, byContent = false): void {
    const fact = { reader, path, data, ...(byContent ? { byContent } : {}) } as const satisfies LayerFact;
    if (this.#facts.add(fact) === 'kept' || this.#full.has(reader)) return;
    this.#full.add(reader);
    this.#note(path, `more than ${LIMITS.layerFacts} facts of ${reader} in one layer`);
  }

  /** The later entry at a path stands. */
  #replace(header: EntryHeader): void {
    if (this.#facts.replace(header.path, header.type === 'dir')) {
      // Were the folder a link of a lower layer, a runtime would keep the files where it led.
      const reason = 'takes the place of a folder that the same layer filled; what was in it is not counted';
      this.skipped(header.path, 'undecidable', reason);
    }
    // Among the links, an entry that is none says that the link before it is gone.
    if (this.#linked.delete(header.path)) this.#links.add({ ...header, type: 'other' });
  }

  /** A bound that was met: told whatever the number of problems. */
  #note(path: string, reason: string): void {
    this.#unknowns.push({ reader: 'walk', path, kind: 'limit-reached', reason });
  }
}
