// Findings of exceptions: wider than they need to be, of nothing that is there, without owner, reason or end. A PolicyException has no members for those, so
// annotations say them (docs/guide/policy.md).

import { listOf } from '../../../platform/json.ts';
import type { Verdict } from '../../../platform/verdict.ts';
import { names, type PolicyException } from '../kyverno/exception/exception.ts';
import { filtersOf } from '../kyverno/match/match.ts';
import { hasWildcard } from '../kyverno/pattern/wildcard.ts';
import type { PolicySet } from '../kyverno/policy-set.ts';
import type { PreviewedAdmission } from './admissions.ts';

/** What an exception should say of itself, by annotation. */
const SAYS = ['owner', 'reason', 'expires'] as const;
const PREFIX = 'plimsoll.io/';

/** Findings of every exception of a set. */
export function exceptionFindings(
  set: PolicySet,
  admissions: readonly PreviewedAdmission[],
  asOf: string,
): readonly Verdict[] {
  const used = new Set(
    admissions.flatMap(({ admission }) => admission.results.flatMap(({ exceptions }) => exceptions)),
  );
  return set.exceptions.flatMap((exception) => ofException(exception, set, used, admissions.length > 0, asOf));
}

function ofException(
  exception: PolicyException,
  set: PolicySet,
  used: ReadonlySet<string>,
  hasRelease: boolean,
  asOf: string,
): readonly Verdict[] {
  const found: Verdict[] = [];
  const { id, object } = exception;
  const say = (check: string, reason: string, remediation: string, verdict: Verdict['verdict'] = 'warn') =>
    found.push({ check, subject: id, verdict, evidence: [object.position], reason, remediation });
  const rules = set.policies.flatMap((policy) => policy.rules.filter((rule) => names(exception, policy, rule)));
  const gone = namesWithoutRule(exception, set);
  if (rules.length === 0) {
    say('exception-orphaned', 'it names no rule of the set', 'Remove it, or mend the names.', 'fail');
  } else if (gone.length > 0) {
    say(
      'exception-stale',
      `it names rules that the set has not: ${gone.join(', ')}`,
      'Take these names out, or mend them.',
    );
  }
  if (rules.length > 0 && hasRelease && !used.has(id)) {
    say('exception-unused', 'no object of the release needs it', 'Remove it if no site needs it either.');
  }
  const missing = SAYS.filter((name) => (exception.annotations.get(PREFIX + name) ?? '') === '');
  if (missing.length > 0) {
    say(
      'exception-unowned',
      `it does not say its ${missing.join(', ')}`,
      `Annotate it: ${missing.map((name) => PREFIX + name).join(', ')}.`,
    );
  }
  const expires = exception.annotations.get(`${PREFIX}expires`) ?? '';
  if (expires !== '' && !/^\d{4}-\d{2}-\d{2}$/.test(expires)) {
    say('exception-expired', `its end "${expires}" is no date`, 'Write it as YYYY-MM-DD.', 'fail');
  } else if (expires !== '' && expires < asOf) {
    say('exception-expired', `it ended on ${expires}`, 'Renew it with a reason, or remove it.', 'fail');
  }
  const filters = filtersOf(exception.match)?.of ?? [];
  const patterns = filters.flatMap((filter) => listOf(filter, 'resources', 'names').map(String));
  const wild = patterns.filter(hasWildcard);
  const everywhere = filters.filter(
    (filter) => listOf(filter, 'resources', 'names').length === 0 && !isSelected(filter),
  );
  const judgesPods = rules.some(({ value }) => JSON.stringify(value).includes('"podSecurity"'));
  if (everywhere.length > 0) {
    say('exception-wide', 'it is for objects of any name', 'Name the objects that need it.');
  } else if (wild.length > 0) {
    say('exception-wide', `names with wildcards: ${wild.join(', ')}`, 'Name the objects that need it.');
  }
  if (judgesPods && exception.exclusions.length === 0) {
    say('exception-unscoped', 'it excepts from every control', 'Name the controls in podSecurity.');
  }
  return found;
}

/** `POLICY/RULE` that the exception names and that the set has not: it was written for another state of the policies. */
function namesWithoutRule(exception: PolicyException, { policies }: PolicySet): readonly string[] {
  return exception.of.flatMap(({ policy, rules }) =>
    rules
      .filter(
        (rule) =>
          !policies.some((one) =>
            one.rules.some((of) => names({ ...exception, of: [{ policy, rules: [rule] }] }, one, of)),
          ),
      )
      .map((rule) => `${policy}/${rule}`),
  );
}

function isSelected(filter: Parameters<typeof listOf>[0]): boolean {
  return JSON.stringify(filter ?? null).includes('"selector"');
}
