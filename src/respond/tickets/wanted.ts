// The tickets that an assessment asks for: one an action of its plan, in the order of what is most urgent in them. Pure.

import { feedsOf } from '../../explain/compare/feed-coverage.ts';
import { compareText } from '../../platform/order.ts';
import type { ClockRule, OwnerRule } from '../../platform/settings.ts';
import type { FeedFacts } from '../../scan/advisory/advisory.ts';
import type { AssessedImage, Assessment } from '../../scan/assess/assessment.ts';
import { clockOf } from '../clocks/clocks.ts';
import type { AgeOf } from '../gate/ages.ts';
import { mostFrequent, ownerOfFindings } from '../owners/owners.ts';
import type { Action } from '../plan/action.ts';
import { planOf } from '../plan/plan.ts';
import { comparePriority, type Instance, instancesOf } from '../priority/instance.ts';
import { TRIAGED_SEVERITIES } from '../triage/triage.ts';
import { releaseGaps } from './absence.ts';
import { ticketTitle } from './quote.ts';
import { type ListedInstance, ticketLines } from './text.ts';
import { type SeenIn, scopeOf, type TicketItem, ticketKey, type WantedTicket } from './ticket.ts';
import type { TicketMarkup } from './tracker.ts';

/** What tickets are written with. */
export interface WantedOptions {
  readonly owners: readonly OwnerRule[];
  readonly clocks: readonly ClockRule[];
  readonly ageOf: AgeOf;
  readonly markup: TicketMarkup;
  /** Release line of the assessment. */
  readonly line?: string;
}

/** The tickets for an assessment's critical and high instances. */
export function wantedTickets(assessment: Assessment, options: WantedOptions): readonly WantedTicket[] {
  const { line, markup } = options;
  const plan = planOf(assessment, {
    severities: TRIAGED_SEVERITIES,
    rebuildThirdParty: false,
    ...(line === undefined ? {} : { line }),
  });
  const instances = new Map(instancesOf(assessment).map((one) => [`${one.slot}\0${one.vulnerability}`, one]));
  const images = new Map(assessment.images.map((image) => [image.slot, image]));
  const namespaces = new Map(assessment.packages.map(({ image, purl, namespace }) => [`${image}\0${purl}`, namespace]));
  return plan.steps
    .flatMap(({ action }) => {
      const listed = listedOf(action, instances, images, assessment.asOf, options);
      const [first] = listed;
      if (first === undefined) return [];
      const owner = mostFrequent(listed.flatMap((one) => one.owner ?? []));
      const ticket: WantedTicket = {
        key: ticketKey(scopeOf(assessment, line), action.key),
        action: action.key,
        kind: action.kind,
        title: ticketTitle(action.title),
        lines: ticketLines(action, listed, owner, markup),
        ...(owner === undefined ? {} : { owner }),
        items: listed.map((one) => itemOf(one, namespaces)),
      };
      return [{ first: first.instance, ticket }];
    })
    .sort((a, b) => comparePriority(a.first, b.first) || compareText(a.ticket.key, b.ticket.key))
    .map(({ ticket }) => ticket);
}

/** Those of the severities that are triaged; others ride along and are counted only. */
function listedOf(
  { closes, helpsClose = [] }: Action,
  instances: ReadonlyMap<string, Instance>,
  images: ReadonlyMap<string, AssessedImage>,
  asOf: string,
  { owners, clocks, ageOf }: WantedOptions,
): readonly ListedInstance[] {
  const all = [
    ...closes.map((one) => ({ ...one, helps: false })),
    ...helpsClose.map((one) => ({ ...one, helps: true })),
  ];
  return all
    .flatMap(({ slot, vulnerability, severity, packages, helps }): readonly ListedInstance[] => {
      const instance = instances.get(`${slot}\0${vulnerability}`);
      const image = images.get(slot);
      if (instance === undefined || image === undefined) return [];
      if (!TRIAGED_SEVERITIES.some((level) => level === severity)) return [];
      const owner = ownerOfFindings(owners, image, instance.rows);
      const clock = clockOf(clocks, instance, ageOf, asOf);
      return [{ instance, clock, packages, helps, ...(owner === undefined ? {} : { owner }) }];
    })
    .sort((a, b) => comparePriority(a.instance, b.instance));
}

function itemOf({ instance, helps }: ListedInstance, namespaces: ReadonlyMap<string, string | undefined>): TicketItem {
  const { slot, vulnerability, aliases, severity, rows } = instance;
  const own = rows.flatMap(({ image, purl }) => namespaces.get(`${image}\0${purl}`) ?? []);
  return {
    slot,
    vulnerability,
    aliases,
    severity,
    ...(helps ? { helps } : {}),
    feeds: feedsOf(rows.flatMap(({ advisories }) => advisories)),
    namespaces: [...new Set(own)].sort(compareText),
    rows: rows.map(({ purl, location }) => ({ purl, location })),
  };
}

/** What of an assessment the absence of the items is later judged against. */
export function seenIn(assessment: Assessment, items: readonly TicketItem[]): SeenIn {
  const { id, asOf, advisorySet } = assessment;
  const unread = releaseGaps(assessment);
  const ids = new Set(items.flatMap(({ feeds }) => feeds));
  const names = new Set(items.flatMap(({ namespaces }) => namespaces));
  const trimmed = (feed: FeedFacts): FeedFacts => ({
    ...feed,
    namespaces: feed.namespaces.filter((name) => names.has(name)),
    ...(feed.partialNamespaces === undefined
      ? {}
      : { partialNamespaces: feed.partialNamespaces.filter((name) => names.has(name)) }),
  });
  return {
    assessment: id,
    asOf,
    ...(advisorySet.builtAt === undefined ? {} : { builtAt: advisorySet.builtAt }),
    feeds: advisorySet.feeds.filter((feed) => ids.has(feed.id)).map(trimmed),
    ...(unread.length === 0 ? {} : { releaseGaps: unread }),
  };
}
