// What checks of runtimes share: a runtime that is not there is not applicable, a configuration that is not in the evidence is no evidence, and a path
// that a privileged program trusts must be root's alone.
import { aboutNode, aboutThing, type NodeJudgement, type NodeUnderCheck } from '../check.ts';
import { guardOf } from './guarded.ts';
import { configurations, type Runtime, tracesOf } from './runtime.ts';

/** A configuration of a runtime. */
export interface Configuration {
  readonly path: string;
  readonly text: string;
}

/** What shows that a runtime is there; a judgement where nothing does. */
export function shownBy(
  node: NodeUnderCheck,
  runtime: Runtime,
): { readonly traces: readonly string[] } | NodeJudgement {
  const found = tracesOf(node.facts, runtime);
  if (found.state === 'there') return { traces: found.value };
  if (found.state === 'unknown') return aboutNode(node, 'no-evidence', found.reason);
  return aboutNode(node, 'not-applicable', `${runtime} is not to be seen`);
}

/** Judges each main configuration of a runtime. */
export function eachConfiguration(
  node: NodeUnderCheck,
  runtime: Runtime,
  judge: (configuration: Configuration) => readonly NodeJudgement[],
): readonly NodeJudgement[] {
  const shown = shownBy(node, runtime);
  if ('verdict' in shown) return [shown];
  const found = configurations(node.facts, runtime);
  if (found.length === 0)
    return [aboutNode(node, 'no-evidence', 'its configuration is not in the evidence', shown.traces)];
  return found.flatMap(judge);
}

/** Judges a path that a privileged program trusts. `what` says what it is: `runcPath`. */
export function judgePath(node: NodeUnderCheck, path: string, what: string): NodeJudgement {
  const { problems, unknown } = guardOf(node.facts, path);
  if (problems.length > 0)
    return aboutThing(node, path, 'fail', `${what}: ${problems.join('; ')}`, [`${what} ${path}`]);
  if (unknown.length > 0)
    return aboutThing(node, path, 'no-evidence', `${what}: ${unknown.join('; ')}`, [`${what} ${path}`]);
  const said = node.facts.file(path).state === 'absent' ? 'is not there, and only root can make it' : "is root's alone";
  return aboutThing(node, path, 'pass', `${what} ${said}, with all folders above it`, [`${what} ${path}`]);
}

/** A judgement of a configuration by one of its options. */
export function aboutOption(
  node: NodeUnderCheck,
  { path }: Configuration,
  option: string,
  verdict: NodeJudgement['verdict'],
  reason: string,
): NodeJudgement {
  return aboutThing(node, path, verdict, reason, [`${path}: ${option}`]);
}
