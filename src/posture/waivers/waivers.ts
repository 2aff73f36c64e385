// Which waiver covers a result: a failed check that somebody answers for, with a reason and a last day. None works in silence: the result stays what it
// is and names the waiver, and a waiver that expired, or that nothing needs any more, is told. Pure.
import type { Waiver } from '../../platform/settings.ts';
import type { Verdict } from '../../platform/verdict.ts';
import { fitsImage } from '../../statements/image-pattern.ts';
import { fits } from '../../statements/pattern.ts';

/** A waiver, and what came of it. */
export interface WaiverUse extends Waiver {
  /** `unused`: it holds, and nothing that failed fits it. An expired one covers nothing. */
  readonly state: 'active' | 'expired' | 'unused';
  /** Failed results that fit it: covered while it holds, open again once it has expired. */
  readonly results: number;
}

/** Results with their waivers. */
export interface Waived<T extends Verdict> {
  readonly results: readonly T[];
  /** In the order of the settings. */
  readonly waivers: readonly WaiverUse[];
}

/** Gives each failed result the waiver that covers it on the day; of several the one that holds longest, then the first. */
export function waive<T extends Verdict>(results: readonly T[], waivers: readonly Waiver[], day: string): Waived<T> {
  const counts = new Map<Waiver, number>();
  const holding = waivers
    .filter(({ expires }) => day <= expires)
    .sort((a, b) => (a.expires < b.expires ? 1 : a.expires > b.expires ? -1 : 0));
  const expired = waivers.filter(({ expires }) => day > expires);
  const waived = results.map((result): T => {
    if (result.verdict !== 'fail' && result.verdict !== 'warn') return result;
    for (const waiver of [...holding, ...expired]) {
      if (covers(waiver, result)) counts.set(waiver, (counts.get(waiver) ?? 0) + 1);
    }
    const waiver = holding.find((one) => covers(one, result));
    return waiver === undefined ? result : { ...result, waiver: waiverText(waiver) };
  });
  return {
    results: waived,
    waivers: waivers.map((waiver) => {
      const count = counts.get(waiver) ?? 0;
      const state = day > waiver.expires ? 'expired' : count === 0 ? 'unused' : 'active';
      return { ...waiver, state, results: count };
    }),
  };
}

/** `OWNER until DAY: REASON`. */
function waiverText({ owner, expires, reason }: Waiver): string {
  return `${owner} until ${expires}: ${reason}`;
}

function covers({ check, subjects }: Waiver, result: Verdict): boolean {
  if (check !== result.check) return false;
  return (
    subjects === undefined ||
    subjects.some((pattern) => fits(pattern, result.subject) || fitsImage(pattern, { logical: result.subject }))
  );
}
