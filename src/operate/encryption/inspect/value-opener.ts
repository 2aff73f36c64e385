// Opens judged values with the keys of an EncryptionConfiguration, in memory, and holds the object inside against its etcd key: who can write to etcd can put
// one Secret's bytes in the place of another's, and aescbc and secretbox do not notice. Nothing of an object but its namespace and name leaves this file.
import { LIMITS } from '../../../platform/limits.ts';
import { type EncryptionConfiguration, type Transformer, transformersOf } from '../configuration/configuration.ts';
import { effective } from '../configuration/effective.ts';
import { ProtobufCursor } from '../etcd/protobuf.ts';
import { type TransformerId, transformerId } from '../plan/transformer-id.ts';
import { openValue } from '../provider/open.ts';
import type { FileInspection, UnopenedPlace } from './inspection.ts';
import { ALL_RESOURCES, type JudgedResources } from './judged-resources.ts';

/** A judged value and what is known of it. */
export interface StoredRevision {
  readonly key: Buffer;
  readonly value: Buffer;
  readonly revision: number;
  /** As its beginning says. */
  readonly writer: string;
}

const PROTOBUF_HEAD = Buffer.from('k8s\0');
const OPEN_BRACE = 0x7b;

/** Looks into the judged values of one file, one after the other. Their bytes are there only during the call. */
export interface ValueReader {
  /** Gives the id of what read the value, if anything did. */
  open(stored: StoredRevision): TransformerId | undefined;
  /** What came of it. */
  result(): NonNullable<FileInspection['opened']>;
}

/** Opens the values of one file. */
export class ValueOpener implements ValueReader {
  readonly #judged: JudgedResources;
  readonly #readers: ReadonlyMap<string, readonly Transformer[]>;
  readonly #places: UnopenedPlace[] = [];
  #right = 0;
  #wrong = 0;

  constructor(judged: JudgedResources, configuration: EncryptionConfiguration) {
    this.#judged = judged;
    this.#readers = new Map(judged.names.map((name) => [name, readersOf(configuration, name)]));
  }

  /** Opens a value and looks at the object inside. Gives the id of what read it, if anything did. */
  open(stored: StoredRevision): TransformerId | undefined {
    const parts = this.#judged.partsOf(stored.key);
    const key = stored.key.toString();
    const opened = openValue(stored.value, this.#readers.get(parts?.resource ?? '') ?? [], key);
    if (opened.state !== 'open') {
      this.#note({ reason: opened.state === 'no-reader' ? 'no-key' : opened.state, ...placeOf(stored, key) });
      return;
    }
    const inside = objectName(Buffer.from(opened.plain.buffer, opened.plain.byteOffset, opened.plain.length));
    if (inside === undefined) this.#note({ reason: 'no-object', ...placeOf(stored, key) });
    else if (!isNamed(parts, inside)) this.#note({ reason: 'swapped', ...placeOf(stored, key), holds: inside });
    else this.#right += 1;
    return transformerId(opened.reader);
  }

  /** What came of it. */
  result(): NonNullable<FileInspection['opened']> {
    return { right: this.#right, wrong: this.#wrong, places: this.#places };
  }

  #note(place: UnopenedPlace): void {
    this.#wrong += 1;
    if (this.#places.length < LIMITS.etcdPlaces) this.#places.push(place);
  }
}

/** For all resources at once, every key of the file is tried. */
function readersOf(configuration: EncryptionConfiguration, name: string): readonly Transformer[] {
  if (name !== ALL_RESOURCES) return effective(configuration, name).readers;
  return [...configuration.rules.flatMap(({ providers }) => transformersOf(providers)), { provider: 'identity' }];
}

function placeOf(
  { revision, writer }: StoredRevision,
  key: string,
): Pick<UnopenedPlace, 'key' | 'revision' | 'writer'> {
  return { key, revision, writer };
}

function isNamed(parts: { readonly resource: string; readonly rest: string } | undefined, inside: string): boolean {
  if (parts === undefined) return false;
  return parts.rest === inside || (parts.resource === ALL_RESOURCES && parts.rest.endsWith(`/${inside}`));
}

/** `NAMESPACE/NAME`, or `NAME` without a namespace, of a stored object; undefined for what is none. */
export function objectName(plain: Buffer): string | undefined {
  if (plain.subarray(0, PROTOBUF_HEAD.length).equals(PROTOBUF_HEAD)) return protobufName(plain);
  return plain[0] === OPEN_BRACE ? jsonName(plain) : undefined;
}

/** runtime.Unknown.raw = 2; every object's metadata = 1; ObjectMeta.name = 1, namespace = 3 (k8s.io/apimachinery, generated.proto). */
function protobufName(plain: Buffer): string | undefined {
  const raw = fieldOf(plain, PROTOBUF_HEAD.length, plain.length, 2);
  const metadata = raw === undefined ? undefined : fieldOf(plain, raw.from, raw.to, 1);
  if (metadata === undefined) return;
  const textOf = (number: number): string => {
    const field = fieldOf(plain, metadata.from, metadata.to, number);
    return field === undefined ? '' : plain.toString('utf8', field.from, field.to);
  };
  return joined(textOf(3), textOf(1));
}

function fieldOf(bytes: Buffer, at: number, end: number, number: number): { from: number; to: number } | undefined {
  const cursor = new ProtobufCursor(bytes, at, end);
  while (cursor.next()) {
    if (cursor.field === number && cursor.from >= 0) return { from: cursor.from, to: cursor.to };
  }
  return;
}

function jsonName(plain: Buffer): string | undefined {
  try {
    const { metadata } = JSON.parse(plain.toString()) as { metadata?: { namespace?: unknown; name?: unknown } };
    const { namespace = '', name } = metadata ?? {};
    return typeof namespace === 'string' && typeof name === 'string' ? joined(namespace, name) : undefined;
  } catch {
    // The words of the error would quote the object.
    return;
  }
}

function joined(namespace: string, name: string): string | undefined {
  if (name === '') return;
  return namespace === '' ? name : `${namespace}/${name}`;
}
