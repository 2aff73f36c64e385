// Reads one advisory of GitLab's database (https://gitlab.com/gitlab-org/advisories-community): YAML with the package, the affected versions as a
// condition, and the fixed versions as a list.
import { ParseError } from '../../../platform/errors.ts';
import type { Severity } from '../advisory.ts';
import { scoreCvss } from '../cvss/index.ts';
import type { FeedFile, FeedSink } from '../feed.ts';
import { dateOf, type Fields, fieldsOf, readYaml, textOf, textsOf } from '../fields.ts';
import { normaliseName } from '../osv/ecosystems.ts';
import { readIntervals } from './intervals.ts';
import { affectedRanges, fixStateOf, type GitlabScheme } from './ranges.ts';

interface Ecosystem {
  readonly namespace: string;
  readonly scheme: GitlabScheme;
}

/** Package types, the first part of a slug. */
const ECOSYSTEMS: ReadonlyMap<string, Ecosystem> = new Map([
  ['maven', { namespace: 'maven', scheme: 'maven' }],
  ['npm', { namespace: 'npm', scheme: 'npm' }],
  ['pypi', { namespace: 'pypi', scheme: 'pep440' }],
  ['go', { namespace: 'go', scheme: 'go' }],
  ['gem', { namespace: 'gem', scheme: 'gem' }],
]);
/** Ids that stand for one vulnerability each; GMS is GitLab's own. */
const ALIAS = /^(?:CVE-\d{4}-\d{4,19}|GHSA(?:-[0-9a-z]{4}){3}|GMS-\d{4}-\d+)$/;
/** Ids under which an advisory may stand: those, and names of other databases. CWE-201 is a kind of weakness. */
const OTHER_ID = /^(?!CVE-|CWE-)[A-Za-z]+(?:-[A-Za-z0-9]+)*$/i;

/** @throws ParseError when the file is no advisory. */
export function readAdvisory(file: FeedFile, sink: FeedSink): void {
  const document = fieldsOf(readYaml(file.bytes(), file.path));
  const id = idOf(textOf(document['identifier']) ?? '');
  const [type, ...path] = textOf(document['package_slug'])?.split('/') ?? [];
  if (type === undefined || path.length === 0 || id === '') {
    throw new ParseError(`${file.path}: not an advisory of GitLab (no identifier, or no package)`);
  }
  const place = `${file.path}: ${id}`;
  const modified = dateOf(document['date']);
  const published = dateOf(document['pubdate']);
  if (modified !== undefined) sink.updated(modified);
  const ecosystem = ECOSYSTEMS.get(type);
  if (ecosystem === undefined) {
    sink.skip('a package type that is not matched', place);
    return;
  }
  const { namespace, scheme } = ecosystem;
  sink.covers(namespace);
  const problem = !ALIAS.test(id) && !OTHER_ID.test(id) ? 'an id that is not known' : undefined;
  const fixedVersions = textsOf(document['fixed_versions']);
  const intervals = readIntervals(document['affected_range']);
  const ranges = intervals === undefined ? undefined : affectedRanges(intervals, fixedVersions, scheme);
  if (problem !== undefined || ranges === undefined) {
    sink.skip(problem ?? 'affected versions that cannot be read', place);
    return;
  }
  const reference = textsOf(document['urls']).find((url) => /^https?:\/\//.test(url));
  sink.advisory({
    feed: 'gitlab',
    id,
    aliases: textsOf(document['identifiers'])
      .map(idOf)
      .filter((name) => ALIAS.test(name) && name !== id),
    related: [],
    namespace,
    package: packageName(namespace, path, document),
    status: 'affected',
    ranges,
    fixState: fixStateOf(ranges, fixedVersions),
    severities: severitiesOf(document),
    ...(published === undefined ? {} : { published }),
    ...(modified === undefined ? {} : { modified }),
    ...(reference === undefined ? {} : { reference }),
  });
}

/** CVE ids are in upper case; one is not. */
function idOf(text: string): string {
  return /^cve-/i.test(text) ? text.toUpperCase() : text;
}

/** `maven/GROUP/ARTIFACT`; Go advisories may name a package inside of a module, and the module beside it. */
function packageName(namespace: string, path: readonly string[], document: Fields): string {
  if (namespace === 'maven') return path.join(':');
  const module = namespace === 'go' ? textOf(document['_git_import_path']) : undefined;
  return normaliseName(namespace, module ?? path.join('/'));
}

/** The vector of the newest version that is given. */
function severitiesOf(document: Fields): readonly Severity[] {
  for (const version of ['cvss_v4', 'cvss_v3', 'cvss_v2']) {
    const raw = textOf(document[version]);
    const scored = raw === undefined ? undefined : scoreCvss(raw);
    if (raw !== undefined && scored !== undefined) {
      return [{ kind: 'cvss', source: 'gitlab', raw, level: scored.level, score: scored.score }];
    }
  }
  return [];
}
