// Where to ask for the suites of a release: as apt is configured, or at the usual places below an address.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PlimsollError } from '../../../platform/errors.ts';
import { type AptSource, parseAptSources, type SignedBy } from './apt-sources.ts';
import { releaseOfSuite } from './targets.ts';

/** A suite at an address. */
export interface Place {
  readonly uri: string;
  readonly suite: string;
  /** Empty: all that the suite has. */
  readonly components: readonly string[];
  readonly signedBy: SignedBy;
  /** Whether it may be missing: one of the places where mirrors usually have it. */
  readonly guessed: boolean;
}

/** Suites that are called by the state of a release; which release that is, only their Release files tell. */
const STATES = /^(?:old)*stable$|^testing$|^unstable$/;
const ANY_KEY: SignedBy = { keyrings: [], fingerprints: [] };

/** The sources of apt below `root` that may belong to one of the releases. */
export function aptPlaces(root: string, codenames: readonly string[]): readonly Place[] {
  const folder = join(root, 'etc/apt/sources.list.d');
  const parts = existsSync(folder)
    ? readdirSync(folder).filter((name) => /^[\w.-]+\.(?:list|sources)$/.test(name))
    : [];
  const files = [join(root, 'etc/apt/sources.list'), ...parts.sort().map((name) => join(folder, name))].filter(
    existsSync,
  );
  const sources = files.flatMap((file) => parseAptSources(readFileSync(file, 'utf8'), file));
  return merged(
    sources.filter(({ suite }) => {
      const release = releaseOfSuite(suite);
      return release !== undefined && (codenames.includes(release) || STATES.test(release));
    }),
  );
}

/** One place a suite; what several lines say of it is put together. */
function merged(sources: readonly AptSource[]): readonly Place[] {
  const places = new Map<string, Place>();
  for (const { uri, suite, components, signedBy } of sources) {
    const key = `${uri} ${suite}`;
    const known = places.get(key);
    const all = [...new Set([...(known?.components ?? []), ...components])];
    places.set(key, { uri, suite, components: all, signedBy: known?.signedBy ?? signedBy, guessed: false });
  }
  return [...places.values()];
}

/**
 * The usual places below the addresses: the suites side by side, or the security suites at a second address that ends in -security.
 * @throws PlimsollError `usage` for what is no address
 */
export function usualPlaces(uris: readonly string[], codenames: readonly string[]): readonly Place[] {
  return uris.flatMap((given) => {
    const uri = given.replace(/\/+$/, '');
    const parsed = URL.canParse(uri) ? new URL(uri) : undefined;
    if (parsed === undefined || !/^(?:https?|file):$/.test(parsed.protocol)) {
      throw new PlimsollError('usage', `${given} is no address of a mirror: http://, https:// or file://`);
    }
    // Behind a bare host name the ending would make another host.
    const hasSibling = uris.length === 1 && parsed.pathname !== '/' && !uri.endsWith('-security');
    const security = hasSibling ? `${uri}-security` : uri;
    return codenames.flatMap((codename) =>
      [
        ...[codename, `${codename}-updates`, `${codename}-security`].map((suite) => ({ uri, suite })),
        ...[`${codename}-security`, `${codename}/updates`].map((suite) => ({ uri: security, suite })),
      ]
        .filter(
          (one, index, all) => all.findIndex(({ uri, suite }) => uri === one.uri && suite === one.suite) === index,
        )
        .map((place) => ({ ...place, components: [], signedBy: ANY_KEY, guessed: true })),
    );
  });
}

/** Address and suite, for messages. */
export function nameOf({ uri, suite }: Pick<Place, 'uri' | 'suite'>): string {
  return `${withoutPassword(uri)} ${suite}`;
}

/** An address as it may be shown: apt takes a user and a password in it. */
export function withoutPassword(url: string): string {
  return url.replace(/^([a-z0-9+.-]+:\/\/)[^/@]*@/i, '$1');
}
