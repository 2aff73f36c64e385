// Says in sentences why the numbers moved: counts first, then causes with the share of the movement that each explains, the largest first.
// Rules: docs/guide/comparing.md, "The narrative". Pure.
import { compareText } from '../../platform/order.ts';
import { SEVERITY_LEVELS } from '../../scan/advisory/advisory.ts';
import { BASES, type Change, type Tally } from '../compare/change.ts';
import type { CauseTally, Comparison } from '../compare/compare.ts';
import { isNothing } from '../compare/tally.ts';
import { percentOf } from '../shares.ts';
import { declaredChange } from './declared.ts';
import { counted, LABEL_WORDS, several, severitiesOf, signed } from './words.ts';

/** How many vulnerabilities a cause's sentence names. */
const NAMED = 3;

/** The narrative: one sentence or two an entry, in the order in which they should be read. */
export function narrativeOf(comparison: Comparison): readonly string[] {
  return [
    countsSentence(comparison),
    ...shareWarnings(comparison),
    declaredSentence(comparison),
    ...causeSentences(comparison),
    ...noNewSentence(comparison),
    ...offsettingSentence(comparison),
    ...coverageSentence(comparison),
    ...renameSentences(comparison),
    ...methodSentence(comparison),
  ];
}

function countsSentence({ a, b, figures, difference }: Comparison): string {
  const levels = SEVERITY_LEVELS.filter(
    (level) => figures.to.instances[level].count > 0 || difference.instances[level] !== 0,
  ).map((level) => `${level} ${counted(figures.to.instances[level].count)} (${signed(difference.instances[level])})`);
  const total = `${several(figures.to.instances.total, 'instance')} (${signed(difference.instances.total)})`;
  const distinct = `${counted(figures.to.distinct.total)} different vulnerabilities (${signed(difference.distinct.total)})`;
  const images = `in ${several(figures.to.images.total, 'image')} (${signed(difference.images.total)})`;
  const by = levels.length === 0 ? '' : `: ${levels.join(', ')}`;
  return `${nameOf(b)} has ${total} against ${nameOf(a)}${by}; ${distinct} ${images}.`;
}

function nameOf({ release, asOf }: Comparison['a']): string {
  return `${[release.name, release.version].filter((part) => part !== '').join(' ')} as of ${asOf.slice(0, 10)}`;
}

/** A share that moves against its count misleads: it moves because the others do. */
function shareWarnings({ figures, difference }: Comparison): readonly string[] {
  return SEVERITY_LEVELS.flatMap((level) => {
    const from = figures.from.instances[level].percent;
    const to = figures.to.instances[level].percent;
    const moved = difference.instances[level];
    if (to < from && moved >= 0 && figures.to.instances[level].count > 0) {
      return [
        `The share of ${level} fell from ${from} to ${to} %, but not its count (${signed(moved)}): others were added.`,
      ];
    }
    if (to > from && moved <= 0 && figures.to.instances[level].count > 0) {
      return [`The share of ${level} rose from ${from} to ${to} %, but not its count (${signed(moved)}): others went.`];
    }
    return [];
  });
}

function declaredSentence(comparison: Comparison): string {
  const { charts, images } = declaredChange(comparison);
  const declared = `${charts.changed.length} of ${several(charts.to, 'chart')} changed`;
  const members = [
    [images.added, 'added'],
    [images.removed, 'removed'],
    [images.renamed, 'renamed'],
    [images.retagged, 'retagged'],
  ] as const;
  const moved = members.filter(([count]) => count > 0).map(([count, what]) => `${several(count, 'image')} ${what}`);
  const real = `${images.rebuilt} of ${several(images.unchangedReferences, 'unchanged reference')} rebuilt`;
  return `Declared: ${[declared, ...moved].join(', ')}. Real: ${real}.`;
}

/** A sentence a cause, by how many instances it moved; of equals the one with more critical and high. */
function causeSentences({ causes, changes }: Comparison): readonly string[] {
  const instances = changes.filter(({ basis }) => basis === 'instances');
  const groups = causes
    .map((tally) => ({
      tally,
      own: instances.filter(({ cause, label }) => cause === tally.cause && label === tally.label),
    }))
    .filter(({ own }) => own.length > 0)
    .sort(
      (x, y) =>
        y.own.length - x.own.length ||
        urgent(y.tally.difference.instances) - urgent(x.tally.difference.instances) ||
        compareText(x.tally.label, y.tally.label),
    );
  return groups.map(({ tally, own }) => causeSentence(tally, own, instances.length));
}

function urgent(tally: Tally): number {
  return Math.abs(tally.critical) + Math.abs(tally.high);
}

function causeSentence({ label, difference }: CauseTally, own: readonly Change[], all: number): string {
  const slots = new Set(own.map(({ slot }) => slot)).size;
  const also = [...new Set(own.flatMap((change) => change.also))];
  const together =
    also.length === 0
      ? ''
      : ` (${several(own.filter((change) => change.also.length > 0).length, 'cell')} together with ${also.join(' and ')})`;
  const inferred = own.filter(({ evidence }) => evidence.kind === 'inferred').length;
  const doubt = inferred === 0 ? '' : ` ${several(inferred, 'cell')} inferred.`;
  const share = `${percentOf(own.length, all)} % of the changed instances`;
  const words = LABEL_WORDS[label];
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}: ${severitiesOf(difference.instances)} in ${several(slots, 'image')}, ${share}${together}. Most: ${mostFrequent(own)}.${doubt}`;
}

/** The vulnerabilities that moved in most images, with the year of their ids. */
function mostFrequent(own: readonly Change[]): string {
  const byVulnerability = [...Map.groupBy(own, ({ vulnerability = '' }) => vulnerability)].sort(
    ([x, m], [y, n]) => n.length - m.length || compareText(x, y),
  );
  const named = byVulnerability
    .slice(0, NAMED)
    .map(([vulnerability, changes]) => `${vulnerability} (${several(changes.length, 'image')})`);
  const rest = byVulnerability.length - named.length;
  return named.join(', ') + (rest > 0 ? ` and ${counted(rest)} more` : '');
}

/** Added images whose vulnerabilities were all counted already. */
function noNewSentence({ changes }: Comparison): readonly string[] {
  const added = changes.filter(({ basis, label }) => basis === 'instances' && label === 'image-added');
  if (added.length === 0) return [];
  const isNew = changes.some(
    ({ basis, label, from }) => basis === 'distinct' && label === 'image-added' && from === undefined,
  );
  return isNew
    ? []
    : ['The added images bring no new vulnerability: all of theirs are counted in other images already.'];
}

/** Causes that move the same severity up and down. */
function offsettingSentence({ causes }: Comparison): readonly string[] {
  const parts = SEVERITY_LEVELS.flatMap((level) => {
    const moves = causes.map(({ label, difference }) => ({ label, by: difference.instances[level] }));
    const up = moves.filter(({ by }) => by > 0);
    const down = moves.filter(({ by }) => by < 0);
    if (up.length === 0 || down.length === 0) return [];
    const told = [...up, ...down].map(({ label, by }) => `${signed(by)} ${LABEL_WORDS[label]}`);
    return [`${level} ${told.join(', ')}`];
  });
  return parts.length === 0 ? [] : [`Moves that offset each other: ${parts.join('; ')}.`];
}

function coverageSentence({ changes }: Comparison): readonly string[] {
  const blind = changes.filter(({ basis, cause }) => basis === 'instances' && cause === 'coverage');
  if (blind.length === 0) return [];
  return [
    `${several(blind.length, 'changed instance')} could be seen on one side only: that is coverage, neither better nor worse.`,
  ];
}

function renameSentences({ pairing }: Comparison): readonly string[] {
  const renamed = pairing.pairs.flatMap((pair) =>
    pair.renamed && pair.a !== undefined && pair.b !== undefined
      ? [`${pair.a.slot} is ${pair.b.slot} now: a rename, not counted as a change.`]
      : [],
  );
  const suspected = pairing.suspectedRenames.map(
    ({ from, to }) =>
      `${from} and ${to} are built on one base: perhaps a rename; declare it under compare.renames if it is.`,
  );
  return [...renamed, ...suspected];
}

function methodSentence({ method }: Comparison): readonly string[] {
  const moved = (
    [
      ['from', method.from],
      ['to', method.to],
    ] as const
  ).filter(([, tallies]) => !isNothing(tallies));
  if (moved.length === 0) return [];
  const told = moved.map(
    ([side, tallies]) =>
      `${side === 'from' ? 'the first' : 'the second'} ${BASES.map((basis) => `${signed(tallies[basis].total)} ${basis}`).join(', ')}`,
  );
  return [`Evaluated with this program the published figures change, outside of all sums above: ${told.join('; ')}.`];
}
