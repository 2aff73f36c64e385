// Reads a security announcement of SUSE in CVRF 1.1 (https://www.icasi.org/the-common-vulnerability-reporting-framework-cvrf-v1-1/): who announces
// stands in DocumentTracking, each Vulnerability names the packages that fix it, as PRODUCT:NAME-VERSION-RELEASE.
import { ParseError } from '../../../platform/errors.ts';
import type { Severity } from '../advisory.ts';
import { scoreCvss } from '../cvss/index.ts';
import type { FeedFile, FeedReader, FeedSink } from '../feed.ts';
import { dateOf } from '../fields.ts';
import { severityOfWord } from '../osv/severities.ts';
import { suseRelease } from '../suse-products.ts';
import { childOf, childrenOf, childText, type XmlElement, XmlRecords } from '../xml/records.ts';

const CVE = /^CVE-\d{4}-\d{4,19}$/;
const NO_PROGRAM = /-(?:debuginfo|debugsource)(?:-32bit)?$/;

/** The announcement that the vulnerabilities of a document belong to. */
interface Announcement {
  readonly id: string;
  readonly published: string | undefined;
  readonly modified: string | undefined;
}

/** A fix of one package in one release. */
interface Fix {
  readonly namespace: string;
  readonly name: string;
  readonly version: string;
  readonly extended: boolean;
}

/** @throws ParseError when the file is no CVRF document of SUSE. */
export function readCvrf(file: FeedFile, sink: FeedSink): void {
  const reader = openCvrf(file, sink);
  reader.push(file.bytes());
  reader.end();
}

/** Reads a file that comes in pieces: documents on kernels have tens of megabytes. */
export function openCvrf({ path }: Omit<FeedFile, 'bytes'>, sink: FeedSink): FeedReader {
  const covered = new Set<string>();
  let announcement: Announcement | undefined;
  const records = new XmlRecords(path, ['DocumentTracking', 'Vulnerability'], {
    root: (name) => {
      if (name !== 'cvrfdoc') throw new ParseError(`${path}: not a CVRF document (the root is not <cvrfdoc>)`);
    },
    record: (element) => {
      if (element.name === 'DocumentTracking') announcement = announcementOf(element);
      else if (announcement === undefined) throw new ParseError(`${path}: a vulnerability before the document's id`);
      else readVulnerability(element, announcement, path, sink, covered);
    },
  });
  return {
    push: (bytes) => records.push(bytes),
    end: () => {
      records.end();
      if (announcement === undefined) throw new ParseError(`${path}: a CVRF document without an id`);
      if (announcement.modified !== undefined) sink.updated(announcement.modified);
      for (const namespace of covered) sink.covers(namespace);
    },
  };
}

function announcementOf(tracking: XmlElement): Announcement | undefined {
  const id = childText(childOf(tracking, 'Identification'), 'ID');
  if (id === undefined) return undefined;
  const published = dateOf(childText(tracking, 'InitialReleaseDate'));
  return { id, published, modified: dateOf(childText(tracking, 'CurrentReleaseDate')) ?? published };
}

function readVulnerability(
  vulnerability: XmlElement,
  { id: announcement, published, modified }: Announcement,
  path: string,
  sink: FeedSink,
  covered: Set<string>,
): void {
  const id = childText(vulnerability, 'CVE');
  const place = `${path}: ${id ?? announcement}`;
  if (id === undefined || !CVE.test(id)) {
    sink.skip('a vulnerability without a CVE id', place);
    return;
  }
  const severities = severitiesOf(vulnerability);
  const { fixes, others, unread } = fixesOf(vulnerability);
  if (fixes.length === 0) sink.skip(others > 0 ? 'other products only' : 'no package that is fixed', place);
  if (unread > 0) sink.skip('packages with a status other than fixed', place);
  for (const { namespace, name, version, extended } of fixes) {
    covered.add(namespace);
    sink.advisory({
      feed: 'suse-cvrf',
      id,
      aliases: [],
      related: [announcement],
      namespace,
      package: name,
      binary: true,
      status: 'affected',
      ranges: [extended ? { limit: version } : { fixed: version }],
      fixState: extended ? 'subscription' : 'fixed',
      severities,
      ...(published === undefined ? {} : { published }),
      ...(modified === undefined ? {} : { modified }),
      reference: `https://www.suse.com/security/cve/${id}.html`,
    });
  }
}

/** What a vulnerability says of packages. */
interface Fixes {
  /** Fixed packages of known releases, each once; a fix for everyone stands before the same for subscribers. */
  readonly fixes: readonly Fix[];
  /** Fixed packages of products that are not known. */
  readonly others: number;
  /** Packages of known releases that are affected, not affected or under investigation. */
  readonly unread: number;
}

function fixesOf(vulnerability: XmlElement): Fixes {
  const fixes = new Map<string, Fix>();
  let others = 0;
  let unread = 0;
  for (const status of childrenOf(childOf(vulnerability, 'ProductStatuses'), 'Status')) {
    if (status.attributes['Type'] !== 'Fixed') {
      unread += childrenOf(status, 'ProductID').filter(({ text }) => suseRelease(text.split(':', 1)[0] ?? '')).length;
      continue;
    }
    for (const { text } of childrenOf(status, 'ProductID')) {
      const fix = fixOf(text);
      if (fix === undefined) {
        others += 1;
        continue;
      }
      if (NO_PROGRAM.test(fix.name)) continue;
      const key = `${fix.namespace}\n${fix.name}\n${fix.version}`;
      if (fixes.get(key)?.extended !== false) fixes.set(key, fix);
    }
  }
  return { fixes: [...fixes.values()], others, unread };
}

/** `SUSE Linux Enterprise Server 15 SP3:libz1-1.2.11-150000.3.30.1`; undefined for other products. */
function fixOf(productId: string): Fix | undefined {
  const [, product = '', name = '', version = ''] = /^([^:]{1,200}):(\S+)-([^-\s]+-[^-\s]+)$/.exec(productId) ?? [];
  const release = suseRelease(product);
  return release === undefined || name === '' ? undefined : { ...release, name, version };
}

/** SUSE's rating of this CVE, and CVSS: version 3 beside version 2 in newer documents. */
function severitiesOf(vulnerability: XmlElement): readonly Severity[] {
  const severities: Severity[] = [];
  for (const threat of childrenOf(childOf(vulnerability, 'Threats'), 'Threat')) {
    if (threat.attributes['Type'] === 'Impact')
      severities.push(...severityOfWord(childText(threat, 'Description'), 'suse'));
  }
  const sets = childrenOf(vulnerability, 'CVSSScoreSets').flatMap((list) => list.children);
  const vectors = sets.flatMap((set) => childText(set, 'VectorV3') ?? childText(set, 'Vector') ?? []);
  const raw = vectors.find((vector) => vector.startsWith('CVSS:')) ?? vectors[0];
  const scored = raw === undefined ? undefined : scoreCvss(raw);
  if (raw !== undefined && scored !== undefined) {
    severities.push({ kind: 'cvss', source: 'suse', raw, level: scored.level, score: scored.score });
  }
  return severities;
}
