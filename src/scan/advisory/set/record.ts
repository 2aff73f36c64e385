// One advisory as the set stores it: compact JSON with defaults left out, lists sorted, so that equal advisories give equal text. The id
// of a set is a digest over this text; changing the form means a new FORMAT_VERSION.
import type { Advisory, AffectedRange, FixState, Severity, SeverityLevel } from '../advisory.ts';

/** Without feed, namespace and package, which are the keys it is stored under. */
interface StoredRecord {
  readonly i: string;
  readonly a?: readonly string[];
  readonly r?: readonly string[];
  readonly n?: 1;
  /** Of a binary package. */
  readonly b?: 1;
  readonly o?: string;
  readonly h?: readonly string[];
  readonly l?: readonly string[];
  /** Bounds in the order introduced, fixed, last affected, limit; '' is open; trailing open bounds are cut. */
  readonly g?: readonly (readonly string[])[];
  readonly v?: readonly string[];
  /** Absent for `fixed`. */
  readonly x?: FixState;
  readonly y?: readonly StoredSeverity[];
  readonly p?: string;
  readonly m?: string;
  readonly w?: string;
  readonly u?: string;
}

/** A severity as it is stored: kind, source, the source's own word, level, score. */
export type StoredSeverity = readonly [Severity['kind'], string, string, SeverityLevel, number?];

/** The text of an advisory. Key order is fixed. */
export function encodeRecord(advisory: Advisory): string {
  const aliases = sorted(advisory.aliases.filter((alias) => alias !== advisory.id));
  const related = sorted(advisory.related.filter((other) => other !== advisory.id));
  const versions = sorted(advisory.versions ?? []);
  const severities = encodeSeverities(advisory.severities);
  const architectures = sorted(advisory.architectures ?? []);
  const platforms = sorted(advisory.platforms ?? []);
  const record: StoredRecord = {
    i: advisory.id,
    ...(aliases.length > 0 ? { a: aliases } : {}),
    ...(related.length > 0 ? { r: related } : {}),
    ...(advisory.status === 'not-affected' ? { n: 1 } : {}),
    ...(advisory.binary === true ? { b: 1 } : {}),
    ...(advisory.module !== undefined ? { o: advisory.module } : {}),
    ...(architectures.length > 0 ? { h: architectures } : {}),
    ...(platforms.length > 0 ? { l: platforms } : {}),
    ...(advisory.ranges.length > 0 ? { g: encodeRanges(advisory.ranges) } : {}),
    ...(versions.length > 0 ? { v: versions } : {}),
    ...(advisory.fixState !== 'fixed' ? { x: advisory.fixState } : {}),
    ...(severities.length > 0 ? { y: severities } : {}),
    ...(advisory.published !== undefined ? { p: advisory.published } : {}),
    ...(advisory.modified !== undefined ? { m: advisory.modified } : {}),
    ...(advisory.withdrawn !== undefined ? { w: advisory.withdrawn } : {}),
    ...(advisory.reference !== undefined ? { u: advisory.reference } : {}),
  };
  return JSON.stringify(record);
}

/** The advisory behind a stored record. */
export function decodeRecord(stored: unknown, feed: string, namespace: string, packageName: string): Advisory {
  const record = stored as StoredRecord;
  return {
    feed,
    id: record.i,
    aliases: record.a ?? [],
    related: record.r ?? [],
    namespace,
    package: packageName,
    ...(record.b === 1 ? { binary: true } : {}),
    ...(record.o !== undefined ? { module: record.o } : {}),
    ...(record.h !== undefined ? { architectures: record.h } : {}),
    ...(record.l !== undefined ? { platforms: record.l } : {}),
    status: record.n === 1 ? 'not-affected' : 'affected',
    ranges: (record.g ?? []).map(decodeRange),
    ...(record.v !== undefined ? { versions: record.v } : {}),
    fixState: record.x ?? 'fixed',
    severities: (record.y ?? []).map(decodeSeverity),
    ...(record.p !== undefined ? { published: record.p } : {}),
    ...(record.m !== undefined ? { modified: record.m } : {}),
    ...(record.w !== undefined ? { withdrawn: record.w } : {}),
    ...(record.u !== undefined ? { reference: record.u } : {}),
  };
}

function encodeRanges(ranges: readonly AffectedRange[]): readonly (readonly string[])[] {
  const texts = ranges.map((range) => {
    const bounds = [range.introduced ?? '', range.fixed ?? '', range.lastAffected ?? '', range.limit ?? ''];
    while (bounds.at(-1) === '') bounds.pop();
    return JSON.stringify(bounds);
  });
  return [...new Set(texts)].map((text): readonly string[] => JSON.parse(text));
}

function decodeRange(bounds: readonly string[]): AffectedRange {
  const [introduced = '', fixed = '', lastAffected = '', limit = ''] = bounds;
  return {
    ...(introduced !== '' ? { introduced } : {}),
    ...(fixed !== '' ? { fixed } : {}),
    ...(lastAffected !== '' ? { lastAffected } : {}),
    ...(limit !== '' ? { limit } : {}),
  };
}

function encodeSeverities(severities: readonly Severity[]): readonly StoredSeverity[] {
  return sorted(severities.map(encodeSeverity)).map((text): StoredSeverity => JSON.parse(text));
}

/** The text of a severity: a StoredSeverity as JSON. */
export function encodeSeverity({ kind, source, raw, level, score }: Severity): string {
  return JSON.stringify(score === undefined ? [kind, source, raw, level] : [kind, source, raw, level, score]);
}

/** The severity behind a stored one. */
export function decodeSeverity([kind, source, raw, level, score]: StoredSeverity): Severity {
  return { kind, source, raw, level, ...(score !== undefined ? { score } : {}) };
}

function sorted(texts: readonly string[]): readonly string[] {
  return texts.length < 2 ? texts : [...new Set(texts)].sort();
}
