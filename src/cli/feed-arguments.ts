// The arguments of `plimsoll advisories` that name a feed: ID=PATH, ID@NAMESPACE=PATH, ID=URL, ID=DATE.
import { PlimsollError } from '../platform/errors.ts';
import type { Feed } from '../scan/advisory/feed.ts';
import { dateOf } from '../scan/advisory/fields.ts';
import { FEEDS, findFeed } from '../scan/advisory/registry.ts';
import type { UpdateRequest } from '../scan/advisory/update/update.ts';

/** `ID:VERSION_ID` of os-release, or the id alone of a rolling release. */
const NAMESPACE = /^[a-z0-9][a-z0-9._-]{0,63}(?::[A-Za-z0-9][A-Za-z0-9._-]{0,63})?$/;

/** Ids of all feeds, for messages and help. */
export function feedIds(): string {
  return FEEDS.map((feed) => feed.id).join(', ');
}

/** The feed and what stands behind `=`; `form` is what was expected. @throws PlimsollError `usage` */
export function feedArgument(given: string, form: string): { readonly feed: Feed; readonly value: string } {
  const equals = given.indexOf('=');
  const feed = findFeed(equals === -1 ? given : given.slice(0, equals));
  if (feed === undefined) throw new PlimsollError('usage', `${given}: no such feed; the feeds are ${feedIds()}`);
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
  const form = '--feed ID=PATH or --feed ID@NAMESPACE=PATH';
  const [, id = '', namespace, path = ''] = /^([^=@]*)(?:@([^=]*))?=(.*)$/s.exec(given) ?? [];
  if (namespace === undefined) {
    const { feed, value } = feedArgument(given, form);
    return { feed, path: value };
  }
  const { feed } = feedArgument(`${id}=${path}`, form);
  if (feed.takesNamespace !== true) {
    throw new PlimsollError('usage', `${given}: ${feed.id} says itself what it is for; give --feed ${feed.id}=PATH`);
  }
  if (!NAMESPACE.test(namespace)) {
    throw new PlimsollError(
      'usage',
      `${given}: ${namespace} is no release of a distribution, such as rocky:9 or sles:15.3`,
    );
  }
  return { feed, path, namespace };
}

/** The feed and the date of its content. @throws PlimsollError `usage` */
export function feedDate(given: string): readonly [Feed, string] {
  const { feed, value } = feedArgument(given, '--feed-date ID=YYYY-MM-DD');
  const date = dateOf(value);
  if (date === undefined) throw new PlimsollError('usage', `${given}: expected --feed-date ID=YYYY-MM-DD`);
  return [feed, date];
}

/** `ID` or `ID=URL`; several addresses of one feed belong together. */
export function updateRequests(given: readonly string[]): readonly UpdateRequest[] {
  const requests = new Map<Feed, string[]>();
  for (const text of given) {
    const { feed, value } = text.includes('=')
      ? feedArgument(text, '--feed ID or --feed ID=URL')
      : { feed: feedArgument(`${text}=-`, '').feed, value: undefined };
    requests.set(feed, [...(requests.get(feed) ?? []), ...(value === undefined ? [] : [value])]);
  }
  return [...requests].map(([feed, urls]) => ({ feed, urls }));
}
