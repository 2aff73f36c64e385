// Triage as text for a terminal: the counts, then each image with what nobody answers for.

import { urgencyReason } from '../../respond/priority/urgency.ts';
import type { Triage, TriageCounts, TriagedImage, TriagedInstance } from '../../respond/triage/triage.ts';
import { plural } from '../words.ts';
import { indented, paint, shown, type TerminalOptions, wrap } from './terminal.ts';

/** Instances of one image that are shown. */
const SHOWN = 10;

/** How triage is shown. */
export interface TriageOptions extends TerminalOptions {
  /** Also what has a statement or a ticket. */
  readonly all: boolean;
}

/** Lines of at most the given columns (when these are 48 or more), each ended by a line feed. */
export function triageTable(triage: Triage, options: TriageOptions): string {
  const width = Math.max(48, options.columns);
  const { assessment, counts, images, withoutOwner, unread, headline, headlineReason } = triage;
  const { release, asOf } = assessment;
  const title = `Triage of ${`${release.name} ${release.version}`.trim()} (${asOf}): ${verdictText(counts.all)}`;
  const shownImages = options.all ? images : images.filter(({ untriaged }) => untriaged > 0);
  const note = (text: string) => wrap(shown(text, options), width, '  ');
  const lines = [
    ...note(title).map((text) => paint(text, counts.all.untriaged === 0 ? 'strong' : 'critical', options)),
    ...(['own', 'third-party'] as const).flatMap((origin) => note(`${origin}: ${countsText(counts[origin])}`)),
    ...(headline ? [] : note(`The figures are incomplete: ${headlineReason}.`)),
    ...(unread.length === 0 ? [] : note(`Not read, so nobody can tell (${unread.length}): ${unread.join(', ')}`)),
    ...(withoutOwner.length === 0 ? [] : note(`Without an owner (${withoutOwner.length}): ${withoutOwner.join(', ')}`)),
    ...shownImages.flatMap((image) => ['', ...imageLines(image, width, options)]),
  ];
  return lines.map((text) => `${text}\n`).join('');
}

function verdictText({ instances, untriaged, images }: TriageCounts): string {
  if (instances === 0) return 'no critical and no high';
  if (untriaged === 0) return `all ${plural(instances, 'critical and high instance')} answered for`;
  return `${untriaged} of ${plural(instances, 'critical and high instance')} in ${plural(images, 'image')} untriaged`;
}

function countsText({ images, instances, statement, ticket, untriaged, late }: TriageCounts): string {
  const parts = `${statement} with a statement, ${ticket} with a ticket, ${untriaged} untriaged, ${late} late`;
  return `${plural(images, 'image')}, ${plural(instances, 'instance')}: ${parts}`;
}

function imageLines(image: TriagedImage, width: number, options: TriageOptions): readonly string[] {
  const { slot, origin, owner, instances } = image;
  const listed = options.all ? instances : instances.filter(({ state }) => state === 'untriaged');
  const more = listed.length - SHOWN;
  const head = `${slot} (${origin}, owner: ${owner ?? 'nobody yet'})`;
  return [
    ...wrap(shown(head, options), width, '  ').map((text) => paint(text, 'strong', options)),
    ...listed.slice(0, SHOWN).flatMap((one) => indented('  ', shown(instanceText(one, owner), options), width)),
    ...(more > 0 ? [`  and ${more} more in --format json`] : []),
  ];
}

/** `critical CVE-2022-0778: fixable, known exploited; due 2022-04-20 (seen since 2022-04-06)`. */
export function instanceText({ instance, clock, owner, state, ticket }: TriagedInstance, imageOwner?: string): string {
  const { severity, vulnerability } = instance;
  const seen = `seen since ${clock.firstSeen}${clock.exact ? '' : ' or before'}`;
  const due = clock.due === undefined ? seen : `${clock.late ? 'late since' : 'due'} ${clock.due} (${seen})`;
  const parts = [
    urgencyReason(instance),
    due,
    ...(owner === undefined || owner === imageOwner ? [] : [`owner: ${owner}`]),
    ...(state === 'untriaged' ? [] : [state === 'ticket' ? `ticket ${ticket}` : 'statement']),
  ];
  return `${severity} ${vulnerability}: ${parts.join('; ')}`;
}
