// Completeness: every critical and high instance has a statement or an open ticket, or is listed as untriaged; and who owns it, and by when it is to be gone.
// Rules: docs/guide/tickets.md, "Triage". Pure.
import { type Headline, headlineOf } from '../../explain/coverage.ts';
import type { ClockRule, OwnerRule } from '../../platform/settings.ts';
import type { AssessedImage, Assessment } from '../../scan/assess/assessment.ts';
import { type Clock, clockOf } from '../clocks/clocks.ts';
import type { AgeOf } from '../gate/ages.ts';
import { ownerOf, ownerOfFindings } from '../owners/owners.ts';
import { comparePriority, type Instance, instancesOf } from '../priority/instance.ts';

/** Severities that must be answered for. */
export const TRIAGED_SEVERITIES = ['critical', 'high'] as const;

/** What triage looks up beside the assessment. */
export interface TriageLookups {
  readonly owners: readonly OwnerRule[];
  readonly clocks: readonly ClockRule[];
  readonly ageOf: AgeOf;
  /** Id of the open ticket that lists the instance, under any of its ids. */
  readonly ticketOf: (slot: string, ids: readonly string[]) => string | undefined;
}

/** An instance, and who answers for it. */
export interface TriagedInstance {
  readonly instance: Instance;
  readonly owner?: string;
  readonly clock: Clock;
  readonly state: 'statement' | 'ticket' | 'untriaged';
  /** Of the ticket. */
  readonly ticket?: string;
}

/** An image with critical or high. */
export interface TriagedImage {
  readonly slot: string;
  readonly origin: AssessedImage['origin'];
  readonly owner?: string;
  /** First things first. */
  readonly instances: readonly TriagedInstance[];
  /** Number of these without statement and ticket; the image is triaged when it is 0. */
  readonly untriaged: number;
}

/** Counts of instances. */
export interface TriageCounts {
  readonly images: number;
  readonly instances: number;
  readonly statement: number;
  readonly ticket: number;
  readonly untriaged: number;
  readonly late: number;
}

/** The answer. */
export interface Triage extends Headline {
  readonly assessment: Assessment;
  /** By the first of their untriaged instances, then of all their instances. */
  readonly images: readonly TriagedImage[];
  readonly counts: Readonly<Record<'all' | AssessedImage['origin'], TriageCounts>>;
  /** Slots of all images that no rule gives an owner, sorted. */
  readonly withoutOwner: readonly string[];
  /** Slots that could not be read: nobody can tell what is in them. Sorted. */
  readonly unread: readonly string[];
}

/** Sorts out an assessment. */
export function triageOf(assessment: Assessment, lookups: TriageLookups): Triage {
  const severe = instancesOf(assessment).filter(({ severity }) =>
    TRIAGED_SEVERITIES.some((level) => level === severity),
  );
  const bySlot = Map.groupBy(severe, ({ slot }) => slot);
  const images = assessment.images
    .flatMap((image) => {
      const instances = bySlot.get(image.slot) ?? [];
      return instances.length === 0 ? [] : [triagedImage(image, instances, assessment.asOf, lookups)];
    })
    .sort(compareImages);
  const ofOrigin = (origin: AssessedImage['origin']) => countsOf(images.filter((image) => image.origin === origin));
  return {
    ...headlineOf(assessment),
    assessment,
    images,
    counts: { all: countsOf(images), own: ofOrigin('own'), 'third-party': ofOrigin('third-party') },
    withoutOwner: assessment.images
      .filter((image) => ownerOf(lookups.owners, image) === undefined)
      .map(({ slot }) => slot),
    unread: assessment.images.filter(({ digest }) => digest === undefined).map(({ slot }) => slot),
  };
}

function triagedImage(
  image: AssessedImage,
  instances: readonly Instance[],
  asOf: string,
  { owners, clocks, ageOf, ticketOf }: TriageLookups,
): TriagedImage {
  const triaged = instances.map((instance): TriagedInstance => {
    const stated = instance.rows.every(({ statement }) => statement !== undefined);
    const ticket = ticketOf(instance.slot, [instance.vulnerability, ...instance.aliases]);
    const owner = ownerOfFindings(owners, image, instance.rows);
    return {
      instance,
      ...(owner === undefined ? {} : { owner }),
      clock: clockOf(clocks, instance, ageOf, asOf),
      state: stated ? 'statement' : ticket === undefined ? 'untriaged' : 'ticket',
      ...(ticket === undefined ? {} : { ticket }),
    };
  });
  const owner = ownerOf(owners, image);
  return {
    slot: image.slot,
    origin: image.origin,
    ...(owner === undefined ? {} : { owner }),
    instances: triaged,
    untriaged: triaged.filter(({ state }) => state === 'untriaged').length,
  };
}

function compareImages(a: TriagedImage, b: TriagedImage): number {
  const byState = Number(a.untriaged === 0) - Number(b.untriaged === 0);
  const [x, y] = [firstOpen(a), firstOpen(b)];
  return byState !== 0 || x === undefined || y === undefined ? byState : comparePriority(x, y);
}

/** Of a triaged image the first of all. */
function firstOpen({ instances, untriaged }: TriagedImage): Instance | undefined {
  return (untriaged === 0 ? instances : instances.filter(({ state }) => state === 'untriaged'))[0]?.instance;
}

function countsOf(images: readonly TriagedImage[]): TriageCounts {
  const all = images.flatMap(({ instances }) => instances);
  const count = (wanted: TriagedInstance['state']): number => all.filter(({ state }) => state === wanted).length;
  return {
    images: images.length,
    instances: all.length,
    statement: count('statement'),
    ticket: count('ticket'),
    untriaged: count('untriaged'),
    late: all.filter(({ clock, state }) => clock.late && state !== 'statement').length,
  };
}
