// Turns the entries of one layer, from a tar or a directory, into a LayerReport: asks the readers, keeps whiteouts, links and the listing.
// Whiteouts follow the OCI image-spec layer.md "Whiteouts": `.wh.NAME` deletes NAME below, `.wh..wh..opq` hides what is below the directory.
import type { Digest } from '../../platform/canonical.ts';
import { messageOf } from '../../platform/errors.ts';
import { LIMITS } from '../../platform/limits.ts';
import type { EntryHeader, LayerFact, LayerReport, LayerUnknown } from './layer-report.ts';
import { ListingWriter } from './listing.ts';
import type { BodyStream, Reader, ReadResult } from './reader.ts';
import { type ExtraRead, type ReaderIndex, takes } from './readers.ts';
import type { BodySink } from './tar.ts';

/** Bytes that tell what a file is. */
const MAGIC_BYTES = 4;

/** Collects one layer. Entries in archive order, then `finish`. */
export class LayerCollector {
  readonly #index: ReaderIndex;
  readonly #facts = new Map<string, Map<string, LayerFact>>();
  /** Directories that hold facts, to notice when a file takes a directory's place. */
  readonly #factFolders = new Set<string>();
  #factCount = 0;
  readonly #unknowns: LayerUnknown[] = [];
  readonly #whiteouts = new Set<string>();
  readonly #opaque = new Set<string>();
  readonly #listing = new ListingWriter();
  readonly #links = new ListingWriter();
  readonly #hardLinks: { readonly header: EntryHeader; readonly readers: readonly Reader[] }[] = [];
  #linkCount = 0;

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
    this.#displace(header);
    this.#listing.add(header);
    if (header.type === 'symlink') this.#link(header);
    for (const reader of this.#index.lookers) {
      const data = reader.look?.(header);
      if (data !== undefined) this.#fact(reader, header.path, data);
    }
    if (header.type !== 'file' && header.type !== 'hardlink') return undefined;
    const readers = this.#index.forPath(header.path).filter((reader) => takes(reader, header));
    if (readers.length === 0) return header.type === 'file' ? this.#sniff(header) : undefined;
    if (header.type === 'hardlink') {
      this.#hardLinks.push({ header, readers });
      return undefined;
    }
    const willing = readers.filter((reader) => this.#fits(reader, header));
    if (willing.length === 0) return undefined;
    return {
      whole: (body) => {
        for (const reader of willing) this.#guard(reader, header, () => reader.read?.(body, header) ?? {});
      },
    };
  }

  /** Records what the walk did not take. */
  skipped(path: string, reason: string): void {
    this.unknown({
      reader: 'walk',
      path,
      kind: reason.startsWith('data after') ? 'undecidable' : 'limit-reached',
      reason,
    });
  }

  unknown(unknown: LayerUnknown): void {
    this.#unknowns.push(unknown);
  }

  /**
   * Gives hard links the facts of their targets, and returns the targets that no reader had asked for: the layer must be walked again with them as
   * extra reads. On the `last` walk a target that is still missing lies in a lower layer or nowhere: the overlay then follows the hard link like a
   * symbolic one.
   */
  settleHardLinks(last: boolean): readonly ExtraRead[] {
    const missing: ExtraRead[] = [];
    for (const { header, readers } of this.#hardLinks) {
      const target = header.link ?? '';
      for (const reader of readers) {
        const fact = this.#facts.get(target)?.get(reader.id);
        if (fact !== undefined) this.#fact(reader, header.path, fact.data);
        else missing.push({ reader: reader.id, path: target });
      }
      if (last && !this.#facts.has(target)) this.#link({ ...header, link: `/${target}` });
    }
    return missing;
  }

  finish(digest: Digest, entries: number, unpackedBytes: number): LayerReport {
    const facts = [...this.#facts.values()].flatMap((byReader) => [...byReader.values()]);
    return {
      digest,
      entries,
      unpackedBytes,
      facts: facts.sort((a, b) => order(a.reader, b.reader) || order(a.path, b.path)),
      unknowns: this.#unknowns.sort(
        (a, b) => order(a.reader, b.reader) || order(a.path, b.path) || order(a.reason, b.reason),
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
            return;
          }
          streams = candidates
            .filter(({ content }) =>
              content.magics.some((magic) => magic.every((byte, index) => start[index] === byte)),
            )
            .map(({ reader, content }) => ({ reader, stream: content.open(header) }));
          push(start);
          return;
        }
        push(bytes);
      },
      end: () => {
        for (const { reader, stream } of streams ?? []) this.#guard(reader, header, () => stream.end());
      },
    };
  }

  /** Takes what a reader makes of a file. A parser's failure is a result, whatever it threw: one bad file must not cost the release. */
  #guard(reader: Reader, header: EntryHeader, work: () => ReadResult): void {
    try {
      const result = work();
      if (result.data !== undefined) this.#fact(reader, header.path, result.data);
      for (const reason of result.problems ?? []) {
        this.unknown({ reader: reader.id, path: header.path, kind: 'file-unparsed', reason });
      }
    } catch (error) {
      this.unknown({ reader: reader.id, path: header.path, kind: 'file-unparsed', reason: messageOf(error) });
    }
  }

  #link(header: EntryHeader): void {
    this.#linkCount += 1;
    if (this.#linkCount <= LIMITS.layerLinks) this.#links.add(header);
    else if (this.#linkCount === LIMITS.layerLinks + 1) {
      this.skipped(header.path, `more than ${LIMITS.layerLinks} symbolic links in one layer`);
    }
  }

  #whiteout(folder: string, name: string): void {
    if (name === '.wh..wh..opq') this.#opaque.add(folder);
    // Other names in `.wh..wh.` are bookkeeping of the AUFS driver.
    else if (!name.startsWith('.wh..wh.'))
      this.#whiteouts.add(folder === '' ? name.slice(4) : `${folder}/${name.slice(4)}`);
  }

  #fits(reader: Reader, header: EntryHeader): boolean {
    const most = Math.min(reader.maxBytes ?? LIMITS.fileBytes, LIMITS.fileBytes);
    if (header.size <= most) return true;
    const reason = `${header.size} bytes, more than the ${most} that are read`;
    this.unknown({ reader: reader.id, path: header.path, kind: 'limit-reached', reason });
    return false;
  }

  #fact(reader: Reader, path: string, data: unknown): void {
    if (this.#factCount >= LIMITS.layerFacts) {
      if (this.#factCount === LIMITS.layerFacts) {
        this.unknown({
          reader: 'walk',
          path,
          kind: 'limit-reached',
          reason: `more than ${LIMITS.layerFacts} facts in one layer`,
        });
        this.#factCount += 1;
      }
      return;
    }
    let byReader = this.#facts.get(path);
    if (byReader === undefined) {
      byReader = new Map();
      this.#facts.set(path, byReader);
      for (let slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
        const folder = path.slice(0, slash);
        if (this.#factFolders.has(folder)) break;
        this.#factFolders.add(folder);
      }
    }
    if (!byReader.has(reader.id)) this.#factCount += 1;
    byReader.set(reader.id, { reader: reader.id, path, data });
  }

  /** An archive may hold a path twice, or a file where it had a directory: the later entry stands. */
  #displace(header: EntryHeader): void {
    if (this.#facts.size === 0) return;
    if (this.#facts.has(header.path)) this.#remove(header.path);
    if (header.type !== 'dir' && this.#factFolders.delete(header.path)) {
      const below = `${header.path}/`;
      for (const path of [...this.#facts.keys()]) if (path.startsWith(below)) this.#remove(path);
    }
  }

  #remove(path: string): void {
    this.#factCount -= this.#facts.get(path)?.size ?? 0;
    this.#facts.delete(path);
  }
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
