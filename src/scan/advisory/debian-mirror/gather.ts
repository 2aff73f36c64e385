// Asks a mirror what is newer than in the targets, and fetches the changelogs of that. Nothing of the mirror is taken on trust: Release files are
// signed, they vouch for the indexes, and the indexes for the packages.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { digestOf } from '../../../platform/canonical.ts';
import { PlimsollError } from '../../../platform/errors.ts';
import { mapLimited } from '../../../platform/map-limited.ts';
import { compareVersions } from '../../../versions/compare.ts';
import type { GatheredFile, GatherRequest } from '../feed.ts';
import { cacheFolder, forgetOld, writeStored } from './cache.ts';
import {
  type AskedSuite,
  type GatheredChangelogs,
  type GatherProblem,
  type NewerPackage,
  writeGathered,
} from './document.ts';
import { trustedKeyrings } from './keyring.ts';
import { newerChangelog, type Offer } from './newer-changelog.ts';
import { aptPlaces, nameOf, type Place, usualPlaces, withoutPassword } from './places.ts';
import { findVerifier } from './signature.ts';
import { type Mirror, type OpenedSuite, offersOf, openSuite } from './suite.ts';
import { type DebianTarget, debianTargets, releaseOfSuite } from './targets.ts';
import { aptTransport, type Transport, webTransport } from './transport.ts';

/** Packages fetched at once. */
const AT_ONCE = 4;
/** Changelogs that cannot be had, and most of those asked for: the mirror is down, and what was gathered before is better. */
const HOPELESS = 5;
const FILE = 'changelogs.json.gz';

/** A source package whose newest version is newer than the target's. */
interface Newer {
  readonly target: DebianTarget;
  readonly source: string;
  readonly installed: string;
  readonly offers: readonly Offer[];
}

/**
 * Writes the changelogs of all newer packages to the feed's home.
 * @param root of the file system whose apt configuration and keyrings are read
 * @throws PlimsollError `unsupported` for targets without Debian packages, `usage` when no suite for them is known, `input-unreadable` when a suite
 * cannot be read or its signature not be checked
 */
export async function gatherChangelogs(request: GatherRequest, root = '/'): Promise<readonly GatheredFile[]> {
  const targets = debianTargets(request.inventories);
  if (targets.length === 0) {
    throw new PlimsollError('unsupported', 'debian-mirror: no Debian package is in the targets');
  }
  const problems: GatherProblem[] = [];
  const note: Note = (place, reason) => {
    request.remark(`debian-mirror: ${place}: ${reason}`);
    problems.push({ reason, place });
  };
  const codenames = targets.map(({ codename }) => codename);
  const isUsual = request.urls.length > 0;
  const places = isUsual ? usualPlaces(request.urls, codenames) : aptPlaces(root, codenames);
  const verifier = await findVerifier(request.environment);
  const mirror: Mirror = {
    transport: isUsual ? webTransport(request) : transportOfApt(request),
    cache: request.cache,
    environment: request.environment,
    now: request.now,
    ...(verifier === undefined ? {} : { verifier }),
    keyrings: request.keyrings.length > 0 ? request.keyrings : trustedKeyrings(root),
    allowUnsigned: request.allowUnsigned,
  };
  const suites = await openSuites(places, mirror, request, note);
  const covered = targets.filter((target) => isCovered(target, suites, note));
  if (covered.length === 0) {
    const where = isUsual ? `at ${request.urls.join(', ')}` : 'among the sources of apt';
    const remedy = isUsual ? '' : '; name a mirror with --feed debian-mirror=URL';
    throw new PlimsollError('usage', `debian-mirror: no suite of ${codenames.join(', ')} ${where}${remedy}`);
  }
  const newer: Newer[] = [];
  for (const target of covered) newer.push(...(await newerThan(target, suites, mirror, note)));
  const packages = await changelogsOf(newer, mirror, request);
  for (const name of readdirSync(request.cache)) forgetOld(cacheFolder(request.cache, name), request.now());
  return [
    keep(
      {
        suites: suites.filter((suite) => covered.some((target) => isOf(suite, target))).map(askedSuite),
        namespaces: covered.map(({ namespace }) => namespace),
        packages,
        problems,
      },
      request.home,
    ),
  ];
}

/** Tells the user, and whoever reads the set later, what is not known. */
type Note = (place: string, reason: string) => void;

function transportOfApt({ environment }: GatherRequest): Transport {
  const transport = aptTransport(environment);
  if (transport !== undefined) return transport;
  throw new PlimsollError(
    'usage',
    'debian-mirror: this machine has no apt; name a mirror with --feed debian-mirror=URL',
  );
}

async function openSuites(
  places: readonly Place[],
  mirror: Mirror,
  { now, onProgress }: GatherRequest,
  note: Note,
): Promise<readonly OpenedSuite[]> {
  const suites: OpenedSuite[] = [];
  for (const place of places) {
    const name = nameOf(place);
    onProgress?.(`debian-mirror: ${name}`);
    const suite = await openSuite(place, mirror);
    if (suite === undefined) {
      if (place.guessed) continue;
      throw new PlimsollError('input-unreadable', `${name}: the mirror has no such suite`);
    }
    suites.push(suite);
    const { validUntil } = suite.release;
    if (suite.unsigned !== undefined) note(name, `a suite taken without a signature (${suite.unsigned})`);
    if (validUntil !== undefined && Date.parse(validUntil) < now().getTime()) {
      note(name, `a suite that was to be renewed by ${validUntil}: what was fixed since then is missing`);
    }
  }
  return suites;
}

function isCovered(target: DebianTarget, suites: readonly OpenedSuite[], note: Note): boolean {
  const own = suites.filter((suite) => isOf(suite, target));
  if (own.length === 0) note(target.codename, `no suite is known here: ${target.namespace} is not covered`);
  else if (!own.some(isSecurity)) note(target.codename, 'no security suite: what only that fixes is missing');
  return own.length > 0;
}

/** By the name that the suite gives itself, because apt may be told "stable". */
function isOf({ place, release }: OpenedSuite, { codename }: DebianTarget): boolean {
  return releaseOfSuite(release.codename ?? place.suite) === codename;
}

function isSecurity({ place, release }: OpenedSuite): boolean {
  return [place.suite, release.suite ?? ''].some((name) => /-security$|\/updates$/.test(name));
}

async function newerThan(
  target: DebianTarget,
  suites: readonly OpenedSuite[],
  mirror: Mirror,
  note: Note,
): Promise<readonly Newer[]> {
  const wanted = new Set(target.sources.keys());
  const newest = new Map<string, Offer[]>();
  for (const suite of suites.filter((one) => isOf(one, target))) {
    const offers = await offersOf(suite, target.architecture, wanted, mirror);
    if (offers === undefined) note(nameOf(suite.place), `a suite without packages of ${target.architecture}`);
    for (const offer of offers ?? []) {
      const known = newest.get(offer.source);
      const order = known?.[0] === undefined ? 1 : compareVersions('deb', offer.version, known[0].version);
      const found = { ...offer, uri: suite.place.uri };
      if (order > 0) newest.set(offer.source, [found]);
      else if (order === 0) known?.push(found);
    }
  }
  return [...newest].flatMap(([source, offers]) => {
    const installed = target.sources.get(source);
    const [first] = offers;
    if (installed === undefined || first === undefined || compareVersions('deb', first.version, installed) <= 0)
      return [];
    return [{ target, source, installed, offers }];
  });
}

async function changelogsOf(
  newer: readonly Newer[],
  mirror: Mirror,
  { onProgress, remark }: GatherRequest,
): Promise<readonly NewerPackage[]> {
  let done = 0;
  let failed = 0;
  const packages = await mapLimited(newer, AT_ONCE, async ({ target, source, installed, offers }) => {
    const found = await newerChangelog(offers, mirror);
    onProgress?.(`debian-mirror: changelogs ${++done} of ${newer.length}`);
    const about = { namespace: target.namespace, source, installed, newest: offers[0]?.version ?? '' };
    if ('unread' in found) {
      failed += 1;
      if (failed >= HOPELESS && failed * 2 > done) {
        throw new PlimsollError('input-unreadable', `debian-mirror: the mirror fails: ${found.unread}`);
      }
      return { ...about, unread: found.unread };
    }
    const { path, sha256, version } = found.offer;
    return { ...about, newest: version, path, sha256, changelog: found.changelog };
  });
  const unread = packages.filter((one) => 'unread' in one);
  if (unread.length > 0) {
    remark(
      `debian-mirror: ${unread.length} of ${packages.length} changelogs cannot be had: ${unread.map(({ source }) => source).join(', ')}`,
    );
  }
  return packages.sort((a, b) => (`${a.namespace} ${a.source}` < `${b.namespace} ${b.source}` ? -1 : 1));
}

function askedSuite({ place, release, signedBy, unsigned }: OpenedSuite): AskedSuite {
  const { date, validUntil } = release;
  return {
    uri: withoutPassword(place.uri),
    suite: place.suite,
    ...(date === undefined ? {} : { date }),
    ...(validUntil === undefined ? {} : { validUntil }),
    signedBy,
    ...(unsigned === undefined ? {} : { unsigned }),
  };
}

function keep(gathered: GatheredChangelogs, home: string): GatheredFile {
  const bytes = gzipSync(writeGathered(gathered));
  writeStored(join(home, FILE), bytes);
  const source = gathered.suites.map(
    ({ uri, suite, unsigned }) => `${uri} ${suite}${unsigned === undefined ? '' : ' (not signed)'}`,
  );
  return { name: FILE, source: source.join(', '), sha256: digestOf(bytes), bytes: bytes.length };
}
