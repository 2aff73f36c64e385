// The answer of `where` as text for a terminal: release by release the images that have it, then what could not be told.

import type { KnownMitigation } from '../../operate/mitigation/known.ts';
import { ParseError } from '../../platform/errors.ts';
import type { KnownVulnerability } from '../../respond/where/entry.ts';
import type { Query } from '../../respond/where/query.ts';
import type { SearchedRelease, WhereMatch, WhereResult } from '../../respond/where/where.ts';
import { SEVERITY_LEVELS } from '../../scan/advisory/advisory.ts';
import { parsePackageUrl } from '../../scan/inventory/purl.ts';
import { count, day, FIX_WORDS, plural } from '../words.ts';
import { alignedRows } from './columns.ts';
import { glyphsOf, paint, shown, type TerminalOptions, wrap } from './terminal.ts';

/** Columns from which on an image and what is in it stand on one line. */
const WIDE = 120;

/** Lines of at most the given columns (when these are 40 or more), each ended by a line feed. */
export function whereTable(
  question: string,
  query: Query,
  result: WhereResult,
  mitigations: readonly KnownMitigation[],
  options: TerminalOptions,
): string {
  const width = Math.max(40, options.columns);
  const { searched, matches, undecided, unsearched, similar } = result;
  const holding = searched.filter(({ matchingImages }) => matchingImages > 0);
  const open = new Set(undecided.map(({ assessment }) => assessment));
  const others = searched.filter(({ matchingImages, assessment }) => matchingImages === 0 && !open.has(assessment));
  const isUnread = (release: SearchedRelease): boolean => release.images === 0 && release.unreadImages > 0;
  const known = query.kind === 'vulnerability' ? stateOfOne : knownOf;
  const byAssessment = Map.groupBy(matches, ({ assessment }) => assessment);
  const images = holding.reduce((sum, release) => sum + release.matchingImages, 0);
  const title =
    matches.length === 0
      ? `${question}: found in none of ${plural(searched.length, 'stored assessment')}`
      : `${question}${reportedAs(query, matches)}: ${plural(images, 'image')} in ${count(holding.length)} of ${plural(searched.length, 'stored assessment')}`;
  const lines = [
    ...wrap(shown(title, options), width, '  ').map((line) => paint(line, 'strong', options)),
    ...(similar.length === 0 ? [] : wrap(shown(`Names that hold it: ${similar.join(', ')}`, options), width, '  ')),
    ...holding.flatMap((release) => [
      '',
      ...releaseLines(release, byAssessment.get(release.assessment) ?? [], known, width, options),
    ]),
    ...section('Active mitigations', mitigations.map(mitigationCells), width, options),
    ...section(
      'Found in no image',
      others.filter((release) => !isUnread(release)).map((release) => [nameOf(release.release), groundsOf(release)]),
      width,
      options,
    ),
    ...section(
      'Not known: none of their images was read',
      others.filter(isUnread).map((release) => [nameOf(release.release), groundsOf(release)]),
      width,
      options,
    ),
    ...section(
      `Could not be compared: the version is none of its scheme (${count(undecided.length)})`,
      undecided.map((match) => [match.image, packageOf(match), match.version, match.scheme, nameOf(match.release)]),
      width,
      options,
    ),
    ...section(
      'Not searched',
      unsearched.map(({ release, reason }) => [nameOf(release), reason]),
      width,
      options,
    ),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

function releaseLines(
  release: SearchedRelease,
  matches: readonly WhereMatch[],
  known: (match: WhereMatch) => readonly string[],
  width: number,
  options: TerminalOptions,
): readonly string[] {
  const head = `${nameOf(release.release)}: ${count(release.matchingImages)} of ${plural(release.images, 'image')}`;
  return [
    paint(shown(head, options), 'strong', options),
    ...wrap(shown(groundsOf(release), options), width - 2, '').map((line) => paint(`  ${line}`, 'faint', options)),
    ...imageLines(matches, known, width, options),
  ];
}

/** A line a package; on narrow terminals below the name of its image, which needs a line of its own. */
function imageLines(
  matches: readonly WhereMatch[],
  known: (match: WhereMatch) => readonly string[],
  width: number,
  options: TerminalOptions,
): readonly string[] {
  const cells = (match: WhereMatch): readonly string[] => [packageOf(match), match.version, ...known(match)];
  if (width >= WIDE) {
    const rows = matches.map((match) => [match.image, ...cells(match)]);
    return rowLines(rows, width, options);
  }
  const lines = rowLines(matches.map(cells), width - 2, options);
  return matches.flatMap(({ image, slot }, index) => [
    ...(matches[index - 1]?.slot === slot ? [] : rowLines([[image]], width, options)),
    `  ${lines[index] ?? ''}`,
  ]);
}

function section(
  title: string,
  rows: readonly (readonly string[])[],
  width: number,
  options: TerminalOptions,
): readonly string[] {
  if (rows.length === 0) return [];
  return ['', paint(title, 'strong', options), ...rowLines(rows, width, options)];
}

function rowLines(rows: readonly (readonly string[])[], width: number, options: TerminalOptions): readonly string[] {
  const cells = rows.map((row) => row.map((cell) => shown(cell, options)));
  return alignedRows(cells, width, glyphsOf(options).cut);
}

function nameOf({ name, version }: SearchedRelease['release']): string {
  return `${name} ${version}`.trim();
}

/** What the answer rests on: an older or incomplete advisory set knows less, and an unread image may hold anything. */
function groundsOf({ asOf, advisorySet, headline, unreadImages }: SearchedRelease): string {
  const unread = unreadImages === 0 ? '' : `; ${plural(unreadImages, 'image')} not read`;
  const known = advisorySet.builtAt === undefined ? 'undated advisories' : `advisories of ${day(advisorySet.builtAt)}`;
  return `as of ${asOf}, ${known}${headline ? '' : '; figures incomplete'}${unread}`;
}

function packageOf({ package: name, source, ownedBy }: WhereMatch): string {
  const from = source === undefined || source.name === name ? '' : ` (${source.name})`;
  return ownedBy === undefined ? name + from : `${name}${from} in ${ownerName(ownedBy)}`;
}

/** `python3-requests` of `pkg:deb/debian/python3-requests@2.28.1`: whose package URL is in the JSON. */
function ownerName(purl: string): string {
  try {
    return parsePackageUrl(purl).name;
  } catch (error) {
    if (error instanceof ParseError) return purl;
    throw error;
  }
}

/** The id that results carry, where another one was asked for. */
function reportedAs(query: Query, matches: readonly WhereMatch[]): string {
  if (query.kind !== 'vulnerability') return '';
  const ids = new Set(matches.flatMap(({ vulnerabilities }) => vulnerabilities.map((known) => known.vulnerability)));
  const others = [...ids].filter((id) => id.toLowerCase() !== query.id.toLowerCase());
  return others.length === 0 ? '' : ` (${others.sort().join(', ')})`;
}

/** Severity, fix and statement of the vulnerability asked for. */
function stateOfOne({ vulnerabilities }: WhereMatch): readonly string[] {
  const [only] = vulnerabilities;
  return only === undefined ? [] : [only.severity + (only.kev ? ' KEV' : ''), fixOf(only), answerTo(only)];
}

/** What is said and done about it there. */
function answerTo({ statement, tickets = [] }: KnownVulnerability): string {
  return [...(statement === undefined ? [] : [statement]), ...tickets.map((ticket) => `ticket ${ticket}`)].join(', ');
}

/** Where a mitigation stands as its ledger has it. */
function mitigationCells({
  site,
  mitigation,
  version,
  state,
  reportsOnly,
  expires,
  cves,
}: KnownMitigation): readonly string[] {
  const standing = `${state}${reportsOnly ? ', reports only' : ''}`;
  return [`${mitigation} ${version}`, standing, `site ${site}`, `until ${expires}`, cves.join(', ')];
}

/** Of one vulnerability its state, of several how many, and how many have a fix. */
function knownOf(match: WhereMatch): readonly string[] {
  const { vulnerabilities } = match;
  const [only, second] = vulnerabilities;
  if (only === undefined) return ['', 'nothing known', ''];
  if (second === undefined) {
    const [severity = '', fix = '', statement = ''] = stateOfOne(match);
    return [severity, `${only.vulnerability} ${fix}`, statement];
  }
  const fixable = vulnerabilities.filter(({ fixState }) => fixState === 'fixed').length;
  const highest = SEVERITY_LEVELS.find((level) => vulnerabilities.some(({ severity }) => severity === level));
  return [highest ?? '', `${count(vulnerabilities.length)} known, ${count(fixable)} fixable`, ''];
}

function fixOf({ fixState, fixedIn }: KnownVulnerability): string {
  return fixState === 'fixed' && fixedIn !== undefined ? `fixed in ${fixedIn}` : FIX_WORDS[fixState];
}
