// A ledger on disk: `ledger.jsonl`, its seal, the key (0600) and the folder of captured contents. One writer at a time; every entry is on the disk before
// what it speaks of is done.
import {
  closeSync,
  existsSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Digest } from '../../../platform/canonical.ts';
import { LimitError, messageOf, PlimsollError } from '../../../platform/errors.ts';
import { LIMITS } from '../../../platform/limits.ts';
import { type CheckedChain, checkChain, entryHash, entryLine, sealOf } from './chain.ts';
import { KEY_BYTES, openContent, RANDOM_BYTES, sealContent } from './content.ts';
import type { ContentReference, LedgerEntry, LedgerEvent } from './entry.ts';

/** The outside world of a ledger. */
export interface LedgerWorld {
  readonly now: () => Date;
  /** Who acts, for the entries. */
  readonly who: string;
  readonly randomBytes: (length: number) => Uint8Array;
}

const FILES = { entries: 'ledger.jsonl', seal: 'seal.json', key: 'key', contents: 'captured', lock: 'lock' } as const;

/** Times that a ledger is read anew because a run writes to it. */
const MOST_READS = 5;

/** Reads a ledger without writing; undefined when there is none. @throws ParseError, LimitError, PlimsollError `input-unreadable` */
export function readLedger(folder: string): ReadLedger | undefined {
  let [text, seal] = [readText(join(folder, FILES.entries)), readText(join(folder, FILES.seal))];
  // A run may be writing: the two are of one moment when the seal is the same before and after.
  for (let tried = 0; tried < MOST_READS; tried += 1) {
    text = readText(join(folder, FILES.entries));
    const now = readText(join(folder, FILES.seal));
    if (now === seal) break;
    seal = now;
  }
  // A seal without its ledger is what is left when the file was taken away.
  if (text === undefined && seal === undefined) return undefined;
  const key = readKey(folder);
  return new ReadLedger(folder, checkChain(text ?? '', seal, key), key);
}

/** What runs need of a ledger that they write to. */
export type Journal = Pick<Ledger, 'entries' | 'append' | 'keep' | 'content'>;

/** A ledger as it was when it was read. */
export class ReadLedger {
  readonly chain: CheckedChain;
  readonly #folder: string;
  readonly #key: Uint8Array | undefined;

  constructor(folder: string, chain: CheckedChain, key: Uint8Array | undefined) {
    this.#folder = folder;
    this.chain = chain;
    this.#key = key;
  }

  /** A captured content; undefined when it or the key was deleted. @throws ParseError when it was altered */
  content(reference: ContentReference): unknown {
    return contentOf(this.#folder, reference, this.#key);
  }
}

/** A ledger that is written to. Close it: others wait for it. */
export class Ledger {
  readonly #folder: string;
  readonly #world: LedgerWorld;
  readonly #key: Uint8Array | undefined;
  readonly #file: number;
  readonly #entries: LedgerEntry[];
  #head: Digest;

  /**
   * Opens a ledger, a new one for the site where there is none.
   * @throws PlimsollError `usage` when another run has it, or when it does not hold; ParseError, LimitError
   */
  constructor(folder: string, site: string, world: LedgerWorld) {
    mkdirSync(join(folder, FILES.contents), { recursive: true, mode: 0o700 });
    takeLock(folder);
    try {
      const begun = [FILES.entries, FILES.seal, FILES.key].some((name) => existsSync(join(folder, name)));
      if (!begun) writeNew(join(folder, FILES.key), world.randomBytes(KEY_BYTES));
      this.#key = readKey(folder);
      const { entries, head, length, fault } = checkedFor(folder, site, this.#key);
      if (fault !== undefined) throw new PlimsollError('digest-mismatch', `the ledger in ${folder}: ${fault.reason}`);
      this.#folder = folder;
      this.#world = world;
      this.#file = openSync(join(folder, FILES.entries), 'a', 0o600);
      // What a killed run began to write was never acted on.
      ftruncateSync(this.#file, length);
      this.#entries = [...entries];
      this.#head = head;
      // Sealed from the beginning: that there is no seal is always a fault.
      this.#seal();
      if (entries.length === 0) this.append({ event: 'begin', format: 1, site });
    } catch (error) {
      rmSync(join(folder, FILES.lock), { force: true });
      throw error;
    }
  }

  /** All entries, in order. */
  get entries(): readonly LedgerEntry[] {
    return this.#entries;
  }

  /** Writes an entry; it is on the disk when this returns. */
  append(event: LedgerEvent): LedgerEntry {
    const { now, who } = this.#world;
    const entry: LedgerEntry = {
      ...event,
      sequence: this.#entries.length,
      at: now().toISOString(),
      who,
      previous: this.#head,
    };
    writeFileSync(this.#file, entryLine(entry));
    fsyncSync(this.#file);
    this.#entries.push(entry);
    this.#head = entryHash(entry);
    this.#seal();
    return entry;
  }

  /**
   * Keeps a value that was captured; it is on the disk when this returns.
   * @throws PlimsollError `input-missing` when the key was deleted
   */
  keep(value: unknown): ContentReference {
    if (this.#key === undefined) {
      throw new PlimsollError(
        'input-missing',
        `the key of the ledger in ${this.#folder} was deleted: begin a new ledger`,
      );
    }
    const { reference, bytes } = sealContent(value, this.#key, this.#world.randomBytes(RANDOM_BYTES));
    writeNew(join(this.#folder, FILES.contents, reference.id), bytes);
    return reference;
  }

  /** A captured content; undefined when it or the key was deleted. @throws ParseError when it was altered */
  content(reference: ContentReference): unknown {
    return contentOf(this.#folder, reference, this.#key);
  }

  close(): void {
    closeSync(this.#file);
    rmSync(join(this.#folder, FILES.lock), { force: true });
  }

  #seal(): void {
    const path = join(this.#folder, FILES.seal);
    const draft = `${path}.new`;
    rmSync(draft, { force: true });
    writeNew(draft, Buffer.from(`${JSON.stringify(sealOf(this.#entries.length, this.#head, this.#key))}\n`));
    renameSync(draft, path);
  }
}

function checkedFor(folder: string, site: string, key: Uint8Array | undefined): CheckedChain {
  const chain = checkChain(readText(join(folder, FILES.entries)) ?? '', readText(join(folder, FILES.seal)), key);
  const [first] = chain.entries;
  if (first !== undefined && (first.event !== 'begin' || first.site !== site)) {
    const other = first.event === 'begin' ? first.site : 'something else';
    throw new PlimsollError('usage', `the ledger in ${folder} is of ${other}, not of ${site}`);
  }
  return chain;
}

/** @throws PlimsollError `usage` while another process has the ledger */
function takeLock(folder: string): void {
  const path = join(folder, FILES.lock);
  for (let tried = 0; ; tried += 1) {
    try {
      writeFileSync(path, `${process.pid} ${hostname()}\n`, { flag: 'wx', mode: 0o600 });
      return;
    } catch (error) {
      if (!isCode(error, 'EEXIST') || tried > 0) throw lockError(folder, error);
      const [pid, host] = (readText(path) ?? '').trim().split(' ');
      const holder = Number(pid);
      // A lock of a process that is gone was left by a killed run. Of another machine's processes nothing is known here.
      if (host !== hostname()) {
        const where = `on ${host || 'a machine that is not known'} works with it`;
        throw lockError(folder, error, `${where}; if none does any more, remove ${path}`);
      }
      if (holder === process.pid || isRunning(holder)) throw lockError(folder, error);
      rmSync(path, { force: true });
    }
  }
}

function lockError(folder: string, cause: unknown, more = 'works with it; wait for its end'): PlimsollError {
  const words = isCode(cause, 'EEXIST') ? `another run ${more}` : messageOf(cause);
  return new PlimsollError('usage', `the ledger in ${folder}: ${words}`, { cause });
}

function isRunning(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return isCode(error, 'EPERM');
  }
}

function contentOf(folder: string, reference: ContentReference, key: Uint8Array | undefined): unknown {
  if (key === undefined || !/^[0-9a-f]{24}$/.test(reference.id)) return undefined;
  const path = join(folder, FILES.contents, reference.id);
  if (!existsSync(path)) return undefined;
  return openContent(reference, readFileSync(path), key);
}

function readKey(folder: string): Uint8Array | undefined {
  const path = join(folder, FILES.key);
  if (!existsSync(path)) return undefined;
  const key = readFileSync(path);
  if (key.length !== KEY_BYTES) throw new PlimsollError('input-unreadable', `${path} is not the key of a ledger`);
  return key;
}

/** A file that no other user can read, whole on the disk. */
function writeNew(path: string, bytes: Uint8Array): void {
  const file = openSync(path, 'wx', 0o600);
  try {
    writeFileSync(file, bytes);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Undefined when there is no such file. @throws LimitError */
function readText(path: string): string | undefined {
  const size = statSync(path, { throwIfNoEntry: false })?.size;
  if (size === undefined) return undefined;
  if (size > LIMITS.ledgerBytes) throw new LimitError(`${path} has more than ${LIMITS.ledgerBytes} bytes`);
  return readFileSync(path, 'utf8');
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
