// Where a vulnerability or a package is: over stored assessments, image by image. What could not be searched or decided is part of the answer.
import { latestOfVersions } from '../../explain/history.ts';
import { messageOf, PlimsollError } from '../../platform/errors.ts';
import { compareText } from '../../platform/order.ts';
import type { Store } from '../../platform/store.ts';
import { type ListedAssessment, listAssessments } from '../../scan/assess/assessment-store.ts';
import { type PackageUrl, parsePackageUrl } from '../../scan/inventory/purl.ts';
import type { VersionScheme } from '../../versions/scheme.ts';
import { type Entry, type KnownVulnerability, namesOf } from './entry.ts';
import {
  countUnindexed,
  entriesNear,
  forgetIndexed,
  type IndexedImage,
  indexedAssessment,
  indexedImages,
  termsHolding,
} from './index-store.ts';
import { normalTerm, type Query, termOf } from './query.ts';
import { isInRange, type Range } from './range.ts';

/** A package in an image that the question is about. */
export interface WhereMatch {
  readonly release: { readonly name: string; readonly version: string };
  readonly assessment: string;
  readonly slot: string;
  /** Logical reference. */
  readonly image: string;
  readonly digest?: string;
  readonly package: string;
  readonly version: string;
  readonly purl: string;
  readonly source?: { readonly name: string; readonly version: string };
  /** The operating-system package whose files these are, which speaks for it. */
  readonly ownedBy?: string;
  /** Those asked for; when a package was asked for, all that are known of it. Sorted by id. */
  readonly vulnerabilities: readonly KnownVulnerability[];
}

/** A package whose version could not be compared with the range. */
export interface UndecidedMatch extends WhereMatch {
  readonly scheme: VersionScheme | 'unknown';
}

/** A stored assessment that was searched, and what makes its answer weaker. */
export interface SearchedRelease {
  readonly release: { readonly name: string; readonly version: string };
  readonly assessment: string;
  readonly asOf: string;
  readonly advisorySet: ListedAssessment['advisorySet'];
  /** Whether its totals may be quoted: without whole feeds a vulnerability may be there and not known. */
  readonly headline: boolean;
  /** Images that were read. */
  readonly images: number;
  /** Images that could not be read: what is in them is not known. */
  readonly unreadImages: number;
  readonly matchingImages: number;
}

/** The answer. Sorted by release as the store lists them, then slot, package, version. */
export interface WhereResult {
  readonly searched: readonly SearchedRelease[];
  readonly matches: readonly WhereMatch[];
  readonly undecided: readonly UndecidedMatch[];
  /** Assessments whose kept copy could not be read. */
  readonly unsearched: readonly {
    readonly release: SearchedRelease['release'];
    readonly assessment: string;
    readonly reason: string;
  }[];
  /** When nothing was found: names in the store that hold the text. */
  readonly similar: readonly string[];
}

/** What to search and how. */
export interface WhereOptions {
  /** Every assessment, not only the latest of each version. */
  readonly all: boolean;
  /** Told how many assessments have to be indexed first, which takes some tenths of a second each. */
  readonly onIndexing?: (assessments: number) => void;
}

const SIMILAR_NAMES = 8;

/** Searches the store. */
export async function findWhere(store: Store, query: Query, options: WhereOptions): Promise<WhereResult> {
  const listed = await listAssessments(store);
  const wanted = options.all ? listed : latestOfVersions(listed);
  const searched: SearchedRelease[] = [];
  const found: Pick<WhereResult, 'matches' | 'undecided'>[] = [];
  const unsearched: WhereResult['unsearched'][number][] = [];
  const missing = await countUnindexed(
    store,
    wanted.map(({ id }) => id),
  );
  if (missing > 0) options.onIndexing?.(missing);
  for (const entry of wanted) {
    try {
      const answer = await searchOne(store, query, entry);
      found.push(answer);
      searched.push(searchedRelease(entry, answer.matches));
    } catch (error) {
      if (!(error instanceof PlimsollError)) throw error;
      unsearched.push({ release: entry.release, assessment: entry.id, reason: messageOf(error) });
    }
  }
  if (missing > 0 && !options.all) {
    const asked = new Set(wanted.map(({ id }) => id));
    await forgetIndexed(
      store,
      listed.flatMap(({ id }) => (asked.has(id) ? [] : id)),
    );
  }
  const matches = found.flatMap((answer) => answer.matches);
  const undecided = found.flatMap((answer) => answer.undecided);
  const nothing = matches.length === 0 && undecided.length === 0 && query.kind === 'name';
  const similar = nothing ? await termsHolding(store, termOf(query), SIMILAR_NAMES) : [];
  return { searched, matches, undecided, unsearched, similar: similar.filter((term) => term !== termOf(query)) };
}

function searchedRelease(entry: ListedAssessment, matches: readonly WhereMatch[]): SearchedRelease {
  return {
    release: entry.release,
    assessment: entry.id,
    asOf: entry.asOf,
    advisorySet: entry.advisorySet,
    headline: entry.figures.headline,
    images: entry.figures.images,
    unreadImages: entry.figures.unreadImages,
    matchingImages: new Set(matches.map(({ slot }) => slot)).size,
  };
}

async function searchOne(
  store: Store,
  query: Query,
  { id, release }: ListedAssessment,
): Promise<Pick<WhereResult, 'matches' | 'undecided'>> {
  const number = await indexedAssessment(store, id);
  const answers = (await entriesNear(store, termOf(query), number)).flatMap((entry) => {
    const answer = answerOf(query, entry);
    return answer === undefined ? [] : [{ entry, ...answer }];
  });
  const images = answers.length === 0 ? [] : await indexedImages(store, number);
  const matches: WhereMatch[] = [];
  const undecided: UndecidedMatch[] = [];
  for (const { entry, decided, asked } of answers) {
    for (const place of entry.images) {
      const image = images[place];
      const vulnerabilities = vulnerabilitiesIn(place, entry, asked);
      if (image === undefined || (asked !== undefined && vulnerabilities.length === 0)) continue;
      const match = matchOf(release, id, image, entry, vulnerabilities);
      if (decided) matches.push(match);
      else undecided.push({ ...match, scheme: entry.scheme ?? 'unknown' });
    }
  }
  return { matches: matches.sort(compareMatches), undecided: undecided.sort(compareMatches) };
}

interface Answer {
  /** Whether the version could be compared. */
  readonly decided: boolean;
  /** The vulnerability that was asked for, when it was not the package. */
  readonly asked?: string;
}

/** What the query has to do with the entry; undefined when nothing. */
function answerOf(query: Query, entry: Entry): Answer | undefined {
  if (query.kind === 'vulnerability') return { decided: true, asked: normalTerm(query.id) };
  if (query.kind === 'purl')
    return isPackage(query.purl, entry) ? rangeAnswer(entry, entry.version, query.range) : undefined;
  const version = versionNamed(query.name, entry);
  if (version !== undefined) return rangeAnswer(entry, version, query.range);
  return query.range.length === 0 ? { decided: true, asked: normalTerm(query.name) } : undefined;
}

function rangeAnswer({ scheme }: Entry, version: string, range: Range): Answer | undefined {
  const within = isInRange(scheme, version, range);
  return within === false ? undefined : { decided: within === true };
}

/** What is known of the entry in the image with that number: all of it, or what was asked for. */
function vulnerabilitiesIn(image: number, { vulnerabilities }: Entry, asked?: string): readonly KnownVulnerability[] {
  return vulnerabilities
    .filter(
      ({ images, vulnerability, aliases }) =>
        (images === undefined || images.includes(image)) &&
        (asked === undefined || [vulnerability, ...aliases].some((id) => normalTerm(id) === asked)),
    )
    .map(({ images: _, ...known }) => known);
}

/** The version that goes with the name: the package's own, or that of the source package that is called so. */
function versionNamed(name: string, { source, ...entry }: Entry): string | undefined {
  const wanted = normalTerm(name);
  if (namesOf(entry).some((own) => normalTerm(own) === wanted)) return entry.version;
  return source !== undefined && normalTerm(source.name) === wanted ? source.version : undefined;
}

/** Distributions' package URLs name the distribution as namespace, which a question may leave out. */
const DISTRIBUTIONS: ReadonlySet<string> = new Set(['apk', 'deb', 'rpm']);

/** Whether the entry is the package of the query, with every qualifier that it names. */
function isPackage(wanted: PackageUrl, entry: Entry): boolean {
  const { type, namespace, name, qualifiers = {}, subpath } = parsePackageUrl(entry.purl);
  const anyNamespace = wanted.namespace === undefined && DISTRIBUTIONS.has(type);
  return (
    wanted.type === type &&
    wanted.name === name &&
    (anyNamespace || wanted.namespace === namespace) &&
    (wanted.subpath === undefined || wanted.subpath === subpath) &&
    Object.entries(wanted.qualifiers ?? {}).every(([key, value]) => qualifiers[key] === value)
  );
}

function matchOf(
  release: WhereMatch['release'],
  assessment: string,
  image: IndexedImage,
  { name, version, purl, source, ownedBy }: Entry,
  vulnerabilities: readonly KnownVulnerability[],
): WhereMatch {
  return {
    release,
    assessment,
    slot: image.slot,
    image: image.logical,
    ...(image.digest === undefined ? {} : { digest: image.digest }),
    package: name,
    version,
    purl,
    ...(source === undefined ? {} : { source }),
    ...(ownedBy === undefined ? {} : { ownedBy }),
    vulnerabilities,
  };
}

function compareMatches(a: WhereMatch, b: WhereMatch): number {
  return compareText(a.slot, b.slot) || compareText(a.package, b.package) || compareText(a.purl, b.purl);
}
