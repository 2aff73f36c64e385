// Criteria on instances: known exploited ones, old ones with a fix, ones that nobody decided about, and their number.
// A `not_affected` statement takes an instance out; an exception only answers for it where a criterion says so. What decided is listed in the default order.
import type { GateCriteria } from '../../platform/settings.ts';
import type { Verdict } from '../../platform/verdict.ts';
import type { Assessment } from '../../scan/assess/assessment.ts';
import { daysBetween } from '../../statements/day.ts';
import type { Instance } from '../priority/instance.ts';
import { urgencyReason } from '../priority/urgency.ts';
import type { AgeOf } from './ages.ts';
import { type GateLookups, verdictOf } from './gate-verdict.ts';

/** No known exploited vulnerability; with `excepted`, none without an exception. Without the catalogue nobody can tell which are. */
export function exploitedVerdict(
  cells: readonly Instance[],
  rule: 'none' | 'excepted',
  { advisorySet }: Pick<Assessment, 'advisorySet'>,
): Verdict {
  const subject = rule === 'none' ? 'known exploited: none' : 'known exploited: none without an exception';
  const failing = concerning(cells).filter(
    ({ rows }) => rows.some(({ kev }) => kev) && !(rule === 'excepted' && rows.every(isExcepted)),
  );
  if (failing.length > 0) {
    return verdictOf(
      'known-exploited',
      subject,
      'fail',
      failing.map(describe),
      `${instances(failing.length)} known to be exploited`,
    );
  }
  if (!advisorySet.feeds.some(({ id, records }) => id === 'kev' && records > 0)) {
    return verdictOf(
      'known-exploited',
      subject,
      'no-evidence',
      [],
      'the advisory set has no catalogue of known exploited vulnerabilities (feed kev)',
    );
  }
  return verdictOf('known-exploited', subject, 'pass', [], 'none');
}

/** No fixable instance of the severity that was first seen more than so many days ago. */
export function ageVerdict(
  cells: readonly Instance[],
  severity: string,
  days: number,
  asOf: string,
  ageOf: AgeOf,
): Verdict {
  const check = `fixable-${severity}-age`;
  const subject = `no fixable ${severity} older than ${days} days`;
  const old: string[] = [];
  const unknown: string[] = [];
  for (const cell of concerning(cells)) {
    if (cell.severity !== severity || !cell.fixable) continue;
    const { firstSeen = asOf, absentOn } = ageOf(cell.slot, [cell.vulnerability, ...cell.aliases]);
    if (daysBetween(firstSeen, asOf) > days) old.push(`${describe(cell)}, first seen ${firstSeen}`);
    else if (absentOn === undefined || daysBetween(absentOn, asOf) > days) {
      unknown.push(
        `${describe(cell)}, seen since ${firstSeen}, ${absentOn === undefined ? 'not judged before' : `not judged between ${absentOn} and then`}`,
      );
    }
  }
  if (old.length > 0) return verdictOf(check, subject, 'fail', old, `${instances(old.length)} too old`);
  if (unknown.length > 0) {
    return verdictOf(
      check,
      subject,
      'no-evidence',
      unknown,
      `the stored assessments do not tell the age of ${instances(unknown.length)}`,
    );
  }
  return verdictOf(check, subject, 'pass', [], 'none is older');
}

/** Every instance of the severities has a statement in all its packages, or a ticket. */
export function triageVerdict(
  cells: readonly Instance[],
  severities: NonNullable<GateCriteria['triaged']>,
  { hasTicket }: GateLookups,
): Verdict {
  const failing = cells.filter(
    (cell) =>
      severities.some((severity) => severity === cell.severity) &&
      !cell.rows.every(({ statement }) => statement !== undefined) &&
      hasTicket?.(cell.slot, [cell.vulnerability, ...cell.aliases]) !== true,
  );
  const subject = `all ${severities.join(' and ')} triaged`;
  if (failing.length === 0) return verdictOf('triaged', subject, 'pass', [], 'every one has a statement or a ticket');
  const asked =
    hasTicket === undefined ? 'no statement (tickets were not looked at)' : 'neither a statement nor a ticket';
  return verdictOf('triaged', subject, 'fail', failing.map(describe), `${instances(failing.length)} with ${asked}`);
}

/** Largest numbers of instances, a verdict each. */
export function mostVerdicts(cells: readonly Instance[], most: NonNullable<GateCriteria['most']>): readonly Verdict[] {
  return Object.entries(most).map(([what, limit]) => {
    const counted = concerning(cells).filter(
      (cell) => what === 'total' || (what === 'fixable' ? cell.fixable : cell.severity === what),
    );
    const subject = `at most ${limit} ${what === 'total' ? 'in total' : what}`;
    const over = counted.length > limit;
    return verdictOf(
      `most-${what}`,
      subject,
      over ? 'fail' : 'pass',
      over ? counted.map(describe) : [],
      `${counted.length} of at most ${limit}`,
    );
  });
}

/** Without instances that a `not_affected` statement covers. */
function concerning(cells: readonly Instance[]): readonly Instance[] {
  return cells.filter(({ notAffected }) => !notAffected);
}

/** Affected, and shipped nevertheless for a stated reason; or not affected. */
function isExcepted({ statement = '' }: Instance['rows'][number]): boolean {
  return statement.startsWith('affected:') || statement.split(':', 1)[0] === 'not_affected';
}

function describe(instance: Instance): string {
  const { slot, vulnerability, severity } = instance;
  return `${slot} ${vulnerability} ${severity}: ${urgencyReason(instance)}`;
}

function instances(count: number): string {
  return count === 1 ? '1 instance' : `${count} instances`;
}
