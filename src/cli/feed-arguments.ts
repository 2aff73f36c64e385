// The arguments of `plimsoll advisories` that name a feed: ID=PATH, ID@NAMESPACE=PATH, ID=URL, ID=DATE.
import { PlimsollError } from '../platform/errors.ts';
import type { Feed } from '../scan/advisory/feed.ts';
import { dateOf } from '../scan/advisory/fields.ts';
import { FEEDS, findFeed } from '../scan/advisory/registry.ts';
import type { UpdateRequest } from '../scan/advisory/update/fetch-feed.ts';

/** `ID:VERSION_ID` of os-release, or the id alone of a rolling release. */
const NAMESPACE = /^[a-z0-9][a-z0-9._-]{0,63}(?::[A-Za-z0-9][A-Za-z0-9._-]{0,63})?$/;

/** Ids of all feeds, for messages and help. */
export function feedIds(): string {
  return FEEDS.map((feed) => feed.id).join(', ');
}

/** The feed and what stands behind `=`; `form` is what was expected. @throws PlimsollError `usage` */
function feedArgument(given: string, form: string): { readonly feed: Feed; readonly value: string } {
  const equals = given.indexOf('=');
  const id = equals === -1 ? given : given.slice(0, equals);
  const feed = findFeed(id);
  // What stands behind the id may be an address with a password.
  if (feed === undefined) throw new PlimsollError('usage', `${id}: no such feed; the feeds are ${feedIds()}`);
  const value = equals === -1 ? '' : given.slice(equals + 1);
  if (value === '') throw new PlimsollError('usage', `${given}: expected ${form}`);
  return { feed, value };
}

/**
 * The feed, the path of its files, and what they are for, where the user states it: `rpm-updateinfo@rocky:9=mirror/`.
 * @throws PlimsollError `usage`
 */
export function feedPath(given: string): {
  readonly feed: Feed;
  readonly path: string;
  readonly namespace?: string;
} {
  const { feed, value, namespace } = namedFeed(given, '--feed ID=PATH or --feed ID@NAMESPACE=PATH');
  return { feed, path: value, ...(namespace === undefined ? {} : { namespace }) };
}

/** `ID=VALUE` or `ID@NAMESPACE=VALUE`. */
function namedFeed(
  given: string,
  form: string,
): { readonly feed: Feed; readonly value: string; readonly namespace?: string } {
  const [, id = '', namespace, value = ''] = /^([^=@]*)(?:@([^=]*))?=(.*)$/s.exec(given) ?? [];
  if (namespace === undefined) return feedArgument(given, form);
  const { feed } = feedArgument(`${id}=${value}`, form);
  if (feed.takesNamespace !== true) {
    throw new PlimsollError('usage', `${given}: ${feed.id} says itself what it is for; give --feed ${feed.id}=…`);
  }
  if (!NAMESPACE.test(namespace)) {
    throw new PlimsollError(
      'usage',
      `${given}: ${namespace} is no release of a distribution, such as rocky:9 or sles:15.3`,
    );
  }
  return { feed, value, namespace };
}

/** The feed and the date of its content. @throws PlimsollError `usage` */
export function feedDate(given: string): readonly [Feed, string] {
  const { feed, value } = feedArgument(given, '--feed-date ID=YYYY-MM-DD');
  const date = dateOf(value);
  if (date === undefined) throw new PlimsollError('usage', `${given}: expected --feed-date ID=YYYY-MM-DD`);
  return [feed, date];
}

/** The address of a feed is told to everyone who reads the set. @throws PlimsollError `usage`, without the address */
function refuseCredentials({ id }: Feed, address: string): void {
  const url = URL.parse(address);
  if (url === null || (url.username === '' && url.password === '')) return;
  throw new PlimsollError(
    'usage',
    `--feed ${id}: its address holds a user or a password, which would get into the set`,
  );
}

/** `ID`, `ID=URL` or `ID@NAMESPACE=URL`; several addresses of one feed belong together. @throws PlimsollError `usage` */
export function updateRequests(given: readonly string[]): readonly UpdateRequest[] {
  const requests = new Map<Feed, { urls: string[]; namespaces: Record<string, string> }>();
  for (const text of given) {
    const named = text.includes('=')
      ? namedFeed(text, '--feed ID, --feed ID=URL or --feed ID@NAMESPACE=URL')
      : { feed: feedArgument(`${text}=-`, '').feed };
    const request = requests.get(named.feed) ?? { urls: [], namespaces: {} };
    requests.set(named.feed, request);
    if (!('value' in named)) continue;
    refuseCredentials(named.feed, named.value);
    request.urls.push(named.value);
    if (named.namespace !== undefined) request.namespaces[named.value] = named.namespace;
  }
  return [...requests].map(([feed, { urls, namespaces }]) => ({
    feed,
    urls,
    ...(Object.keys(namespaces).length > 0 ? { namespaces } : {}),
  }));
}
