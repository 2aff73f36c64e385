// The conflict graph of nodes: what the active and planned mitigations break, what they leave open, and which choices are consistent. Verdicts in the
// shared shape, of the state that the plan leads to.
import type { Verdict } from '../../platform/verdict.ts';
import type { Subject } from '../mitigation/bundle/applies.ts';
import type { Bundle } from '../mitigation/bundle/bundle.ts';
import { type Choice, choicesOf, type Outcome, outcomeOf, statesOf } from './choices.ts';
import { type NodeRuntime, type NodeState, type NodeVulnerability, nodeState } from './node-state.ts';
import type { ConflictTable, Control, States } from './table.ts';

/** What is said of one node. */
export interface NodeConflicts {
  readonly node: NodeState;
  /** States that are known now. */
  readonly now: States;
  /** States with what is planned. */
  readonly then: States;
  readonly results: readonly Verdict[];
  readonly choices: readonly Choice[];
}

/** What is asked. */
export interface ConflictQuestion {
  readonly table: ConflictTable;
  readonly bundles: readonly Bundle[];
  /** Ids of mitigations that are applied by the ledger: they tell the states that no fact of a node shows. */
  readonly active: readonly string[];
  /** Ids of mitigations that are to be applied. */
  readonly planned: readonly string[];
}

/** Judges every node, in the order of the subjects. */
export function conflictsOf(subjects: readonly Subject[], question: ConflictQuestion): readonly NodeConflicts[] {
  const { table, bundles, active, planned } = question;
  return subjects
    .filter(({ kind }) => kind === 'node')
    .map((subject) => {
      const node = nodeState(table, bundles, subject);
      const now = statesOf(node);
      // What a node shows counts before what the ledger says: the ledger is of a site, and nodes come, go and drift.
      const then = { ...statesSetBy(node, active), ...now, ...statesSetBy(node, planned) };
      return { node, now, then, results: verdictsOf(node, now, then), choices: choicesOf(node, then) };
    });
}

/** States that the mitigations set. */
function statesSetBy({ settings }: NodeState, mitigations: readonly string[]): States {
  const set = settings.flatMap(({ setting }) =>
    setting.states.flatMap(({ id, mitigation }) =>
      mitigation !== undefined && mitigations.includes(mitigation) ? [[setting.id, id] as const] : [],
    ),
  );
  return Object.fromEntries(set);
}

/** What the verdicts of a node are made of. */
interface Judged {
  readonly node: NodeState;
  readonly before: Outcome;
  readonly after: Outcome;
  /** The evidence of a verdict: its own, then that of the settings, then the states that it is about. */
  readonly evidenceOf: (own: readonly string[]) => readonly string[];
}

function verdictsOf(node: NodeState, now: States, then: States): readonly Verdict[] {
  const states = textOf(then);
  const shown = [...node.settings.flatMap(({ evidence }) => evidence), ...(states === '' ? [] : [states])];
  const judged: Judged = {
    node,
    before: outcomeOf(node, now),
    after: outcomeOf(node, then),
    evidenceOf: (own) => [...own, ...shown],
  };
  return [
    // Of what may be there, and would work if it were, there is nothing to tell.
    ...node.runtimes
      .filter(({ runtime, there }) => there === 'yes' || judged.after.unknown.includes(runtime.id))
      .map((one) => runtimeVerdict(one, judged)),
    ...node.vulnerabilities.map((one) => vulnerabilityVerdict(one, judged)),
    ...node.controls.map((one) => controlVerdict(one, judged)),
  ];
}

function runtimeVerdict({ runtime, there, evidence }: NodeRuntime, { node, after, evidenceOf }: Judged): Verdict {
  const { id, title, because, works } = runtime;
  const common = { check: 'runtime-works', subject: `${node.name}/${id}`, evidence: evidenceOf(evidence) };
  if (after.broken.includes(id)) {
    const remediation = `leave ${works.map(textOf).join(', or ')}, or take it off the node`;
    return { ...common, verdict: 'fail', reason: `${title} stops working: ${because}`, remediation };
  }
  if (!after.unknown.includes(id)) return { ...common, verdict: 'pass', reason: `${title} works: ${because}` };
  const what = there === 'unknown' ? 'whether it is there' : 'the state of what it needs';
  return { ...common, verdict: 'no-evidence', reason: `${title}: ${what} is not known` };
}

function vulnerabilityVerdict(vulnerability: NodeVulnerability, { node, before, after, evidenceOf }: Judged): Verdict {
  const { cve, title, closed, note, evidence } = vulnerability;
  const common = { check: 'vulnerability-closed', subject: `${node.name}/${cve}`, evidence: evidenceOf(evidence) };
  const told = note === undefined ? title : `${title}; ${note}`;
  const ways = closed.map(({ states, by }) => `${textOf(states)}${by === undefined ? '' : ` (${by})`}`);
  const remediation = `install the fix, or close it with ${ways.join(', or ')}`;
  if (after.open.includes(cve)) {
    const opened = before.open.includes(cve) ? 'is open' : 'is opened';
    return { ...common, verdict: 'fail', reason: `${cve} ${opened}: ${told}`, remediation };
  }
  if (after.lowered.includes(cve)) {
    return { ...common, verdict: 'warn', reason: `the risk of ${cve} is lowered, not removed: ${told}`, remediation };
  }
  if (!after.unknown.includes(cve)) return { ...common, verdict: 'pass', reason: `${cve} is closed: ${told}` };
  return { ...common, verdict: 'no-evidence', reason: `whether ${cve} is open is not known: ${told}` };
}

function controlVerdict({ id, title, because, holds }: Control, { node, after, evidenceOf }: Judged): Verdict {
  const common = { check: 'control-counts', subject: `${node.name}/${id}`, evidence: evidenceOf([]) };
  if (after.lost.includes(id)) {
    return { ...common, verdict: 'warn', reason: `${title} do not count: ${because}`, remediation: textOf(holds) };
  }
  if (after.unknown.includes(id)) {
    return { ...common, verdict: 'no-evidence', reason: `whether ${title} count is not known` };
  }
  return { ...common, verdict: 'pass', reason: `${title} count` };
}

/** `user-namespaces off, pod-seccomp none` */
export function textOf(states: States): string {
  return Object.entries(states)
    .map(([setting, state]) => `${setting} ${state}`)
    .join(', ');
}
