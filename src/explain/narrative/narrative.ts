// Says in sentences why the numbers moved: counts first, then causes with the share of the movement that each explains, the largest first.
// Rules: docs/guide/comparing.md, "The narrative". Pure.
import { compareText } from '../../platform/order.ts';
import { SEVERITY_LEVELS } from '../../scan/advisory/advisory.ts';
import { BASES, type Change, type Tally } from '../compare/change.ts';
import type { CauseTally, Comparison } from '../compare/compare.ts';
import { mostFrequent, NAMED_VULNERABILITIES } from '../compare/first-known.ts';
import { isNothing } from '../compare/tally.ts';
import { headlineOf } from '../coverage.ts';
import { formatPercent, percentOf } from '../shares.ts';
import { declaredChange } from './declared.ts';
import { counted, LABEL_WORDS, several, severitiesOf, signed } from './words.ts';

/** The narrative: one sentence or two an entry, in the order in which they should be read. */
export function narrativeOf(comparison: Comparison): readonly string[] {
  return [
    countsSentence(comparison),
    ...uncoveredSentence(comparison),
    ...shareWarning(comparison),
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
  const { instances, distinct, images } = figures.to;
  const levels = SEVERITY_LEVELS.filter((level) => instances[level].count > 0 || difference.instances[level] !== 0).map(
    (level) => `${level} ${counted(instances[level].count)} (${signed(difference.instances[level])})`,
  );
  const by = levels.length === 0 ? '' : `: ${levels.join(', ')}`;
  const severe = instances.critical.count + instances.high.count;
  const fixable = instances.critical.fixable + instances.high.fixable;
  const first = severe === 0 ? '' : ` Of critical and high ${counted(fixable)} of ${counted(severe)} have a fix.`;
  return (
    `${nameOf(b)} against ${nameOf(a)}: ${several(instances.total, 'instance')} (${signed(difference.instances.total)})${by}.${first} ` +
    `${several(distinct.total, 'different vulnerability', 'different vulnerabilities')} (${signed(difference.distinct.total)}) ` +
    `in ${several(images.total, 'image')} (${signed(difference.images.total)}).`
  );
}

/** What the counts of a side do not cover: an image that was not read has no zero, and figures that may not be quoted are not better as a difference. */
function uncoveredSentence({ a, b }: Comparison): readonly string[] {
  const unread = [a, b].flatMap((side) => {
    const missing = side.images.filter(({ digest }) => digest === undefined).length;
    return missing === 0 ? [] : [`${missing} of ${several(side.images.length, 'image')} of ${nameOf(side)}`];
  });
  const doubtful = [a, b].flatMap((side) => {
    const { headline, headlineReason } = headlineOf(side);
    return headline ? [] : [`${nameOf(side)}, because ${headlineReason}`];
  });
  return [
    ...(unread.length === 0 ? [] : [`Not read, and in no figure: ${unread.join('; ')}.`]),
    ...(doubtful.length === 0 ? [] : [`Figures are incomplete: ${doubtful.join('; ')}.`]),
  ];
}

function nameOf({ release, asOf }: Comparison['a']): string {
  return `${[release.name, release.version].filter((part) => part !== '').join(' ')} (${asOf.slice(0, 10)})`;
}

/** A share that moves against its count misleads: it moves because the others do. */
function shareWarning({ figures, difference }: Comparison): readonly string[] {
  const against = SEVERITY_LEVELS.flatMap((level): readonly string[] => {
    const { percent: from } = figures.from.instances[level];
    const { percent: to, count } = figures.to.instances[level];
    const moved = difference.instances[level];
    if (count === 0 || to === from || (to < from ? moved < 0 : moved > 0)) return [];
    return [`${level} ${to < from ? 'fell' : 'rose'} from ${from} to ${to} % (count ${signed(moved)})`];
  });
  return against.length === 0
    ? []
    : [`Shares that moved against their counts, because others did: ${against.join(', ')}.`];
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
function causeSentences({ causes, changes, known }: Comparison): readonly string[] {
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
  const told = new Set<string>();
  return groups.map(({ tally, own }) => causeSentence(tally, own, instances.length, { known, told }));
}

function urgent(tally: Tally): number {
  return Math.abs(tally.critical) + Math.abs(tally.high);
}

function causeSentence({ label, difference }: CauseTally, own: readonly Change[], all: number, dates: Dates): string {
  const slots = new Set(own.map(({ slot }) => slot)).size;
  const also = [...new Set(own.flatMap((change) => change.also))];
  const together = own.filter((change) => change.also.length > 0).length;
  const inferred = own.filter(({ evidence }) => evidence.kind === 'inferred').length;
  const mixed = own.filter(({ evidence }) => evidence.notSeparable === true).length;
  const words = LABEL_WORDS[label];
  const share = formatPercent({ count: own.length, percent: percentOf(own.length, all) });
  return [
    `${words.charAt(0).toUpperCase()}${words.slice(1)}, ${share} % of the changes: ${severitiesOf(difference.instances)} in ${several(slots, 'image')}.`,
    `Most: ${mostMoved(own, slots, dates)}.`,
    ...(together === 0 ? [] : [`In ${several(together, 'cell')} only together with ${also.join(' and ')}.`]),
    ...(inferred === 0 ? [] : [`${several(inferred, 'cell')} inferred.`]),
    ...(mixed === 0 ? [] : [`${several(mixed, 'cell')} not separable: other cataloguers read the new content.`]),
  ].join(' ');
}

/** Since when vulnerabilities are known, and for which of them it was said already. */
interface Dates {
  readonly known: Comparison['known'];
  readonly told: Set<string>;
}

/** The vulnerabilities that moved in most images, and since when they are known. */
function mostMoved(own: readonly Change[], slots: number, dates: Dates): string {
  const all = mostFrequent(own);
  const named = all.slice(0, NAMED_VULNERABILITIES).map(([vulnerability, changes]) => {
    const images = slots === 1 ? '' : ` in ${several(changes.length, 'image')}`;
    const since = sinceWhen(vulnerability, dates);
    return `${vulnerability}${images}${since === '' ? '' : ` (${since})`}`;
  });
  const rest = all.length - named.length;
  return named.join(', ') + (rest > 0 ? ` and ${counted(rest)} more` : '');
}

/** An id is of the year in which it was reserved: a vulnerability may become public years later, and reach the feeds later still. Said once. */
function sinceWhen(vulnerability: string, { known, told }: Dates): string {
  const { published, by, after } = known.get(vulnerability) ?? {};
  if (told.has(vulnerability) || (published === undefined && after === undefined)) return '';
  told.add(vulnerability);
  const year = /^CVE-(\d{4})-/.exec(vulnerability)?.[1];
  return [
    ...(year === undefined || published === undefined || published.startsWith(year) ? [] : [`id of ${year}`]),
    ...(published === undefined ? [] : [`public ${published}`]),
    ...(after === undefined ? [] : [`in our feeds after ${after}`]),
    ...(after !== undefined || by === undefined ? [] : [`in our feeds by ${by}`]),
  ].join(', ');
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
    const moves = causes.map(({ difference }) => difference.instances[level]);
    const up = sum(moves.filter((by) => by > 0));
    const down = sum(moves.filter((by) => by < 0));
    return up === 0 || down === 0 ? [] : [`${level} ${signed(up)} against ${signed(down)}`];
  });
  return parts.length === 0 ? [] : [`Causes that offset each other: ${parts.join(', ')}.`];
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
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
      `${from} and ${to} are built on one base: perhaps a rename; declare it with --rename OLD=NEW if it is.`,
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
