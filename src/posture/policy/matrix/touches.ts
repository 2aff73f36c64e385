// Which rules have to do with a control: by the names of fields in their text, or by the level of the Pod Security Standards that they ask for.
import { memberOf, textOf, valueAt } from '../../../platform/json.ts';
import type { PolicyRule } from '../kyverno/policy-rule.ts';
import type { PolicySet } from '../kyverno/policy-set.ts';
import type { ControlId, FieldControl } from './control.ts';

/** A rule that has to do with a control, and its policy. */
export interface AboutRule {
  readonly policy: string;
  /** Of a policy for one namespace. */
  readonly namespace?: string;
  readonly rule: PolicyRule;
}

/** Rules by the control that they have to do with. */
export type RulesAbout = ReadonlyMap<ControlId, readonly AboutRule[]>;

/** The rules of a set that are asked when objects are created, by control. */
export function rulesAbout({ policies }: PolicySet, controls: readonly FieldControl[]): RulesAbout {
  const asked = policies.filter(({ admission }) => admission);
  return new Map(
    controls.map((control) => [
      control.id,
      asked.flatMap(({ id, namespace, rules }) =>
        rules
          .filter((rule) => touches(rule, control))
          .map((rule) => ({ policy: id, ...(namespace === undefined ? {} : { namespace }), rule })),
      ),
    ]),
  );
}

/** Whether a rule sets or asks for a control. A mutation whose text names no field for certain has to do with each. */
function touches({ value, kind }: PolicyRule, { fields, askedBy = [], id }: FieldControl): boolean {
  const body = memberOf(value, kind);
  const text = JSON.stringify(body ?? null);
  const level = textOf(body, 'podSecurity', 'level');
  if (valueAt(body, 'podSecurity') !== undefined) return askedBy.some((one) => one === (level ?? 'baseline'));
  if (fields.some((field) => text.includes(field))) return true;
  if (kind !== 'mutate') return false;
  return id.startsWith('pss-') ? /securityContext|hostNetwork|hostPID|hostIPC|volumes/.test(text) : hidesFields(text);
}

/** Keys that are made by expressions, and a security context that an expression gives, or that is set or taken away as a whole. */
function hidesFields(text: string): boolean {
  return (
    /"[^"]*\{\{[^"]*":/.test(text) ||
    /securityContext\)?":"\{\{/.test(text) ||
    /\/(?:spec|securityContext)(?=["'\s\\])/.test(text)
  );
}
