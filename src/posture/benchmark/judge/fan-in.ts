// Many nodes or objects to one result of a check: the worst verdict, and on how many of them it is so.

import { compareText } from '../../../platform/order.ts';
import { VERDICTS } from '../../check-outcome.ts';
import type { ResultPart, VerdictWord } from '../result/result.ts';

/** Pieces of evidence that a result of several parts repeats. */
const TOLD = 10;

const SAID: Readonly<Record<VerdictWord, string>> = {
  fail: 'fails on',
  warn: 'warns on',
  'no-evidence': 'no evidence on',
  unsupported: 'not supported on',
  attested: 'attested on',
  pass: 'passes on',
  'not-applicable': 'not applicable on',
};

/** What the parts say together. */
export interface FannedIn {
  readonly verdict: VerdictWord;
  readonly reason: string;
  readonly evidence: readonly string[];
  /** When every part that is not as asked has one. */
  readonly waiver?: string;
  /** The worst first, then by subject. */
  readonly parts: readonly ResultPart[];
}

/**
 * Joins parts, of which there is at least one. A part that a waiver covers counts behind those that none does.
 * @param judged of how many; parts that are as asked may be left out
 */
export function fanIn(parts: readonly ResultPart[], judged: number, [one, many]: readonly [string, string]): FannedIn {
  const sorted = parts.toSorted((a, b) => rank(a) - rank(b) || compareText(a.subject, b.subject));
  const open = sorted.filter(({ waiver }) => waiver === undefined);
  // Not applicable says least: where anything was judged, it stands behind that.
  const [worst] =
    open.length > 0 && open[0]?.verdict !== 'pass' && open[0]?.verdict !== 'not-applicable' ? open : sorted;
  const verdict = worst?.verdict ?? 'no-evidence';
  const same = sorted.filter(
    (part) => part.verdict === verdict && (part.waiver === undefined) === (worst?.waiver === undefined),
  );
  const reasons = [...new Set(same.map(({ reason }) => reason))];
  const waived =
    worst?.waiver === undefined ? sorted.filter((part) => part.verdict === verdict).length - same.length : 0;
  const more = waived === 0 ? '' : `, ${waived} more waived`;
  const count = `${SAID[verdict]} ${same.length} of ${judged} ${judged === 1 ? one : many}${more}`;
  const waivers = [...new Set(same.flatMap(({ waiver }) => waiver ?? []))];
  return {
    verdict,
    reason: reasons.length === 1 ? `${count}: ${reasons[0]}` : count,
    evidence: evidenceOf(same),
    ...(worst?.waiver === undefined ? {} : { waiver: waivers.join('; ') }),
    parts: sorted,
  };
}

function rank({ verdict, waiver }: ResultPart): number {
  return VERDICTS.indexOf(verdict) + (waiver === undefined ? 0 : 0.5);
}

/** The same evidence of several parts is told once, with their names. */
function evidenceOf(parts: readonly ResultPart[]): readonly string[] {
  const groups = Map.groupBy(parts, ({ evidence }) => evidence.join('; '));
  const lines = [...groups].flatMap(([text, group]) => (text === '' ? [] : [`${namesText(group)}: ${text}`]));
  const more = lines.length - TOLD;
  return [...lines.slice(0, TOLD), ...(more > 0 ? [`and ${more} more`] : [])];
}

function namesText(parts: readonly ResultPart[]): string {
  const names = parts.slice(0, 3).map(({ subject }) => subject);
  return `${names.join(', ')}${parts.length > 3 ? ` and ${parts.length - 3} more` : ''}`;
}
