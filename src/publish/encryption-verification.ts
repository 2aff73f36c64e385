// What the proof over a cluster says, in words and figures that all forms share.
import type { Holding, PlainCounts } from '../operate/encryption/verify/holding.ts';
import type { Remainder } from '../operate/encryption/verify/remains.ts';
import type { Action, VerifyResult } from '../operate/encryption/verify/result.ts';
import { count, plural } from './words.ts';

/** Places of values, in the order in which they are cleared. */
export const PLACES: readonly (keyof PlainCounts)[] = ['current', 'old', 'deleted', 'free', 'wal'];

/** Headings of the places. */
export const PLACE_WORDS: Readonly<Record<keyof PlainCounts, string>> = {
  current: 'current',
  old: 'earlier',
  deleted: 'of deleted',
  free: 'in free pages',
  wal: 'in the log',
};

const REMAINS: Readonly<Record<Remainder['area'], string>> = {
  current: 'current',
  old: 'of earlier revisions',
  deleted: 'of deleted objects',
  free: 'in free pages',
  orphans: 'in free pages of which nobody can tell what they held',
  wal: 'in the log',
  backup: 'in a copy',
};

const OUTCOMES: Readonly<Record<Action['outcome'], string>> = {
  done: 'done',
  possible: 'nothing was done',
  'not-needed': 'not needed',
  waiting: 'waiting',
  refused: 'refused, nothing was done',
};

/** Values of one writer over all members; `free` is counted of plain text only. */
export interface WriterFigures {
  readonly writer: string;
  readonly counts: Readonly<Partial<PlainCounts>>;
}

/** `proof: no secrets in plain text in 3 members and 2 backups`. */
export function verificationTitle({ verdict, resources, members, backups, results }: VerifyResult): string {
  const what = resources.join(', ');
  const over = `${plural(members.length, 'member')} and ${plural(backups.length, 'backup')}`;
  const failing = results.filter((row) => row.verdict === 'fail').length;
  const unseen = results.filter((row) => row.verdict === 'no-evidence').length;
  if (verdict === 'plaintext-found') {
    return `plaintext-found: ${what} in plain text in ${plural(failing, 'place')} of ${over}`;
  }
  return verdict === 'proof'
    ? `proof: no ${what} in plain text in ${over}`
    : `not-proven: no ${what} in plain text found in ${over}, and ${plural(unseen, 'part')} could not be judged`;
}

/** `3 earlier, 12 in the log`; `nothing`; `not examined`. */
export function holdingText(holding: Holding | undefined): string {
  if (holding === undefined) return 'not examined';
  const parts = PLACES.flatMap((place) => {
    const values = holding.plaintext[place];
    return values === 0 ? [] : [`${count(values)} ${PLACE_WORDS[place]}`];
  });
  const found = parts.length === 0 ? 'nothing' : parts.join(', ');
  return holding.problems.length === 0 ? found : `${found}; not all could be judged`;
}

/** `ncn-m002: in the log: 14 values, until the member is rebuilt`. */
export function remainderText({ holder, area, values, remedy }: Remainder): string {
  const until: Readonly<Record<Remainder['remedy'], string>> = {
    rewrite: 'until they are rewritten',
    compact: 'until history is compacted',
    defragment: 'until it is defragmented',
    rebuild: 'until the member is rebuilt',
    replace: 'until it is replaced and destroyed',
  };
  return `${holder}: ${REMAINS[area]}: ${plural(values, area === 'orphans' ? 'page' : 'value')}, ${until[remedy]}`;
}

/** `defragment ncn-m002: done: …`. */
export function actionText({ kind, member, outcome, reason }: Action): string {
  return `${kind}${member === undefined ? '' : ` ${member}`}: ${OUTCOMES[outcome]}: ${reason}`;
}

/** Figures by writer over all members, databases and logs, in order of writer. */
export function writerFigures({ members }: VerifyResult): readonly WriterFigures[] {
  const holdings = members.flatMap(({ database, log }) => [database, log]).filter((one) => one !== undefined);
  const writers = [...new Set(holdings.flatMap((one) => one.writers.map(({ writer }) => writer)))].sort();
  const free = holdings.reduce((sum, { plaintext }) => sum + plaintext.free, 0);
  if (free > 0 && !writers.includes('identity')) writers.push('identity');
  return writers.map((writer) => {
    const own = holdings.flatMap((one) => one.writers.filter((values) => values.writer === writer));
    const sum = (place: 'current' | 'old' | 'deleted' | 'wal'): number =>
      own.reduce((total, values) => total + values[place], 0);
    const counts = { current: sum('current'), old: sum('old'), deleted: sum('deleted'), wal: sum('wal') };
    return { writer, counts: writer === 'identity' ? { ...counts, free } : counts };
  });
}
