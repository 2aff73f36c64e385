// What a bundle says of encryption at rest: the verdict of the proof, the places of values in plain text, and who wrote the values. Reads the JSON of
// `encryption verify` for publication: names of members, backups and keys, and reasons, stay inside the house.
import { ParseError } from '../platform/errors.ts';
import { jsonText } from '../platform/json-text.ts';
import { compareText } from '../platform/order.ts';
import { fieldsOf, listOf, textOf } from '../scan/advisory/fields.ts';
import { PLACES } from './encryption-verification.ts';

/** Values of one writer over all members. */
export interface PublishedWriter {
  /** `aescbc`, `kms-v2`, `identity`; inside the house with the key: `aescbc:key1`. */
  readonly writer: string;
  readonly current: number;
  readonly old: number;
  readonly deleted: number;
  readonly wal: number;
}

/** What one part of the cluster came to. */
export interface PublishedPart {
  readonly check: string;
  readonly verdict: string;
  readonly subject: string;
  readonly reason: string;
}

/** The proof as readers outside see it; `parts` are for the house alone. */
export interface PublishedEncryption {
  readonly verdict: 'proof' | 'not-proven' | 'plaintext-found';
  readonly resources: readonly string[];
  readonly members: number;
  readonly backups: number;
  readonly writers: readonly PublishedWriter[];
  /** Values in plain text of members by place: `current`, `old`, `deleted`, `free`, `wal`. */
  readonly plaintext: Readonly<Record<string, number>>;
  /** Databases, logs and backups that could not be judged. */
  readonly unjudged: number;
  readonly parts?: readonly PublishedPart[];
}

const VERDICTS = ['proof', 'not-proven', 'plaintext-found'] as const;

/**
 * Reads the JSON of `encryption verify`.
 * @param isInside whether names and reasons may be told
 * @throws ParseError
 */
export function publishedEncryption(json: string, isInside: boolean): PublishedEncryption {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (cause) {
    throw new ParseError('the proof of encryption is no JSON', { cause });
  }
  const { schemaVersion, verdict: word, resources, members, backups, results } = fieldsOf(value);
  const verdict = VERDICTS.find((known) => known === word);
  if (schemaVersion !== 1 || verdict === undefined || !Array.isArray(members) || !Array.isArray(results)) {
    throw new ParseError('there is no proof of encryption in the file; give the JSON of encryption verify');
  }
  const parts = listOf(results).map(partOf);
  const holdings = members.flatMap((member) => {
    const { database, log } = fieldsOf(member);
    return [fieldsOf(database), fieldsOf(log)];
  });
  const plaintext = PLACES.map((place): readonly [string, number] => [
    place,
    holdings.reduce((sum, holding) => sum + countOf(fieldsOf(holding['plaintext'])[place]), 0),
  ]);
  return {
    verdict,
    resources: listOf(resources).flatMap((name) => textOf(name) ?? []),
    members: members.length,
    backups: listOf(backups).length,
    writers: writersOf(holdings, isInside),
    plaintext: Object.fromEntries(plaintext),
    unjudged: parts.filter((part) => part.verdict === 'no-evidence').length,
    ...(isInside ? { parts } : {}),
  };
}

/** The file of a bundle; ended by a line feed. Schema: schema/published-encryption-1.json. */
export function publishedEncryptionJson(encryption: PublishedEncryption): string {
  return `${jsonText({ schemaVersion: 1, ...encryption })}\n`;
}

function partOf(value: unknown): PublishedPart {
  const { check, verdict, subject, reason } = fieldsOf(value);
  const [name, word] = [textOf(check), textOf(verdict)];
  if (name === undefined || word === undefined) throw new ParseError('a row of the proof lacks its check or verdict');
  return { check: name, verdict: word, subject: textOf(subject) ?? '', reason: textOf(reason) ?? '' };
}

function writersOf(holdings: readonly ReturnType<typeof fieldsOf>[], isInside: boolean): readonly PublishedWriter[] {
  const sums = new Map<string, PublishedWriter>();
  for (const one of holdings.flatMap(({ writers }) => listOf(writers)).map(fieldsOf)) {
    const name = textOf(one['writer']) ?? 'unknown';
    const writer = isInside ? name : name.replace(/:.*/s, '');
    const sum = sums.get(writer) ?? { writer, current: 0, old: 0, deleted: 0, wal: 0 };
    sums.set(writer, {
      writer,
      current: sum.current + countOf(one['current']),
      old: sum.old + countOf(one['old']),
      deleted: sum.deleted + countOf(one['deleted']),
      wal: sum.wal + countOf(one['wal']),
    });
  }
  return [...sums.values()].sort((a, b) => compareText(a.writer, b.writer));
}

function countOf(value: unknown): number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : 0;
}
