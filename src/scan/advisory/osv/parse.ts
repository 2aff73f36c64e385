// Reads OSV records (https://ossf.github.io/osv-schema/, 1.7.4): one vulnerability, the packages it affects and in which versions.
// A file holds one record, or a list of them. Each affected package becomes one advisory.
import { ParseError } from '../../../platform/errors.ts';
import { LIMITS } from '../../../platform/limits.ts';
import type { AffectedRange, FixState, Severity } from '../advisory.ts';
import type { FeedFile, FeedSink } from '../feed.ts';
import { dateOf, type Fields, fieldsOf, isFields, listOf, readDocument, textOf, textsOf } from '../fields.ts';
import { isModular, streamOfTitle } from '../module-stream.ts';
import {
  ecosystemNamespace,
  familyOf,
  isDistribution,
  namesBinaries,
  normaliseName,
  publicStreamOf,
} from './ecosystems.ts';
import { platformsOf } from './platforms.ts';
import { readRanges } from './ranges.ts';
import { packageSeverities, readSeverities, severityOfWord } from './severities.ts';

/** What a record says of one package; several entries for the same package are joined. */
interface Affected {
  readonly namespace: string;
  readonly name: string;
  readonly ranges: AffectedRange[];
  readonly versions: Set<string>;
  readonly severities: Severity[];
  /** Platforms that alone are affected; undefined once an entry is about all. */
  platforms: Set<string> | undefined;
}

/** @throws ParseError when the file holds no OSV record. */
export function readOsv(file: FeedFile, sink: FeedSink): void {
  const document = readDocument(file.bytes(), file.path);
  if (Array.isArray(document)) {
    for (const record of document) {
      if (isRecord(record)) readRecord(record, file.path, sink);
      else sink.skip('not an OSV record (no id, or nothing affected)', file.path);
    }
  } else if (isRecord(document)) {
    readRecord(document, file.path, sink);
  } else {
    throw new ParseError(`${file.path}: not an OSV record (no id, or nothing affected)`);
  }
}

function isRecord(value: unknown): value is Fields {
  return isFields(value) && textOf(value['id']) !== undefined && Array.isArray(value['affected']);
}

function readRecord(record: Fields, path: string, sink: FeedSink): void {
  const id = textOf(record['id']) ?? '';
  const modified = dateOf(record['modified']);
  if (modified !== undefined) sink.updated(modified);
  const source = /^[A-Za-z]+/.exec(id)?.[0].toLowerCase() ?? 'osv';
  const general = [
    ...readSeverities(record['severity'], source),
    ...severityOfWord(fieldsOf(record['database_specific'])['severity'], source),
  ];
  const packages = readAffected(record, id, source, path, sink);
  // An archive of Go's records names npm packages where a record affects both, and holds only that part of npm: an ecosystem counts as
  // whole once a record is about it alone.
  const families = new Set([...packages.values()].map(({ namespace }) => familyOf(namespace)));
  for (const affected of packages.values()) {
    sink.covers(affected.namespace, families.size === 1 ? 'whole' : 'part');
    sink.advisory({
      feed: 'osv',
      id,
      aliases: textsOf(record['aliases']),
      related: relatedIds(record, affected.namespace),
      namespace: affected.namespace,
      package: affected.name,
      ...(namesBinaries(affected.namespace) ? { binary: true } : {}),
      ...moduleOf(affected, record['summary']),
      ...(affected.platforms === undefined ? {} : { platforms: [...affected.platforms] }),
      status: 'affected',
      ranges: affected.ranges,
      ...(affected.versions.size > 0 ? { versions: [...affected.versions] } : {}),
      fixState: fixStateOf(affected, packages),
      severities: [...affected.severities, ...general],
      ...dated('published', record['published']),
      ...dated('modified', record['modified']),
      ...dated('withdrawn', record['withdrawn']),
      reference: `https://osv.dev/vulnerability/${encodeURIComponent(id)}`,
    });
  }
}

function readAffected(
  record: Fields,
  id: string,
  source: string,
  path: string,
  sink: FeedSink,
): ReadonlyMap<string, Affected> {
  const packages = new Map<string, Affected>();
  for (const member of listOf(record['affected'])) {
    const entry = fieldsOf(member);
    const { ecosystem, name } = fieldsOf(entry['package']);
    const namespace = ecosystemNamespace(textOf(ecosystem) ?? '');
    const packageName = textOf(name);
    if (textOf(ecosystem) === undefined || packageName === undefined) {
      sink.skip('an affected entry that names no package', `${path}: ${id}`);
      continue;
    }
    if (namespace === undefined) {
      sink.skip('a distribution release that is missing or not understood', `${path}: ${id} ${textOf(ecosystem)}`);
      continue;
    }
    const { ranges, commits, unusable, excessive } = readRanges(entry['ranges'], namespace);
    const versions = textsOf(entry['versions']);
    if (excessive === true || versions.length > LIMITS.advisoryVersions) {
      sink.skip(`more than ${LIMITS.advisoryVersions} versions`, `${path}: ${id} ${packageName}`);
      continue;
    }
    if (ranges.length === 0 && versions.length === 0) {
      sink.skip(
        commits > 0 ? 'affected commits only, no versions' : 'no affected versions',
        `${path}: ${id} ${packageName}`,
      );
      continue;
    }
    if (unusable > 0) sink.skip('a range that cannot be read', `${path}: ${id} ${packageName}`);
    const key = `${namespace}\n${normaliseName(namespace, packageName)}`;
    const platforms = platformsOf(fieldsOf(entry['ecosystem_specific'])['imports']);
    const known = packages.get(key);
    const affected: Affected = known ?? {
      namespace,
      name: normaliseName(namespace, packageName),
      ranges: [],
      versions: new Set<string>(),
      severities: [],
      platforms: platforms === undefined ? undefined : new Set(platforms),
    };
    packages.set(key, affected);
    if (known !== undefined) known.platforms = joined(known.platforms, platforms);
    for (const range of ranges) affected.ranges.push(range);
    for (const version of versions) affected.versions.add(version);
    affected.severities.push(...packageSeverities(entry, source));
  }
  return packages;
}

function joined(known: Set<string> | undefined, more: readonly string[] | undefined): Set<string> | undefined {
  return known === undefined || more === undefined ? undefined : new Set([...known, ...more]);
}

/**
 * `upstream` names what a record restates. Distributions wrote it into `related` before that field came; elsewhere `related` may be a
 * different vulnerability altogether, under which nothing may be reported.
 */
function relatedIds(record: Fields, namespace: string): readonly string[] {
  const upstream = textsOf(record['upstream']);
  if (upstream.length > 0 || !isDistribution(namespace)) return upstream;
  return textsOf(record['related']).filter((id) => id.startsWith('CVE-'));
}

/** A fixed version tells that it is a build of a module; which one, only the summary does. */
function moduleOf({ ranges }: Affected, summary: unknown): { readonly module?: string } {
  const isOfModule = ranges.length > 0 && ranges.every(({ fixed }) => fixed !== undefined && isModular(fixed));
  return isOfModule ? { module: streamOfTitle(textOf(summary)) ?? 'unnamed' } : {};
}

function fixStateOf(affected: Affected, packages: ReadonlyMap<string, Affected>): FixState {
  if (affected.ranges.length === 0) return 'unknown';
  if (affected.ranges.every((range) => range.fixed !== undefined)) return 'fixed';
  if (affected.ranges.some((range) => range.lastAffected !== undefined || range.limit !== undefined)) return 'unknown';
  const behindSubscription = [...packages.values()].some(
    (other) =>
      other.name === affected.name &&
      publicStreamOf(other.namespace) === affected.namespace &&
      other.ranges.some((range) => range.fixed !== undefined),
  );
  return behindSubscription ? 'subscription' : 'not-fixed';
}

function dated<Name extends 'published' | 'modified' | 'withdrawn'>(
  name: Name,
  value: unknown,
): { [key in Name]?: string } {
  const date = dateOf(value);
  return (date === undefined ? {} : { [name]: date }) as { [key in Name]?: string };
}
