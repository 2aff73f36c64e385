// What every form of reachability says in the same words: titles, reasons, and rows with the same reason put together.
import { gapPlace } from '../platform/gap.ts';
import type { Bypass } from '../posture/reach/bypass.ts';
import { connectionsText } from '../posture/reach/connections.ts';
import type { Cause, Change, Difference } from '../posture/reach/diff.ts';
import type { Explanation, Judgement } from '../posture/reach/explain.ts';
import type { Network } from '../posture/reach/network.ts';
import type { NotEvaluated } from '../posture/reach/not-evaluated.ts';
import type { Answer } from '../posture/reach/query.ts';
import { count, plural } from './words.ts';

/** `12 workloads in 3 namespaces, 7 NetworkPolicies, 2 doors` */
export function networkText({ workloads, policies, entries }: Network): string {
  const namespaces = new Set(workloads.map(({ namespace }) => namespace)).size;
  const doors = entries.length === 0 ? '' : `, ${plural(entries.length, 'Ingress or Route', 'Ingresses and Routes')}`;
  return `${plural(workloads.length, 'workload')} in ${plural(namespaces, 'namespace')}, ${plural(policies.length, 'NetworkPolicy', 'NetworkPolicies')}${doors}`;
}

/** `3 of 40 pairs are open` */
export function answerTitle({ reachable, closed }: Answer): string {
  const pairs = reachable.length + closed;
  return `${count(reachable.length)} of ${plural(pairs, 'pair')} ${reachable.length === 1 ? 'is' : 'are'} open`;
}

/** `5 connections came, 1 went, 2 are others; 6 of them let more through` */
export function differenceTitle({ changes }: Difference): string {
  if (changes.length === 0) return 'No connection changed';
  const number = (kind: Change['change']): number => changes.filter(({ change }) => change === kind).length;
  const wider = changes.filter((change) => change.wider).length;
  return `${plural(number('added'), 'connection')} came, ${count(number('removed'))} went, ${count(number('changed'))} changed; ${count(wider)} let more through`;
}

/** Pairs for which the same rules let the same pass. */
export interface OpenGroup {
  readonly connections: string;
  readonly reasons: readonly string[];
  /** `FROM => TO` */
  readonly pairs: readonly string[];
}

/** The open pairs by what opens them, in the order of their first pair. */
export function openGroups(reachable: readonly Explanation[]): readonly OpenGroup[] {
  const groups = Map.groupBy(reachable, (one) => JSON.stringify([connectionsText(one.connections), reasonsOf(one)]));
  return [...groups].map(([key, members]) => {
    const [connections, reasons] = JSON.parse(key) as [string, readonly string[]];
    return { connections, reasons, pairs: members.map(({ from, to }) => `${from} => ${to}`) };
  });
}

function reasonsOf({ judgements, doors }: Explanation): readonly string[] {
  return [...judgements.flatMap(judgementTexts), ...doors.map((door) => `comes in by ${door}`)];
}

function judgementTexts({ direction, policies, rules }: Judgement): readonly string[] {
  if (policies.length === 0)
    return [`${direction}: no NetworkPolicy selects the ${direction === 'egress' ? 'source' : 'destination'}`];
  return rules.map(
    ({ policy, rule, position, allows }) => `${direction}: rule ${rule} of ${policy} (${position}) allows ${allows}`,
  );
}

/** Changes of one kind with the same causes. */
export interface ChangeGroup {
  readonly mark: '+' | '-' | '~';
  readonly wider: boolean;
  readonly causes: readonly string[];
  readonly changes: readonly Change[];
}

const MARKS = { added: '+', removed: '-', changed: '~' } as const;

/** The changes by what made them; those that let more through first. */
export function changeGroups(changes: readonly Change[]): readonly ChangeGroup[] {
  const groups = Map.groupBy(changes, ({ change, wider, causes }) =>
    JSON.stringify([change, wider, causes.map(causeText)]),
  );
  return [...groups.values()]
    .flatMap((members): readonly ChangeGroup[] => {
      const [first] = members;
      if (first === undefined) return [];
      const { change, wider, causes } = first;
      return [{ mark: MARKS[change], wider, causes: causes.map(causeText), changes: members }];
    })
    .sort((a, b) => Number(b.wider) - Number(a.wider));
}

/** `+ FROM => TO : TCP 80`, `- …`, `~ FROM => TO : TCP 80 -> TCP 80,443` */
export function changeText({ change, from, to, before, after }: Change): string {
  const [was, is] = [connectionsText(before), connectionsText(after)];
  const what = change === 'added' ? is : change === 'removed' ? was : `${was} -> ${is}`;
  return `${MARKS[change]} ${from} => ${to} : ${what}`;
}

/** `policy-changed: NetworkPolicy services/api (netpols.yaml:3)` */
export function causeText({ kind, object, position }: Cause): string {
  return `${kind}: ${object}${position === undefined ? '' : ` (${position})`}`;
}

/** `services/api[Deployment]: host-network: its pods … (api.yaml:1)` */
export function bypassText({ subject, kind, reason, position }: Bypass): string {
  return `${subject}: ${kind}: ${reason} (${position})`;
}

/** What the reader must know beside the connections, under headings; empty parts are left out. */
export function remarkSections({
  bypasses,
  notEvaluated,
  gaps,
  notes,
}: Pick<Answer, 'bypasses' | 'notEvaluated' | 'gaps' | 'notes'>): readonly {
  readonly title: string;
  readonly lines: readonly string[];
}[] {
  return [
    { title: 'Ways that NetworkPolicies do not govern', lines: bypasses.map(bypassText) },
    { title: 'Not evaluated', lines: notEvaluated.map(notEvaluatedText) },
    { title: 'Could not be told', lines: gaps.map((gap) => `${gapPlace(gap)}: ${gap.reason}`) },
    { title: 'Notes', lines: notes },
  ].filter(({ lines }) => lines.length > 0);
}

/** `AuthorizationPolicy services/deny (mesh.yaml:1): proxies may forbid more for 3 workloads` */
export function notEvaluatedText({ layer, kind, name, position, workloads }: NotEvaluated): string {
  const what = {
    network: 'may allow or forbid connections',
    mesh: `proxies in pods may forbid more${workloads === undefined ? '' : ` for ${plural(workloads.length, 'workload')}`}`,
    entry: 'may let connections in',
  }[layer];
  return `${kind} ${name} (${position}): ${what}`;
}

/** Destinations that share a node with the source, in a sentence. */
export function besideText(besideNode: readonly string[]): readonly string[] {
  return besideNode.length === 0
    ? []
    : [
        `A node reaches the pods that run on it, whatever policies say: ${plural(besideNode.length, 'destination')} may run beside the source`,
      ];
}
