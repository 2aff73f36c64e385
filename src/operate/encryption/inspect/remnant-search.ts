// Looks for values in plain text where there is no structure to follow: free pages of a database, torn ends of a WAL. Two traces are looked for: the key of
// a judged object with its value behind it, in a mvccpb.KeyValue (value = 5) or an etcdserverpb.PutRequest (value = 2), both with the key as field 1; and the
// beginning of a Secret, whose key may be gone.
import { ProtobufCursor } from '../etcd/protobuf.ts';
import type { JudgedResources } from './judged-resources.ts';
import { begins } from './value-writers.ts';

/** A value in plain text that was found. */
export interface Remnant {
  /** Where it begins in the bytes. */
  readonly at: number;
  /** Its etcd key, where that stands before it. */
  readonly key?: string;
  /** Its revision, where a KeyValue tells it. */
  readonly revision?: number;
}

/** Bytes before and behind a trace that may be needed to judge it: a key has some hundred. */
export const MARGIN = 2048;

/** `k8s\0` and runtime.Unknown{typeMeta: {apiVersion: "v1", kind: "Secret"}}: how kube-apiserver stores a Secret as protobuf. */
const PROTOBUF_SECRET = Buffer.from('k8s\0\n\x0c\n\x02v1\x12\x06Secret', 'latin1');
/** How it stores one as JSON (--storage-media-type=application/json). */
const JSON_SECRET = Buffer.from('{"kind":"Secret","apiVersion":"v1"');
/**
 * How values begin that are not encrypted: protobuf, JSON, or CBOR, which newer servers can store custom resources as (RFC 8949 section 3.4.6). Anything else
 * is no value of kube-apiserver.
 */
const PLAIN_HEADS: readonly Buffer[] = [Buffer.from('k8s\0'), Buffer.from('{'), Buffer.of(0xd9, 0xd9, 0xf7)];
const KEY_FIELD = 0x0a;
const SLASH = 0x2f;
const MOD_REVISION = 3;
const VALUE_FIELDS: readonly number[] = [2, 5];
/** Longest prefix of etcd keys (`/registry`) that is looked for before a trace. */
const LONGEST_PREFIX = 64;

/** A search for the traces of judged resources. */
export class RemnantSearch {
  readonly #needles: readonly Buffer[];
  readonly #values: readonly Buffer[];

  constructor(judged: JudgedResources) {
    this.#needles = judged.needles;
    this.#values = judged.includesSecrets ? [PROTOBUF_SECRET, JSON_SECRET] : [];
  }

  /**
   * Values in plain text that begin between `from` and `to`, in order. What is needed to judge them is looked for between `start` and `end`. Where the value
   * begins decides, not its traces: of one value the key may stand before `from`, and be searched with the part before as well.
   */
  find(bytes: Buffer, { start, from, to, end }: SearchSpan): readonly Remnant[] {
    const searched = bytes.subarray(0, end);
    const found = new Map<number, Remnant>();
    for (const needle of this.#values) {
      for (const at of occurrences(searched, needle, from, to)) found.set(at, { at });
    }
    for (const needle of this.#needles) {
      for (const at of occurrences(searched, needle, Math.max(start, from - MARGIN), to)) {
        const remnant = recordAt(bytes, at, start, end);
        if (remnant !== undefined && remnant.at >= from && remnant.at < to) found.set(remnant.at, remnant);
      }
    }
    return [...found.values()].sort((a, b) => a.at - b.at);
  }
}

/** Where to search in a buffer: values begin from `from` up to before `to`; bytes from `start` to `end` may be looked at. */
export interface SearchSpan {
  readonly start: number;
  readonly from: number;
  readonly to: number;
  readonly end: number;
}

function* occurrences(bytes: Buffer, needle: Buffer, from: number, to: number): Generator<number> {
  for (let at = bytes.indexOf(needle, from); at >= 0 && at < to; at = bytes.indexOf(needle, at + 1)) yield at;
}

/** The record in whose key the trace at `at` stands; undefined when there is none, or its value is not in plain text. */
function recordAt(bytes: Buffer, at: number, start: number, end: number): Remnant | undefined {
  for (let key = at; key >= Math.max(start + 2, at - LONGEST_PREFIX); key -= 1) {
    if (bytes[key] !== SLASH) continue;
    const length = keyLength(bytes, key, start);
    if (length === undefined || key + length <= at || key + length > end) continue;
    return valueBehind(bytes, key, key + length, end);
  }
  return;
}

/** What the bytes before a key say of its length: a tag and a varint of one or two bytes. */
function keyLength(bytes: Buffer, key: number, start: number): number | undefined {
  const last = bytes[key - 1] ?? 0;
  if (last < 0x80 && bytes[key - 2] === KEY_FIELD) return last;
  const first = bytes[key - 2] ?? 0;
  const isTwo = key - 3 >= start && last < 0x80 && first >= 0x80 && bytes[key - 3] === KEY_FIELD;
  return isTwo ? (first & 0x7f) | (last << 7) : undefined;
}

function valueBehind(bytes: Buffer, key: number, keyEnd: number, end: number): Remnant | undefined {
  // The value itself may be longer than what is left of it: only its beginning counts.
  const cursor = new ProtobufCursor(bytes, keyEnd, Number.MAX_SAFE_INTEGER);
  let revision = 0;
  while (cursor.at < end && cursor.next()) {
    if (cursor.from < 0) {
      if (cursor.field === MOD_REVISION) revision = cursor.value;
      continue;
    }
    if (!VALUE_FIELDS.includes(cursor.field) || cursor.from >= end) return;
    const valueEnd = Math.min(cursor.to, end);
    if (!PLAIN_HEADS.some((head) => begins(bytes, cursor.from, valueEnd, head))) return;
    const text = bytes.toString('utf8', key, keyEnd);
    return { at: cursor.from, key: text, ...(revision === 0 ? {} : { revision }) };
  }
  return;
}
