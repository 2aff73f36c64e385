// Which keys there are, who needs them, and whether one may go: keys in configurations × values in examined files × receipts. Pure. A value names the
// provider and the name of its key, never its bytes, so a row is a provider and a name; several bytes under one name are a fault of their own.
import { compareText } from '../../../platform/order.ts';
import type { EncryptionConfiguration } from '../configuration/configuration.ts';
import { transformerName, transformersOf } from '../configuration/configuration.ts';
import type { KeyFingerprint } from './fingerprint.ts';
import type { ReceiptLine } from './receipts.ts';

/** A configuration file and what it says. */
export interface NamedConfiguration {
  /** As the file was named. */
  readonly name: string;
  readonly configuration: EncryptionConfiguration;
}

/** Values of one key that one examined file or folder holds. */
export interface KeyUse {
  /** `aescbc:key1`, `kms-v2:name`. */
  readonly key: string;
  /** The file, as it was named. */
  readonly place: string;
  readonly kind: 'member' | 'backup';
  readonly current: number;
  /** Earlier values of objects that are there, and values of deleted ones: a restore or a read at an old revision needs them. */
  readonly old: number;
  /** Values in records of the WAL, which nobody reads again once the member's database has them. */
  readonly unreachable: number;
  /** Of the key that opened them; absent when the data was examined without keys. */
  readonly fingerprint?: string;
  readonly firstRevision?: number;
  readonly lastRevision?: number;
}

/** What was examined: without all of it, a key that is found nowhere may still be needed. */
export interface ExaminedData {
  readonly uses: readonly KeyUse[];
  /** Files that were examined, whether or not they hold values of keys. */
  readonly places: readonly string[];
  /** Whether the database of a member was among them: a WAL alone does not tell what is still current. */
  readonly hasDatabase: boolean;
  /** What could not be read, in words. */
  readonly gaps: readonly string[];
}

/** One key with all that is known of it. */
export interface InventoryKey {
  readonly key: string;
  /** Of the bytes that configurations give it; several are a fault, none means that no configuration has it. */
  readonly fingerprints: readonly KeyFingerprint[];
  /** Bytes of the key; absent for key management services. */
  readonly bytes?: number;
  /** Configurations that have it. */
  readonly readIn: readonly string[];
  /** Configurations that write with it. */
  readonly writesIn: readonly string[];
  readonly uses: readonly Omit<KeyUse, 'key'>[];
  readonly firstRevision?: number;
  readonly lastRevision?: number;
  /** Copies in escrow, by fingerprint. */
  readonly receipts: readonly ReceiptLine[];
  readonly removal: Removal;
}

/** Whether the key may be removed from the configurations. */
export interface Removal {
  /** `missing`: values need it and no configuration has it. `unknown`: what was examined does not tell. */
  readonly answer: 'keep' | 'removable' | 'missing' | 'unknown';
  readonly reason: string;
}

/** Rows by key, sorted. */
export function keyInventory(
  configurations: readonly NamedConfiguration[],
  data: ExaminedData,
  receipts: readonly ReceiptLine[],
): readonly InventoryKey[] {
  const rows = new Map<string, Row>();
  const rowOf = (key: string): Row => {
    const known = rows.get(key) ?? { fingerprints: new Set(), readIn: new Set(), writesIn: new Set(), uses: [] };
    rows.set(key, known);
    return known;
  };
  for (const { name, configuration } of configurations) {
    for (const { providers } of configuration.rules) {
      for (const [index, transformer] of transformersOf(providers).entries()) {
        if (transformer.provider === 'identity') continue;
        const row = rowOf(transformerName(transformer));
        row.readIn.add(name);
        if (index === 0) row.writesIn.add(name);
        if (transformer.provider === 'kms') continue;
        const { secret } = transformer.key;
        row.fingerprints.add(secret.fingerprint);
        if (secret.length !== undefined) row.bytes = secret.length;
      }
    }
  }
  for (const { key, ...use } of data.uses) rowOf(key).uses.push(use);
  return [...rows]
    .toSorted(([a], [b]) => compareText(a, b))
    .map(([key, row]) => inventoryKey(key, row, data, receipts, configurations.length > 0));
}

interface Row {
  readonly fingerprints: Set<KeyFingerprint>;
  readonly readIn: Set<string>;
  readonly writesIn: Set<string>;
  readonly uses: Omit<KeyUse, 'key'>[];
  bytes?: number;
}

function inventoryKey(
  key: string,
  row: Row,
  data: ExaminedData,
  receipts: readonly ReceiptLine[],
  hasConfigurations: boolean,
): InventoryKey {
  const uses = row.uses.toSorted((a, b) => compareText(a.place, b.place));
  const first = uses.flatMap(({ firstRevision }) => firstRevision ?? []);
  const last = uses.flatMap(({ lastRevision }) => lastRevision ?? []);
  return {
    key,
    fingerprints: [...row.fingerprints].toSorted(compareText),
    ...(row.bytes === undefined ? {} : { bytes: row.bytes }),
    readIn: [...row.readIn].toSorted(compareText),
    writesIn: [...row.writesIn].toSorted(compareText),
    uses,
    ...(first.length === 0 ? {} : { firstRevision: Math.min(...first) }),
    ...(last.length === 0 ? {} : { lastRevision: Math.max(...last) }),
    receipts: receipts.filter(({ fingerprint }) => row.fingerprints.has(fingerprint)),
    removal: removalOf({ ...row, uses }, data, hasConfigurations),
  };
}

function removalOf(row: Row, { places, gaps, hasDatabase }: ExaminedData, hasConfigurations: boolean): Removal {
  const needed = row.uses.filter(({ current, old }) => current + old > 0);
  if (hasConfigurations && row.readIn.size === 0 && needed.length > 0) {
    return { answer: 'missing', reason: `no configuration has it, but ${needs(needed)}` };
  }
  const others = needed.filter(({ fingerprint }) => isOther(fingerprint, row.fingerprints));
  if (hasConfigurations && others.length > 0) {
    return {
      answer: 'missing',
      reason: `no configuration has the bytes that opened the values, though one has the name: ${needs(others)}`,
    };
  }
  if (row.fingerprints.size > 1) {
    return {
      answer: 'keep',
      reason: `configurations give ${row.fingerprints.size} keys this name: which of them values need is not known`,
    };
  }
  if (row.writesIn.size > 0) {
    const more = needed.length === 0 ? '' : `; ${needs(needed)}`;
    return {
      answer: 'keep',
      reason: `${list([...row.writesIn].toSorted(compareText))} ${verb(row.writesIn.size, 'writes', 'write')} with it${more}`,
    };
  }
  if (needed.length > 0) return { answer: 'keep', reason: needs(needed) };
  if (places.length === 0) {
    return { answer: 'unknown', reason: 'no data was examined: give results of encryption inspect' };
  }
  if (gaps.length > 0) {
    return { answer: 'unknown', reason: `not found, but not all was read: ${gaps.join('; ')}` };
  }
  const logs = row.uses.filter(({ unreachable }) => unreachable > 0).map(({ place }) => place);
  if (logs.length > 0 && !hasDatabase) {
    const reason = `${list(logs)} ${verb(logs.length, 'has', 'have')} records of it, and no member's database was examined`;
    return { answer: 'unknown', reason };
  }
  return {
    answer: 'removable',
    reason: `nothing in ${list(places)} needs it; other members and backups that were not examined may`,
  };
}

function isOther(fingerprint: string | undefined, known: ReadonlySet<string>): boolean {
  return fingerprint !== undefined && known.size > 0 && !known.has(fingerprint);
}

/** `backups B3 and B4 need it (6 values); m1.db needs it (…)`. */
function needs(uses: readonly Omit<KeyUse, 'key'>[]): string {
  return (['member', 'backup'] as const)
    .flatMap((kind) => {
      const of = uses.filter((use) => use.kind === kind);
      if (of.length === 0) return [];
      const noun = kind === 'backup' ? verb(of.length, 'backup ', 'backups ') : '';
      const current = of.reduce((sum, use) => sum + use.current, 0);
      const old = of.reduce((sum, use) => sum + use.old, 0);
      const counts = [...(current > 0 ? [`${current} current`] : []), ...(old > 0 ? [`${old} old`] : [])];
      const places = [...new Set(of.map(({ place }) => place))];
      return [`${noun}${list(places)} ${verb(places.length, 'needs', 'need')} it (${counts.join(' and ')})`];
    })
    .join('; ');
}

function verb(count: number, one: string, several: string): string {
  return count === 1 ? one : several;
}

function list(names: readonly string[]): string {
  if (names.length <= 1) return names.join('');
  return `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}
