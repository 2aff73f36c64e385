// How long a vulnerability has been known in an image: from the stored assessments of a release, the first that has it. Survives rebuilds and aliases.
import type { Assessment } from '../../scan/assess/assessment.ts';
import { placeOf } from '../../scan/release/slots.ts';

/** What the history of a release says of one vulnerability in one slot. */
export interface Age {
  /** ISO date of the first assessment that has it; absent when none has. */
  readonly firstSeen?: string;
  /** ISO date of the last assessment before that, in which its absence was judged: it is not older than this. Absent when there is none. */
  readonly absentOn?: string;
}

/** Looks up the age of a vulnerability, under any of its ids. */
export type AgeOf = (slot: string, ids: readonly string[]) => Age;

interface Past {
  readonly asOf: string;
  /** `place id` of everything found. */
  readonly found: ReadonlySet<string>;
  /** Slots whose image was in the release and could not be judged in full. */
  readonly unjudged: ReadonlySet<string>;
}

/** The ages over assessments of one release, those of later dates left out. The order of the assessments does not matter. */
export function agesOf(assessments: readonly Assessment[], asOf: string): AgeOf {
  const history = assessments
    .filter((assessment) => assessment.asOf <= asOf)
    .map(pastOf)
    .sort((a, b) => (a.asOf < b.asOf ? -1 : a.asOf > b.asOf ? 1 : 0));
  return (slot, ids) => {
    const place = placeOf(slot);
    const keys = ids.map((id) => `${place}\0${id}`);
    const first = history.find(({ found }) => keys.some((key) => found.has(key)));
    const before = history.filter(({ asOf: date, unjudged }) => date < (first?.asOf ?? '9999') && !unjudged.has(place));
    const absentOn = before.at(-1)?.asOf;
    return {
      ...(first === undefined ? {} : { firstSeen: first.asOf }),
      ...(absentOn === undefined ? {} : { absentOn }),
    };
  };
}

function pastOf({ asOf, findings, images, advisorySet }: Assessment): Past {
  const found = new Set<string>();
  for (const { slot, vulnerability, aliases } of findings) {
    for (const id of [vulnerability, ...aliases]) found.add(`${placeOf(slot)}\0${id}`);
  }
  // Gaps of any kind may have hidden it; of a starter set nothing is known to be absent.
  const unjudged = images.filter(({ digest, gaps }) => advisorySet.starter || digest === undefined || gaps.length > 0);
  return { asOf, found, unjudged: new Set(unjudged.map(({ slot }) => placeOf(slot))) };
}
