// What one node says to the table: in which state each of its settings is, which runtimes it has, which vulnerabilities and controls concern it.
// Reads facts and bundles; what the facts do not say stays unknown.
import { compareText } from '../../platform/order.ts';
import { ask, type Subject } from '../mitigation/bundle/applies.ts';
import type { Bundle, Condition } from '../mitigation/bundle/bundle.ts';
import type { ConflictTable, Control, Flaw, Runtime, Setting, SettingState, States } from './table.ts';

/** A setting of a node. */
export interface NodeSetting {
  readonly setting: Setting;
  /** Id of its state; absent: the facts do not say. */
  readonly state?: string;
  /** What was looked at. */
  readonly evidence: readonly string[];
}

/** A runtime that is there, or that nobody looked for. */
export interface NodeRuntime {
  readonly runtime: Runtime;
  readonly there: 'yes' | 'unknown';
  readonly evidence: readonly string[];
}

/** A vulnerability that settings of a node open and close. */
export interface NodeVulnerability {
  readonly cve: string;
  readonly title: string;
  /** `unknown`: facts that decide were not looked up. */
  readonly applies: 'yes' | 'unknown';
  /** In these states it is closed; any is enough. */
  readonly closed: readonly { readonly states: States; readonly effect: 'removes' | 'lowers'; readonly by?: string }[];
  readonly note?: string;
  readonly evidence: readonly string[];
}

/** A node as the table sees it. */
export interface NodeState {
  readonly name: string;
  readonly settings: readonly NodeSetting[];
  readonly runtimes: readonly NodeRuntime[];
  readonly vulnerabilities: readonly NodeVulnerability[];
  readonly controls: readonly Control[];
}

/** The node of the facts. @param bundles those that the table's states name; of others nothing is asked */
export function nodeState(table: ConflictTable, bundles: readonly Bundle[], subject: Subject): NodeState {
  const settings = table.settings.filter(({ asked }) => asked === undefined || ask(asked, subject).holds !== false);
  return {
    name: subject.name,
    settings: settings.map((setting) => ({ setting, ...stateOf(setting, subject) })),
    runtimes: table.runtimes.flatMap((runtime) => runtimeOf(runtime, subject)),
    vulnerabilities: vulnerabilitiesOf(table, settings, bundles, subject),
    controls: table.controls.filter(({ asked }) => ask(asked, subject).holds === true),
  };
}

function stateOf({ states }: Setting, subject: Subject): Omit<NodeSetting, 'setting'> {
  const asked = states.flatMap(({ id, facts }) =>
    facts.map((fact) => ({ id, fact: fact.fact, ...ask(fact, subject) })),
  );
  const shown = asked.find(({ holds }) => holds === true);
  // A fact that was looked up and found absent says nothing of the state, so only what has a value is told.
  const looked = asked.filter(({ fact }) => (subject.facts.get(fact)?.length ?? 0) > 0);
  const evidence = [...new Set((shown === undefined ? looked : [shown]).map(({ fact }) => factText(fact, subject)))];
  return shown === undefined ? { evidence } : { state: shown.id, evidence };
}

function runtimeOf(runtime: Runtime, subject: Subject): readonly NodeRuntime[] {
  const asked = runtime.present.map((condition) => ask(condition, subject));
  if (asked.some(({ holds }) => holds === false)) return [];
  const there = asked.every(({ holds }) => holds === true) ? 'yes' : 'unknown';
  return [{ runtime, there, evidence: asked.map(({ why }) => why) }];
}

function vulnerabilitiesOf(
  table: ConflictTable,
  settings: readonly Setting[],
  bundles: readonly Bundle[],
  subject: Subject,
): readonly NodeVulnerability[] {
  const own = table.vulnerabilities.flatMap(({ cve, title, open, applies, note }): readonly NodeVulnerability[] => {
    const answer = answerOf(applies, subject);
    if (answer.applies === 'no' || !settings.some(({ id }) => Object.hasOwn(open, id))) return [];
    const { evidence } = answer;
    const closed = closing(settings, open).map((states) => ({ states, effect: 'removes' as const }));
    return [{ cve, title, applies: answer.applies, closed, ...(note === undefined ? {} : { note }), evidence }];
  });
  const closings = settings.flatMap((setting) => setting.states.flatMap((state) => closingOf(setting, state, bundles)));
  const byCve = Map.groupBy(
    closings.flatMap((closing) => closing.bundle.cves.map((cve) => ({ cve, ...closing }))),
    ({ cve }) => cve,
  );
  const bundled = [...byCve].flatMap(([cve, closers]): readonly NodeVulnerability[] => {
    // A bundle that asks for the kernel asks for every bundle of the CVE: a fixed kernel is fixed whatever closes it.
    const ranges = closers.flatMap(({ bundle }) => bundle.applies.filter(asksForFlaw));
    const flaw = table.flaws.find((one) => one.cve === cve);
    const answer = withFlaw(answerOf(ranges, subject), flaw, subject);
    const possible = closers.filter(({ setting, bundle }) => isPossible(setting, bundle, subject));
    const [first] = possible;
    if (answer.applies === 'no' || first === undefined) return [];
    const closed = possible.map(({ states, effect, bundle }) => ({ states, effect, by: bundle.mitigation }));
    return [{ cve, title: first.bundle.title, applies: answer.applies, closed, evidence: answer.evidence }];
  });
  return [...bundled, ...own].sort((a, b) => compareText(a.cve, b.cve));
}

interface Closing {
  readonly setting: Setting;
  readonly states: States;
  readonly effect: 'removes' | 'lowers';
  readonly bundle: Bundle;
}

function closingOf(setting: Setting, { id, mitigation }: SettingState, bundles: readonly Bundle[]): readonly Closing[] {
  const bundle = bundles.find((one) => one.mitigation === mitigation);
  if (bundle === undefined || bundle.effect === 'none') return [];
  return [{ setting, states: { [setting.id]: id }, effect: bundle.effect, bundle }];
}

/** Conditions on what has the flaw; the others ask whether the control can be put there. */
function asksForFlaw({ fact }: Condition): boolean {
  return fact === 'kernel' || /^(?:package|version):/.test(fact);
}

/** Whether the bundle could be applied to the node. Conditions about the setting itself ask whether it is in the state already. */
function isPossible({ states }: Setting, { applies }: Bundle, subject: Subject): boolean {
  const own = new Set(states.flatMap(({ facts }) => facts.map(({ fact }) => fact)));
  return applies
    .filter((condition) => !asksForFlaw(condition) && !own.has(condition.fact))
    .every((condition) => ask(condition, subject).holds !== false);
}

interface FlawAnswer {
  readonly applies: 'yes' | 'no' | 'unknown';
  readonly evidence: readonly string[];
}

/** A version that no range of a bundle holds may have the flaw all the same, where the bundle is for several CVEs. */
function withFlaw(answer: FlawAnswer, flaw: Flaw | undefined, subject: Subject): FlawAnswer {
  if (answer.applies !== 'no' || flaw === undefined) return answer;
  const { holds, why } = ask(flaw.condition, subject);
  return holds === false ? answer : { applies: 'unknown', evidence: [why] };
}

function answerOf(conditions: readonly Condition[], subject: Subject): FlawAnswer {
  const asked = conditions.map((condition) => ask(condition, subject));
  const all = asked.length > 0 && asked.every(({ holds }) => holds === true);
  const applies = asked.some(({ holds }) => holds === false) ? 'no' : all ? 'yes' : 'unknown';
  return { applies, evidence: [...new Set(asked.map(({ why }) => why))] };
}

/** The states that are not the open one, one setting at a time. */
function closing(settings: readonly Setting[], open: States): readonly States[] {
  return Object.entries(open).flatMap(([id, state]) => {
    const setting = settings.find((one) => one.id === id);
    return (setting?.states ?? []).filter((one) => one.id !== state).map((one) => ({ [id]: one.id }));
  });
}

function factText(fact: string, { facts }: Subject): string {
  return `${fact} is ${(facts.get(fact) ?? []).join(', ')}`;
}
