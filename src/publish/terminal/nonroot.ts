// Non-root readiness as text for a terminal: the figures, each container that needs work with its findings, facts and proposal, and the others by name.
import { gapPlace } from '../../platform/gap.ts';
import type { NonrootContainer, NonrootResult } from '../../posture/nonroot/nonroot.ts';
import {
  findingText,
  hasSomething,
  identityText,
  leftTexts,
  nonrootTitle,
  outcomeText,
  proposalText,
  sortedContainers,
} from '../nonroot.ts';
import { plural } from '../words.ts';
import { glyphsOf, type Ink, indented, paint, shown, type TerminalOptions, wrap } from './terminal.ts';

/** Facts of one finding that are shown. */
const FACTS = 4;
const INKS: Readonly<Record<string, Ink>> = {
  block: 'critical',
  'likely-break': 'high',
  unknown: 'warning',
  ok: 'strong',
};

/** Lines of at most the given columns (when these are 48 or more), each ended by a line feed. */
export function nonrootTable(result: NonrootResult, options: TerminalOptions): string {
  const width = Math.max(48, options.columns);
  const { verdict, counts, gaps, waivers } = result;
  const containers = sortedContainers(result);
  const silent = containers.filter((one) => !hasSomething(one));
  const ink: Ink = verdict.verdict === 'fail' ? 'critical' : verdict.verdict === 'pass' ? 'strong' : 'warning';
  const note = (text: string) => wrap(shown(text, options), width, '  ');
  const lines = [
    ...note(`${glyphsOf(options).mark} ${nonrootTitle(result)}`).map((text) => paint(text, ink, options)),
    ...(counts.proposed === 0
      ? []
      : note(
          `${plural(counts.proposed, 'container')} would run as proposed with nothing in the way (nonroot propose)`,
        )),
    ...containers.filter(hasSomething).flatMap((one) => ['', ...containerLines(one, width, options)]),
    ...(silent.length === 0 ? [] : ['', ...note(`Nothing in the way (${silent.length})`)]),
    ...silent.flatMap((one) => indented('  ', shown(`${one.subject}: ${identityText(one.identity)}`, options), width)),
    ...(gaps.length === 0 ? [] : ['', ...note('Not known')]),
    ...gaps.flatMap((gap) => indented('  ', shown(`${gapPlace(gap)}: ${gap.reason}`, options), width)),
    ...(waivers.length === 0 ? [] : ['', ...note('Waivers')]),
    ...waivers.flatMap(({ check, owner, expires, state, results }) =>
      indented(
        '  ',
        shown(`${state}: ${check}, ${plural(results, 'result')}, ${owner} until ${expires}`, options),
        width,
      ),
    ),
  ];
  return lines.map((text) => `${text}\n`).join('');
}

function containerLines(one: NonrootContainer, width: number, options: TerminalOptions): readonly string[] {
  const head = `${one.subject}: ${outcomeText(one)}; runs as ${identityText(one.identity)}`;
  return [
    ...wrap(shown(head, options), width, '  ').map((text) => paint(text, INKS[one.outcome] ?? 'plain', options)),
    ...indented('  ', shown(one.image, options), width).map((text) => paint(text, 'faint', options)),
    ...one.findings.flatMap((finding) => [
      ...indented('  ', shown(findingText(finding), options), width),
      ...[
        ...finding.facts.slice(0, FACTS),
        ...(finding.facts.length > FACTS ? [`and ${finding.facts.length - FACTS} more`] : []),
      ]
        .flatMap((fact) => indented('      ', shown(fact, options), width))
        .map((text) => paint(text, 'faint', options)),
    ]),
    ...(one.proposal === undefined ? [] : indented('  do: ', shown(proposalText(one), options), width)),
    ...leftTexts(one).flatMap((text) => indented('      left: ', shown(text, options), width)),
  ];
}
