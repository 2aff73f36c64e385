// The YAML of an EncryptionConfiguration, field by field, each with its place. What upstream's decoding refuses for its form (wrong kind, wrong types) is
// an error; what only its strict decoding refuses (unknown and repeated fields, Kubernetes 1.31, kubernetes/kubernetes#124912) is listed.
// Messages quote nothing of the file but the names of fields: whatever stands in the wrong place of it may be a key.
import {
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type ParsedNode,
  Scalar,
  visit,
  type YAMLMap,
} from 'yaml';
import { LimitError, ParseError } from '../../../platform/errors.ts';
import { LIMITS } from '../../../platform/limits.ts';
import { parseYamlDocument } from '../../../platform/yaml-document.ts';
import { KeySecret } from '../key/secret.ts';

/** A place in the file, both from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** A value and where it stands. */
export interface Placed<T> extends Place {
  readonly value: T;
}

/** A key as it is written; empty texts where a field is missing. */
export interface DocumentKey extends Place {
  readonly name: Placed<string>;
  readonly secret: Placed<KeySecret>;
}

/** A `kms` provider as it is written. */
export interface DocumentKms extends Place {
  readonly apiVersion?: Placed<string>;
  readonly name: Placed<string>;
  readonly endpoint: Placed<string>;
  readonly cacheSize?: Placed<number>;
  readonly timeout?: Placed<string>;
}

/** A list element under `providers`: one of the members should be there. */
export interface DocumentProvider extends Place {
  readonly keyed: readonly (Place & {
    readonly kind: 'aesgcm' | 'aescbc' | 'secretbox';
    readonly keys: readonly DocumentKey[];
  })[];
  readonly kms?: DocumentKms;
  readonly identity?: Place;
}

/** A list element under `resources`. */
export interface DocumentRule extends Place {
  readonly resources: readonly Placed<string>[];
  readonly providers: readonly DocumentProvider[];
}

/** A field that no version knows, or that stands twice in one mapping. */
export interface StrayField extends Place {
  readonly problem: 'unknown' | 'repeated';
  /** The name if it looks like one. */
  readonly name?: string;
}

/** The file as it is written. */
export interface EncryptionDocument {
  readonly kind: 'EncryptionConfiguration' | 'EncryptionConfig';
  readonly rules: readonly DocumentRule[];
  readonly stray: readonly StrayField[];
}

const KINDS = [
  { apiVersion: 'apiserver.config.k8s.io/v1', kind: 'EncryptionConfiguration' },
  { apiVersion: 'v1', kind: 'EncryptionConfig' },
] as const;
const KEYED = ['aesgcm', 'aescbc', 'secretbox'] as const;

/** What YAML 1.1, which kube-apiserver reads, takes for a truth value or a number where YAML 1.2 has a text. */
const OTHER_IN_YAML_1_1 = /^(?:y|yes|n|no|on|off|[-+]?[0-9][0-9_]*(?:\.[0-9_]*)?|[-+]?0b[01_]+)$/i;

/**
 * Reads the file.
 * @param file name for messages
 * @throws ParseError `FILE:LINE:COLUMN: what is wrong`; LimitError for a file that is made to be large or slow
 */
export function readDocument(text: string, file: string): EncryptionDocument {
  if (text.length > LIMITS.encryptionConfigBytes) {
    throw new LimitError(`${file}: more than ${LIMITS.encryptionConfigBytes} characters`);
  }
  return new DocumentReader(text, file).read();
}

class DocumentReader {
  readonly #file: string;
  readonly #lines = new LineCounter();
  readonly #document: ReturnType<typeof parseYamlDocument>;
  readonly #anchors: ReadonlyMap<string, ParsedNode>;
  readonly #stray: StrayField[] = [];
  #nodes = 0;
  #keys = 0;

  constructor(text: string, file: string) {
    this.#file = file;
    this.#document = parseYamlDocument(text, this.#lines, file);
    const [error] = this.#document.errors;
    // The library's own words quote the file.
    if (error !== undefined) {
      throw this.#wrong(error.pos[0], `not YAML (${error.code.toLowerCase().replaceAll('_', ' ')})`);
    }
    this.#anchors = this.#findAnchors();
  }

  read(): EncryptionDocument {
    const fields = this.#fields(this.#document.contents, 'the file', ['apiVersion', 'kind', 'resources']);
    if (fields === undefined) throw new ParseError(`${this.#file}: the file is empty`);
    const apiVersion = this.#text(fields.get('apiVersion'), 'apiVersion', fields.place).value;
    const kind = this.#text(fields.get('kind'), 'kind', fields.place).value;
    const form = KINDS.find((known) => known.apiVersion === apiVersion && known.kind === kind);
    if (form === undefined) {
      const known = KINDS.map((one) => `apiVersion ${one.apiVersion}, kind ${one.kind}`).join(' (before 1.13: ');
      throw this.#wrong(fields.place, `not an encryption configuration: it begins with ${known})`);
    }
    const rules = this.#list(fields.get('resources'), 'resources', (node) => this.#rule(node));
    return { kind: form.kind, rules, stray: this.#stray };
  }

  #rule(node: ParsedNode | null): DocumentRule {
    const fields = this.#required(node, 'resources', ['resources', 'providers']);
    return {
      ...fields.place,
      resources: this.#list(fields.get('resources'), 'resources', (item) =>
        this.#text(item, 'a resource', fields.place),
      ),
      providers: this.#list(fields.get('providers'), 'providers', (item) => this.#provider(item)),
    };
  }

  #provider(node: ParsedNode | null): DocumentProvider {
    const fields = this.#required(node, 'providers', [...KEYED, 'kms', 'identity']);
    const keyed = KEYED.flatMap((kind) => {
      const body = this.#fields(fields.get(kind), kind, ['keys']);
      if (body === undefined) return [];
      return [{ ...body.place, kind, keys: this.#list(body.get('keys'), 'keys', (item) => this.#key(item)) }];
    });
    const kms = this.#fields(fields.get('kms'), 'kms', ['apiVersion', 'name', 'cachesize', 'endpoint', 'timeout']);
    const identity = this.#fields(fields.get('identity'), 'identity', []);
    return {
      ...fields.place,
      keyed,
      ...(kms === undefined ? {} : { kms: this.#kms(kms) }),
      ...(identity === undefined ? {} : { identity: identity.place }),
    };
  }

  #key(node: ParsedNode | null): DocumentKey {
    this.#keys += 1;
    if (this.#keys > LIMITS.encryptionKeys)
      throw new LimitError(`${this.#file}: more than ${LIMITS.encryptionKeys} keys`);
    const fields = this.#required(node, 'keys', ['name', 'secret']);
    const { value, ...place } = this.#text(fields.get('secret'), 'secret', fields.place);
    return {
      ...fields.place,
      name: this.#text(fields.get('name'), 'name', fields.place),
      secret: { ...place, value: new KeySecret(value) },
    };
  }

  #kms(fields: Fields): DocumentKms {
    const optional = (name: string): Placed<string> | undefined =>
      fields.get(name) === undefined ? undefined : this.#text(fields.get(name), name, fields.place);
    const [apiVersion, timeout] = [optional('apiVersion'), optional('timeout')];
    const size = fields.get('cachesize');
    return {
      ...fields.place,
      name: this.#text(fields.get('name'), 'name', fields.place),
      endpoint: this.#text(fields.get('endpoint'), 'endpoint', fields.place),
      ...(apiVersion === undefined ? {} : { apiVersion }),
      ...(timeout === undefined ? {} : { timeout }),
      ...(size === undefined ? {} : { cacheSize: this.#number(size, 'cachesize') }),
    };
  }

  /** The fields of a mapping; undefined where there is none or it is null, as Go's pointers. */
  #fields(node: ParsedNode | null | undefined, what: string, known: readonly string[]): Fields | undefined {
    const real = this.#resolve(node);
    if (real === undefined) return undefined;
    if (!isMap(real)) throw this.#wrong(this.#placeOf(real), `${what} must be a mapping`);
    const found = new Map<string, ParsedNode>();
    for (const { key, value } of (real as YAMLMap<ParsedNode, ParsedNode | null>).items) {
      const place = this.#placeOf(key);
      const name = isScalar(key) && typeof key.value === 'string' ? key.value : '';
      if (name === '<<') throw this.#wrong(place, 'merge keys are not read: write the fields out');
      const shown = /^[A-Za-z]{1,20}$/.test(name) ? { name } : {};
      if (!known.includes(name)) this.#stray.push({ problem: 'unknown', ...shown, ...place });
      else if (found.has(name)) this.#stray.push({ problem: 'repeated', ...shown, ...place });
      const body = this.#resolve(value);
      if (body === undefined) found.delete(name);
      else found.set(name, body);
    }
    return { place: this.#placeOf(real), get: (name) => found.get(name) };
  }

  #required(node: ParsedNode | null, what: string, known: readonly string[]): Fields {
    const fields = this.#fields(node, `an element of ${what}`, known);
    return fields ?? { place: this.#placeOf(node), get: () => undefined };
  }

  #list<T>(node: ParsedNode | undefined, what: string, read: (item: ParsedNode | null) => T): readonly T[] {
    if (node === undefined) return [];
    if (!isSeq(node)) throw this.#wrong(this.#placeOf(node), `${what} must be a list`);
    return node.items.map((item) => read(item as ParsedNode | null));
  }

  #text(node: ParsedNode | null | undefined, what: string, otherwise: Place): Placed<string> {
    const real = this.#resolve(node);
    if (real === undefined) return { ...otherwise, value: '' };
    const place = this.#placeOf(real);
    if (!isScalar(real) || typeof real.value !== 'string') throw this.#wrong(place, `${what} must be a text`);
    if (real.type === Scalar.PLAIN && OTHER_IN_YAML_1_1.test(real.value)) {
      throw this.#wrong(place, `${what} is no text to kube-apiserver, which reads YAML 1.1: put quotes around it`);
    }
    return { ...place, value: real.value };
  }

  #number(node: ParsedNode, what: string): Placed<number> {
    const place = this.#placeOf(node);
    const value = isScalar(node) ? node.value : undefined;
    if (typeof value !== 'number' || !Number.isInteger(value) || Math.abs(value) >= 2 ** 31) {
      throw this.#wrong(place, `${what} must be a whole number of 32 bits`);
    }
    return { ...place, value };
  }

  /** The node, or what an alias stands for; undefined for nothing and for null. Bounds what aliases can make of a small file. */
  #resolve(node: ParsedNode | null | undefined): ParsedNode | undefined {
    this.#nodes += 1;
    if (this.#nodes > LIMITS.encryptionConfigNodes) {
      throw new LimitError(`${this.#file}: more than ${LIMITS.encryptionConfigNodes} fields and list elements`);
    }
    if (node === null || node === undefined) return undefined;
    const real = isAlias(node) ? this.#anchors.get(node.source) : node;
    if (real === undefined) throw this.#wrong(this.#placeOf(node), 'an alias without its anchor');
    return isScalar(real) && real.value === null ? undefined : real;
  }

  /** The library would look through the whole document for every alias. */
  #findAnchors(): ReadonlyMap<string, ParsedNode> {
    const anchors = new Map<string, ParsedNode>();
    visit(this.#document, (_key, node) => {
      if (!isNode(node) || isAlias(node) || node.anchor === undefined) return;
      const anchored = node as ParsedNode;
      if (anchors.has(node.anchor)) throw this.#wrong(this.#placeOf(anchored), 'an anchor that is there twice');
      anchors.set(node.anchor, anchored);
    });
    return anchors;
  }

  #placeOf(node: ParsedNode | null): Place {
    return this.#placeAt(node?.range[0] ?? 0);
  }

  #placeAt(offset: number): Place {
    const { line, col } = this.#lines.linePos(offset);
    return { line, column: col };
  }

  #wrong(at: number | Place, what: string): ParseError {
    const { line, column } = typeof at === 'number' ? this.#placeAt(at) : at;
    return new ParseError(`${this.#file}:${line}:${column}: ${what}`);
  }
}

/** The fields of one mapping that are there and not null. */
interface Fields {
  readonly place: Place;
  readonly get: (name: string) => ParsedNode | undefined;
}
