// A check that is asked once a cluster, answered from objects: manifests of a release before it is installed, objects of a cluster afterwards. What is not as
// asked only warns unless the benchmark scores the check.
import type { Check } from '../definition/definition.ts';
import type { JudgedObjects } from '../policies/finding.ts';
import { topicOf } from '../policies/topics.ts';
import type { ResultPart, VerdictWord } from '../result/result.ts';
import { NEEDS_PEOPLE } from './judge-node.ts';

/** What is said of such a check. */
export interface PoliciesJudgement {
  readonly verdict: VerdictWord;
  readonly reason: string;
  readonly judged: number;
  readonly parts: readonly ResultPart[];
  /** What is judged, one and many. */
  readonly noun: readonly [one: string, many: string];
  readonly remediation?: string;
}

/** Judges a check by our rules. */
export function judgePolicies(check: Check, input: JudgedObjects | undefined): PoliciesJudgement {
  const nothing = { judged: 0, parts: [], noun: ['object', 'objects'] as const };
  if (check.type === 'skip') return { ...nothing, verdict: 'not-applicable', reason: 'the benchmark skips it' };
  const topic = topicOf(check);
  if (topic === undefined) return { ...nothing, verdict: 'no-evidence', reason: NEEDS_PEOPLE };
  const { noun, remediation } = topic;
  if (input === undefined || input.objects.length === 0) {
    return {
      ...nothing,
      noun,
      remediation,
      verdict: 'no-evidence',
      reason: 'there are no objects in the evidence, and no manifests were given',
    };
  }
  const unread = (kinds: readonly string[]): readonly string[] => kinds.filter((kind) => input.unread.includes(kind));
  const missing = unread(topic.mending);
  if (missing.length > 0) return { ...nothing, noun, remediation, verdict: 'no-evidence', reason: unreadText(missing) };
  const { judged, findings, open } = topic.judge(input);
  const bad = check.scored ? 'fail' : 'warn';
  const parts = findings.map((one): ResultPart => ({ ...one, verdict: bad })).sort(bySubject);
  const partly = unread(topic.kinds);
  const untold = open ?? (partly.length > 0 ? unreadText(partly) : input.incomplete);
  if (parts.length > 0) {
    // A part of its own: waivers of all that was found say nothing of what could not be read.
    const rest = untold === undefined ? [] : [untoldPart(untold)];
    return { noun, remediation, judged, parts: [...parts, ...rest], verdict: bad, reason: '' };
  }
  if (untold !== undefined) return { noun, remediation, judged, parts, verdict: 'no-evidence', reason: untold };
  if (judged > 0)
    return {
      noun,
      remediation,
      judged,
      parts,
      verdict: 'pass',
      reason: `passes on ${judged} of ${judged} ${noun[judged === 1 ? 0 : 1]}`,
    };
  // A release need not bring what the check is about; a cluster always has it.
  const [, many] = noun;
  return input.from === 'manifests'
    ? { noun, remediation, judged, parts, verdict: 'not-applicable', reason: `the manifests have no ${many}` }
    : { noun, remediation, judged, parts, verdict: 'no-evidence', reason: `the evidence has no ${many}` };
}

function untoldPart(reason: string): ResultPart {
  return { subject: 'the others', verdict: 'no-evidence', reason, evidence: [], settings: [] };
}

function unreadText(kinds: readonly string[]): string {
  return `${kinds.join(', ')} could not be read`;
}

function bySubject(a: ResultPart, b: ResultPart): number {
  return a.subject < b.subject ? -1 : a.subject > b.subject ? 1 : a.reason < b.reason ? -1 : 1;
}
