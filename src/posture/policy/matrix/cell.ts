// One cell of the matrix: by what a workload has a control, or why it has not.
import type { Verdict } from '../../../platform/verdict.ts';
import type { KubernetesObject } from '../../../scan/release/manifests/object.ts';
import type { RuleResult, RuleWorld } from '../kyverno/engine.ts';
import { UnsupportedError } from '../kyverno/failure.ts';
import { takesIn } from '../kyverno/match/match.ts';
import type { PolicyRule } from '../kyverno/policy-rule.ts';
import type { PreviewedAdmission } from '../preview/admissions.ts';
import { type CheckedPod, checkedPod, type Violation } from '../pss/check.ts';
import { type Control, type ControlId, type FieldControl, type ObjectControl, settingText } from './control.ts';
import type { AboutRule, RulesAbout } from './touches.ts';

/**
 * By what a control is set. `overridden`: something sets it, and something nearer undoes it. `exempt`: a policy is about it and leaves this workload
 * out. `unknown`: it could not be told.
 */
export type SetBy = 'chart' | 'policy' | 'overridden' | 'exempt' | 'none' | 'unknown';

/** One cell: the verdict on a control of a workload. */
export interface ControlCell extends Verdict {
  readonly check: ControlId;
  readonly setBy: SetBy;
  /** Where it is missing: what having it would stop, break as far as the manifests show, and cost. */
  readonly next?: NextStep;
}

/** What the control would bring that is not there. */
export interface NextStep {
  readonly stops: string;
  readonly breaks: readonly string[];
  readonly costs: string;
}

/** What is known of a workload. */
export interface MatrixWorkload {
  readonly subject: string;
  /** The request for its Pod, which is what the controls are looked for in. */
  readonly pod: PreviewedAdmission;
  /** That and the ones before it: for the controller, and for the Job of a CronJob. */
  readonly requests: readonly PreviewedAdmission[];
  readonly rules: RulesAbout;
  readonly world: RuleWorld;
}

const VERDICTS: Readonly<Record<SetBy, Verdict['verdict']>> = {
  chart: 'pass',
  policy: 'pass',
  overridden: 'fail',
  exempt: 'warn',
  none: 'fail',
  unknown: 'no-evidence',
};

/** The cell of a control that fields set. */
export function fieldCell(workload: MatrixWorkload, control: FieldControl): ControlCell {
  const { shipped, admission } = workload.pod;
  const [before, after] = [checkedPod(shipped.value), checkedPod(admission.object.value)];
  if (before === undefined || after === undefined) {
    return cell(workload, control, 'unknown', ['it has no containers that could be judged']);
  }
  if (after.windows) return { ...cell(workload, control, 'none', ['it runs on Windows']), verdict: 'not-applicable' };
  const open = unevaluated(workload, control);
  if (open.length > 0) return cell(workload, control, 'unknown', open);
  const missing = control.missing(after);
  if (missing.length === 0) {
    const isShipped = control.missing(before).length === 0;
    return isShipped
      ? cell(workload, control, 'chart', [])
      : cell(workload, control, 'policy', changers(workload, control));
  }
  const next: NextStep = {
    stops: control.stops,
    breaks: control.breaks(after),
    costs: costOf(missing, after, control),
  };
  const settings = [...new Set(missing.map(settingText))].sort();
  const say = (setBy: SetBy, evidence: readonly string[]) => ({ ...cell(workload, control, setBy, evidence), next });
  if (control.missing(before).length === 0) return say('overridden', [...changers(workload, control), ...settings]);
  const undone = control.undone(after);
  if (undone.length > 0) return say('overridden', undone);
  const exempt = exemptions(workload, control);
  return exempt.length > 0 ? say('exempt', [...exempt, ...settings]) : say('none', settings);
}

/** The cell of a control that other objects set. */
export function objectCell(workload: MatrixWorkload, control: ObjectControl): ControlCell {
  const pod = workload.pod.admission.object;
  const setBy = control.setBy(pod);
  const undone = control.undone(pod);
  if (setBy.length > 0 && undone === undefined) return cell(workload, control, 'chart', setBy);
  const next: NextStep = { stops: control.stops, breaks: control.breaks(pod), costs: control.costs };
  const evidence = [...setBy, ...(undone === undefined ? [] : [undone])];
  return { ...cell(workload, control, setBy.length > 0 ? 'overridden' : 'none', evidence), next };
}

function cell(
  { subject, pod }: MatrixWorkload,
  { id, title }: Control,
  setBy: SetBy,
  evidence: readonly string[],
): ControlCell {
  const verdict = VERDICTS[setBy];
  return {
    check: id,
    subject,
    verdict,
    setBy,
    evidence: [pod.source.position, ...evidence],
    reason: reasonOf(title, setBy),
  };
}

function reasonOf(title: string, setBy: SetBy): string {
  const words: Readonly<Record<SetBy, string>> = {
    chart: 'set by the release',
    policy: 'set by a policy',
    overridden: 'set, and undone',
    exempt: 'a policy leaves it out',
    none: 'not set',
    unknown: 'could not be told',
  };
  return `${title}: ${words[setBy]}`;
}

/** Rules about the control that were asked and could not be evaluated. */
function unevaluated(workload: MatrixWorkload, control: FieldControl): readonly string[] {
  return resultsOn(workload, control)
    .filter(
      ({ rule, result }) => rule.kind === 'mutate' && (result.status === 'unsupported' || result.status === 'error'),
    )
    .map(({ result }) => `${result.policy}/${result.rule}: ${result.message}`);
}

/** Rules about the control that changed the Pod or its controller. */
function changers(workload: MatrixWorkload, control: FieldControl): readonly string[] {
  return resultsOn(workload, control)
    .filter(({ rule, result }) => rule.kind === 'mutate' && result.status === 'pass')
    .map(({ result }) => `${result.policy}/${result.rule}`)
    .sort();
}

/** Rules about the control that exceptions or their own exclusions keep from the Pod. */
function exemptions(workload: MatrixWorkload, control: FieldControl): readonly string[] {
  const excepted = resultsOn(workload, control).flatMap(({ result }) =>
    result.exceptions.map((exception) => `PolicyException ${exception} from ${result.policy}/${result.rule}`),
  );
  const excluded = rulesOn(workload, control)
    .filter(({ rule }) => workload.requests.some(({ before }) => excludes(rule, before, workload.world)))
    .map(({ policy, rule }) => `excluded by ${policy}/${rule.name}`);
  const { leftOut } = workload.pod;
  const unasked =
    leftOut === undefined || rulesOn(workload, control).length === 0 ? [] : [`Kyverno is not asked of it: ${leftOut}`];
  return [...new Set([...unasked, ...excepted, ...excluded])];
}

function excludes({ value }: PolicyRule, object: KubernetesObject, world: RuleWorld): boolean {
  try {
    return takesIn(value['match'], object, world) && takesIn(value['exclude'], object, world);
  } catch (error) {
    if (error instanceof UnsupportedError) return false;
    throw error;
  }
}

function rulesOn({ rules, pod }: MatrixWorkload, control: FieldControl): readonly AboutRule[] {
  const { namespace } = pod.before;
  return (rules.get(control.id) ?? []).filter((one) => one.namespace === undefined || one.namespace === namespace);
}

function resultsOn(
  workload: MatrixWorkload,
  control: FieldControl,
): readonly { readonly rule: PolicyRule; readonly result: RuleResult }[] {
  const about = new Map(rulesOn(workload, control).map(({ policy, rule }) => [`${policy}/${rule.name}`, rule]));
  const results = workload.requests.flatMap(({ admission }) => admission.results);
  return results.flatMap((result) => {
    const rule = about.get(`${result.policy}/${result.rule}`);
    return rule === undefined ? [] : [{ rule, result }];
  });
}

function costOf(missing: readonly Violation[], { containers }: CheckedPod, { costs }: Control): string {
  const lacking = new Set(missing.flatMap(({ container }) => (container === undefined ? [] : [container.name]))).size;
  return `settings of ${lacking === 0 ? 'the Pod' : `${lacking} of ${containers.length} containers`}; ${costs}`;
}
