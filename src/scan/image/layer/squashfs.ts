// Walks a squashfs file system (a user container of Sarus, Shifter, Charliecloud, enroot, or what a SIF file holds) as if it were a layer. The report, its
// digest included, is that of the same tree unpacked (rootfs.ts), but that it also knows which files have capabilities.
import { createHash, type Hash } from 'node:crypto';
import { LimitError, ParseError } from '../../../platform/errors.ts';
import { LIMITS } from '../../../platform/limits.ts';
import type { DirectoryInode, FileInode, Inode } from '../squashfs/inode.ts';
import type { Region } from '../squashfs/region.ts';
import { Squashfs } from '../squashfs/squashfs.ts';
import type { MetadataReference } from '../squashfs/superblock.ts';
import type { SquashfsLimits } from '../squashfs/unpack-block.ts';
import { LayerCollector } from './collector.ts';
import { pathProblem } from './entry-path.ts';
import type { EntryHeader, LayerReport } from './layer-report.ts';
import { MemoryBudget } from './memory-budget.ts';
import type { Reader } from './reader.ts';
import { type ExtraRead, indexReaders } from './readers.ts';
import { headerLine } from './rootfs.ts';
import type { BodySink } from './tar.ts';

/** How a file system is walked. */
export interface SquashfsOptions {
  readonly readers: readonly Reader[];
  /** Paths behind links, see ExtraRead. */
  readonly extra?: readonly ExtraRead[];
  /** What lies beside the file system and is not read, each in words. */
  readonly unread?: readonly string[];
  /** Bounds, for tests. */
  readonly limits?: SquashfsLimits;
}

/**
 * Reads a file system.
 * @throws ParseError when it is damaged; LimitError when it is too large; PlimsollError `unsupported` for versions and packings that are not read.
 */
export function readSquashfs(
  region: Region,
  { readers, extra = [], unread = [], limits = LIMITS }: SquashfsOptions,
): LayerReport {
  const system = new Squashfs(region, limits);
  const walk = new SquashfsWalk(system, new LayerCollector(indexReaders(readers, extra)), limits.layerEntries);
  for (const what of unread)
    walk.collector.skipped('', 'not-scanned', `${what} is not read: what it adds or replaces is not known`);
  return walk.finish();
}

class SquashfsWalk {
  readonly collector: LayerCollector;
  readonly #system: Squashfs;
  readonly #mostEntries: number;
  readonly #hash: Hash = createHash('sha256');
  readonly #names = new MemoryBudget();
  /** Directories that were entered: in a file system each has one place. */
  readonly #entered = new Set<number>();
  #entries = 0;
  #bytes = 0;

  constructor(system: Squashfs, collector: LayerCollector, mostEntries: number) {
    this.#system = system;
    this.collector = collector;
    this.#mostEntries = mostEntries;
  }

  finish(): LayerReport {
    const { root } = this.#system.superblock;
    this.#enter(root);
    this.#directory('', this.#system.root());
    return this.collector.finish(`sha256:${this.#hash.digest('hex')}`, this.#entries, this.#bytes);
  }

  #directory(path: string, inode: DirectoryInode): void {
    const entries = this.#sorted(inode);
    for (const [name, reference] of entries) {
      this.#visit(path === '' ? name : `${path}/${name}`, reference);
      this.#names.giveBackName(name);
    }
  }

  /** In the order in which directories on disk are walked. */
  #sorted(inode: DirectoryInode): readonly (readonly [name: string, inode: MetadataReference])[] {
    const entries = new Map<string, MetadataReference>();
    for (const { name, inode: reference } of this.#system.entries(inode)) {
      if (entries.has(name)) throw new ParseError(`damaged squashfs: a directory has ${JSON.stringify(name)} twice`);
      this.#names.takeName(name);
      entries.set(name, reference);
    }
    return [...entries].sort(([a], [b]) => (a < b ? -1 : 1));
  }

  #visit(path: string, reference: MetadataReference): void {
    if (this.#entries >= this.#mostEntries)
      throw new LimitError(`squashfs with more than ${this.#mostEntries} entries`);
    const problem = pathProblem(path);
    if (problem !== undefined) {
      this.collector.skipped(path.slice(0, 200), 'limit-reached', problem);
      return;
    }
    const inode = this.#system.inode(reference);
    const header = this.#header(path, inode);
    this.#entries += 1;
    this.#bytes += header.size;
    this.#hash.update(headerLine(header));
    const sink = this.collector.entry(header);
    if (sink !== undefined && inode.kind === 'file') this.#pass(inode, sink);
    if (inode.kind !== 'dir') return;
    this.#enter(reference);
    this.#directory(path, inode);
  }

  /** @throws ParseError when the directory was entered before: it would lead round and round. */
  #enter({ block, offset }: MetadataReference): void {
    const place = block * 2 ** 16 + offset;
    if (this.#entered.has(place)) throw new ParseError('damaged squashfs: a directory has two places');
    this.#entered.add(place);
  }

  #header(path: string, inode: Inode): EntryHeader {
    return {
      path,
      type: inode.kind,
      size: inode.kind === 'file' ? inode.size : 0,
      mode: inode.mode,
      uid: this.#system.id(inode.uid),
      gid: this.#system.id(inode.gid),
      ...(inode.kind === 'symlink' ? { link: inode.link ?? '' } : {}),
      ...(this.#system.hasCapabilities(inode) ? { capabilities: true } : {}),
    };
  }

  /** Hands a file to its sink. What is read whole counts into the digest, as in directories. */
  #pass(inode: FileInode, sink: BodySink): void {
    if ('whole' in sink) {
      const body = Buffer.concat([...this.#system.content(inode)]);
      this.#hash.update(body);
      sink.whole(body);
      return;
    }
    for (const piece of this.#system.content(inode)) if (!sink.piece(piece)) return;
    sink.end();
  }
}
