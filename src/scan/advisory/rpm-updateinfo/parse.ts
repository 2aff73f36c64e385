// Reads updateinfo.xml, update by update. There is no published schema; the elements are those that createrepo_c writes and that libsolv and
// dnf read (createrepo_c, updateinfo.h; libsolv, ext/repo_updateinfoxml.c), with the deviations of the distributions named where they occur.
import { ParseError } from '../../../platform/errors.ts';
import type { Severity } from '../advisory.ts';
import type { FeedFile, FeedReader, FeedSink } from '../feed.ts';
import { dateOf } from '../fields.ts';
import { severityOfWord } from '../osv/severities.ts';
import { childrenOf, childText, type XmlElement, XmlRecords } from '../xml/records.ts';
import { fixesOf } from './packages.ts';
import { namespaceOf } from './release.ts';

const CVE = /CVE-\d{4}-\d{4,19}/g;
/** How much of a description is searched for ids. */
const SEARCHED_TEXT = 100_000;

/** @throws ParseError when the file is no update information. */
export function readUpdateinfo(file: FeedFile, sink: FeedSink): void {
  const reader = openUpdateinfo(file, sink);
  reader.push(file.bytes());
  reader.end();
}

/** Reads a file that comes in pieces. A namespace counts as covered when the file turns out to be whole. */
export function openUpdateinfo(file: Omit<FeedFile, 'bytes'>, sink: FeedSink): FeedReader {
  const covered = new Set(file.namespace === undefined ? [] : [file.namespace]);
  const records = new XmlRecords(file.path, ['update'], {
    root: (name) => {
      if (name !== 'updates') throw new ParseError(`${file.path}: not update information (the root is not <updates>)`);
    },
    record: (update) => readUpdate(update, file, sink, covered),
  });
  return {
    push: (bytes) => records.push(bytes),
    end: () => {
      records.end();
      for (const namespace of covered) sink.covers(namespace);
    },
  };
}

function readUpdate(update: XmlElement, file: Omit<FeedFile, 'bytes'>, sink: FeedSink, covered: Set<string>): void {
  const id = childText(update, 'id');
  if (id === undefined) {
    sink.skip('an update without an id', file.path);
    return;
  }
  const place = `${file.path}: ${id}`;
  const issued = dateOfUpdate(update, 'issued');
  const updated = dateOfUpdate(update, 'updated') ?? issued;
  if (updated !== undefined) sink.updated(updated);
  const names = { id, release: childText(update, 'release') ?? '' };
  const title = childText(update, 'title');
  const cves = cvesOf(update, title);
  const concernsSecurity = update.attributes['type'] === 'security' || cves.length > 0;
  // SUSE takes updates back by this word.
  if (concernsSecurity && update.attributes['status'] === 'retracted') {
    sink.skip('a retracted update', place);
    return;
  }
  const reference = referenceOf(update);
  const skipped = new Set<string>();
  for (const collection of childrenOf(update, 'pkglist').flatMap((list) => childrenOf(list, 'collection'))) {
    const namespaceOfBuild = (release: string) => file.namespace ?? namespaceOf(names, release);
    for (const { namespace, name, versions, module, architectures } of fixesOf(
      collection,
      title,
      namespaceOfBuild,
      (reason) => skipped.add(reason),
    )) {
      covered.add(namespace);
      if (!concernsSecurity) continue;
      sink.advisory({
        feed: 'rpm-updateinfo',
        id,
        aliases: [],
        related: cves,
        namespace,
        package: name,
        binary: true,
        ...(module === undefined ? {} : { module }),
        ...(architectures === undefined ? {} : { architectures }),
        status: 'affected',
        ranges: versions.map((fixed) => ({ fixed })),
        fixState: 'fixed',
        severities: severitiesOf(update, namespace),
        ...(issued === undefined ? {} : { published: issued }),
        ...(updated === undefined ? {} : { modified: updated }),
        ...(reference === undefined ? {} : { reference }),
      });
    }
  }
  if (concernsSecurity) for (const reason of skipped) sink.skip(reason, place);
}

/** CVEs of references and title; Fedora often names them in the description alone. */
function cvesOf(update: XmlElement, title: string | undefined): readonly string[] {
  const texts = [title ?? ''];
  for (const { attributes } of referencesOf(update)) texts.push(attributes['id'] ?? '', attributes['title'] ?? '');
  const named = idsIn(texts.join('\n'));
  return named.length > 0 ? named : idsIn((childText(update, 'description') ?? '').slice(0, SEARCHED_TEXT));
}

function idsIn(text: string): readonly string[] {
  return [...new Set([...text.matchAll(CVE)].map(([id]) => id))];
}

function referencesOf(update: XmlElement): readonly XmlElement[] {
  return childrenOf(update, 'references').flatMap((list) => childrenOf(list, 'reference'));
}

/** The page of the update itself, else of the first thing that it names. */
function referenceOf(update: XmlElement): string | undefined {
  const references = referencesOf(update).filter(({ attributes }) => /^https?:\/\//.test(attributes['href'] ?? ''));
  const own = references.find(({ attributes }) => attributes['type'] === 'self');
  return (own ?? references[0])?.attributes['href'];
}

/** Seconds since 1970 (SUSE), or a date and time, sometimes with the zone that is meant anyway ("… UTC", Pulp). */
function dateOfUpdate(update: XmlElement, name: string): string | undefined {
  const text = childrenOf(update, name)[0]?.attributes['date']?.trim() ?? '';
  if (/^\d{9,11}$/.test(text)) return `${new Date(Number(text) * 1000).toISOString().slice(0, 19)}Z`;
  return dateOf(text.replace(/ UTC$/, ''));
}

/** The word for the update as a whole; Rocky's builder once wrote SEVERITY_MODERATE. */
function severitiesOf(update: XmlElement, namespace: string): readonly Severity[] {
  const word = childText(update, 'severity')?.replace(/^SEVERITY_/, '');
  return severityOfWord(word, namespace.split(':', 1)[0] ?? namespace);
}
