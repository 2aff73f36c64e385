// Reads one file of Alpine's security database: for a branch and repository, which package version fixed which vulnerabilities.
// Keyed by origin (source) package. JSON as secdb.alpinelinux.org serves it, or the YAML of the older git repository.
import { ParseError } from '../../../platform/errors.ts';
import { apk } from '../../../versions/apk.ts';
import type { Advisory } from '../advisory.ts';
import type { FeedFile, FeedSink } from '../feed.ts';
import { dateOf, fieldsOf, isFields, listOf, readDocument, textOf } from '../fields.ts';
import { readEntry } from './ids.ts';

/** The key under which secdb lists what a package never had. */
const NEVER_AFFECTED = '0';

interface Fixes {
  /** Fixed versions, each valid. */
  readonly versions: Set<string>;
  notAffected: boolean;
  readonly aliases: Set<string>;
  readonly related: Set<string>;
}

/** @throws ParseError when the file is no secdb file. */
export function readSecdb(file: FeedFile, sink: FeedSink): void {
  if (/(^|\/)last-update$/.test(file.path)) {
    const date = dateOf(new TextDecoder().decode(file.bytes()));
    if (date !== undefined) sink.updated(date);
    return;
  }
  const document = readDocument(file.bytes(), file.path);
  const namespace = branchNamespace(fieldsOf(document)['distroversion']);
  if (namespace === undefined || !isFields(document)) {
    throw new ParseError(`${file.path}: not an Alpine secdb file (no distroversion such as v3.20 or edge)`);
  }
  sink.covers(namespace);
  for (const member of listOf(document['packages'])) {
    const entry = fieldsOf(fieldsOf(member)['pkg']);
    const name = textOf(entry['name']);
    if (name === undefined) sink.skip('a package without a name', file.path);
    else readPackage(namespace, name, entry['secfixes'], sink, `${file.path}: ${name}`);
  }
}

function branchNamespace(distroversion: unknown): string | undefined {
  const match = /^(?:v(\d+\.\d+)|(edge))$/.exec(textOf(distroversion) ?? '');
  return match === null ? undefined : `alpine:${match[1] ?? match[2]}`;
}

function readPackage(namespace: string, name: string, secfixes: unknown, sink: FeedSink, place: string): void {
  const byId = new Map<string, Fixes>();
  for (const [version, entries] of Object.entries(fieldsOf(secfixes))) {
    const list = listOf(entries);
    if (list.length === 0) sink.skip('a fixed version that names no vulnerability', `${place} ${version}`);
    const usable = version === NEVER_AFFECTED || isVersion(version);
    for (const entry of list) {
      if (!usable) {
        sink.skip('a fixed version that apk does not accept', `${place} ${version}`);
        continue;
      }
      const ids = readEntry(textOf(entry) ?? '');
      if (ids.length === 0) sink.skip('an entry without a vulnerability id', `${place} ${version}`);
      for (const { id, aliases, related, notAffected } of ids) {
        const fixes = byId.get(id) ?? {
          versions: new Set(),
          notAffected: false,
          aliases: new Set(),
          related: new Set(),
        };
        byId.set(id, fixes);
        if (version === NEVER_AFFECTED || notAffected) fixes.notAffected = true;
        else fixes.versions.add(version);
        for (const alias of aliases) fixes.aliases.add(alias);
        for (const other of related) fixes.related.add(other);
      }
    }
  }
  for (const [id, fixes] of byId) {
    if (fixes.notAffected && fixes.versions.size > 0) {
      // The version is the more careful reading: nothing is hidden, and whoever has it installed is clean either way.
      sink.skip('"never affected" said of an id that has a fixed version, too: the version holds', `${place} ${id}`);
    }
    sink.advisory(toAdvisory(namespace, name, id, fixes));
  }
}

function toAdvisory(namespace: string, name: string, id: string, fixes: Fixes): Advisory {
  const fixed = highest(fixes.versions);
  return {
    feed: 'alpine-secdb',
    id,
    aliases: [...fixes.aliases],
    related: [...fixes.related],
    namespace,
    package: name,
    status: fixed === undefined ? 'not-affected' : 'affected',
    ranges: fixed === undefined ? [] : [{ fixed }],
    fixState: fixed === undefined ? 'unknown' : 'fixed',
    severities: [],
    ...(id.startsWith('CVE-') ? { reference: `https://security.alpinelinux.org/vuln/${id}` } : {}),
  };
}

/** An id under several versions was completed later: only the last of them is free of it. */
function highest(versions: ReadonlySet<string>): string | undefined {
  let best: string | undefined;
  for (const version of versions) if (best === undefined || apk.compare(version, best) > 0) best = version;
  return best;
}

function isVersion(text: string): boolean {
  try {
    apk.check(text);
    return true;
  } catch {
    return false;
  }
}
