// One question: what is reachable from these ends to those, by which rules, and what goes past all rules.
import { LimitError, PlimsollError } from '../../platform/errors.ts';
import type { Gap } from '../../platform/gap.ts';
import { LIMITS } from '../../platform/limits.ts';
import type { ManifestObjects } from '../../scan/release/manifests/objects.ts';
import type { AddressRange } from './address.ts';
import { type Bypass, bypassesOf } from './bypass.ts';
import { type Difference, difference } from './diff.ts';
import type { Endpoint } from './endpoint.ts';
import { type Reachability, reachability } from './evaluate.ts';
import { type Explanation, explain } from './explain.ts';
import { blocksOf, type Network, readNetwork, withPod } from './network.ts';
import { DIRECTIONS } from './network-policy.ts';
import type { NotEvaluated } from './not-evaluated.ts';
import { type Placed, type Placement, place } from './placement.ts';
import { isMeant, keysOf, type Term } from './question.ts';
import type { Workload } from './workload.ts';

/** What is asked. No words mean every end. */
export interface Question {
  readonly from: readonly Term[];
  readonly to: readonly Term[];
  readonly placement: Placement;
}

/** The answer. */
export interface Answer extends Pick<Placed, 'besideNode' | 'notes'> {
  readonly network: Network;
  /** Ids of the ends that the words mean. */
  readonly from: readonly string[];
  readonly to: readonly string[];
  /** Pairs between which something passes, in the order of their ids. */
  readonly reachable: readonly Explanation[];
  /** Pairs that were asked for and between which nothing passes. */
  readonly closed: number;
  readonly bypasses: readonly Bypass[];
  /** Objects in other languages that may change the answer; mesh policies only where they select an end that is meant. */
  readonly notEvaluated: readonly NotEvaluated[];
  readonly gaps: readonly Gap[];
}

/** The network of a question: with the pods that only the question has. */
export function askedNetwork(objects: ManifestObjects, question: Question): Network {
  const terms = [...question.from, ...question.to];
  const pods = new Map(
    terms.flatMap((term) => (term.kind === 'pod' ? [[term.workload.id, term.workload] as const] : [])),
  );
  return [...pods.values()].reduce(withPod, readNetwork(objects, keysOf(terms)));
}

/** The reachability that a question is about; the address space is cut at the borders of its addresses, and at those of other networks. */
export function askedReachability(network: Network, question: Question, others: readonly Network[] = []): Reachability {
  const asked = [...question.from, ...question.to].flatMap((term) => (term.kind === 'range' ? term.range : []));
  const blocks = (all: readonly Network[]): readonly AddressRange[] =>
    all.flatMap((one) => DIRECTIONS.flatMap((direction) => blocksOf(one, direction)));
  return reachability(network, { blocks: [...asked, ...blocks(others)] });
}

/**
 * Answers a question.
 * @throws PlimsollError `not-found` when a side means nothing; LimitError for too long an answer
 */
export function answer(reach: Reachability, question: Question): Answer {
  const { network } = reach;
  const meant = meantEnds(reach, question);
  refuseNothing('--from', question.from, meant.from, reach);
  refuseNothing('--to', question.to, meant.to, reach);
  const reachable: Explanation[] = [];
  let closed = 0;
  for (const from of meant.sources) {
    for (const to of meant.to) {
      if (!isPair(reach, from, to)) continue;
      const explanation = reach.number(from, to) === 0 ? undefined : explain(reach, from, to);
      if (explanation === undefined) closed += 1;
      else reachable.push(explanation);
      if (reachable.length > LIMITS.reachAnswers) {
        throw new LimitError(`more than ${LIMITS.reachAnswers} answers: ask for less with --from and --to`);
      }
    }
  }
  const sources = workloadsAt(reach, meant.from);
  const targets = workloadsAt(reach, meant.to);
  const ids = new Set([...sources, ...targets].map(({ id }) => id));
  const placed = place(question.placement, sources, targets, bypassesOf(network));
  return {
    network,
    from: idsAt(reach, meant.from),
    to: idsAt(reach, meant.to),
    reachable,
    closed,
    ...placed,
    notes: [...network.notes, ...placed.notes],
    notEvaluated: network.notEvaluated.filter(({ workloads }) => workloads?.some((id) => ids.has(id)) ?? true),
    gaps: network.gaps,
  };
}

/** What changed among the connections that a question asks for. @throws LimitError */
export function askedDifference(before: Reachability, after: Reachability, question: Question): Difference {
  const networks = [before.network, after.network];
  const isFrom = memoized((end) => networks.some((network) => isSource(question, end, network)));
  const isTo = memoized((end) => networks.some((network) => isMeant(question.to, end, network)));
  const changed = difference(before, after, (from, to) => isFrom(from) && isTo(to));
  const asked = new Set(
    [before, after].flatMap((reach) => {
      const { from, to } = meantEnds(reach, question);
      return idsAt(reach, question.placement === 'outside' ? to : [...from, ...to]);
    }),
  );
  const { added, removed } = changed.bypasses;
  const isMeantBypass = ({ subject }: Bypass): boolean => asked.has(subject);
  return { ...changed, bypasses: { added: added.filter(isMeantBypass), removed: removed.filter(isMeantBypass) } };
}

/** Places of the ends that are meant, and of those that connect in their place. */
function meantEnds(
  { ends, network }: Reachability,
  question: Question,
): { readonly from: readonly number[]; readonly to: readonly number[]; readonly sources: readonly number[] } {
  const places = (fits: (end: Endpoint) => boolean): readonly number[] =>
    ends.flatMap((end, index) => (fits(end) ? [index] : []));
  return {
    from: places((end) => !isSide(end, 'to') && isMeant(question.from, end, network)),
    to: places(
      (end) => end.kind !== 'ingress-controller' && !isSide(end, 'from') && isMeant(question.to, end, network),
    ),
    sources: places((end) => !isSide(end, 'to') && isSource(question, end, network)),
  };
}

/** Outside the cluster the addresses that are meant connect, and in the place of pods any address and whoever comes in by a door. */
function isSource({ from, placement }: Question, end: Endpoint, network: Network): boolean {
  if (placement !== 'outside') return isMeant(from, end, network);
  const addresses = from.filter(({ kind }) => kind === 'range' || kind === 'external' || kind === 'ingress');
  return end.kind !== 'workload' && isMeant(addresses, end, network);
}

/** The answer for each end once: pairs ask for it again and again. */
function memoized(judge: (end: Endpoint) => boolean): (end: Endpoint) => boolean {
  const known = new Map<Endpoint, boolean>();
  return (end) => {
    const found = known.get(end) ?? judge(end);
    known.set(end, found);
    return found;
  };
}

function isSide(end: Endpoint, side: 'from' | 'to'): boolean {
  return end.kind === 'external' && end.side === side;
}

/** Whether the pair is one that policies judge. */
function isPair({ ends }: Reachability, from: number, to: number): boolean {
  return from !== to && (ends[from]?.kind === 'workload' || ends[to]?.kind === 'workload');
}

function refuseNothing(
  option: string,
  terms: readonly Term[],
  found: readonly number[],
  { ends, network }: Reachability,
) {
  const lost = terms.find((term) => !ends.some((end) => isMeant([term], end, network)));
  if (lost === undefined && found.length > 0) return;
  const what = lost === undefined ? option : `${option} ${lost.text}`;
  throw new PlimsollError(
    'not-found',
    `${what} fits nothing in the manifests; for pods that are made later ask for pod:NAMESPACE/KEY=VALUE`,
  );
}

function workloadsAt({ ends }: Reachability, places: readonly number[]): readonly Workload[] {
  return places.flatMap((place) => {
    const end = ends[place];
    return end?.kind === 'workload' ? [end.workload] : [];
  });
}

function idsAt({ ends }: Reachability, places: readonly number[]): readonly string[] {
  return places.flatMap((place) => ends[place]?.id ?? []);
}
