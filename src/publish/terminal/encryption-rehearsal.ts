// A rehearsal as text for a terminal: the answer, then a row a moment with what each server could not read.
import type { Goal } from '../../operate/encryption/plan/step.ts';
import { idText } from '../../operate/encryption/plan/transformer-id.ts';
import type { Rehearsal, RehearsedMoment } from '../../operate/encryption/rehearse/rehearse.ts';
import { count, plural } from '../words.ts';
import { whatText } from './encryption-plan.ts';
import { glyphsOf, type Ink, indented, paint, shown, type TerminalOptions, wrap } from './terminal.ts';

/** A rehearsal and the file that it was on. */
export interface NamedRehearsal extends Rehearsal {
  readonly path: string;
}

const ANSWERS: Readonly<Record<Rehearsal['verdict'], readonly [word: string, ink: Ink]>> = {
  proved: ['proved', 'strong'],
  refuted: ['REFUTED', 'critical'],
  'not-proved': ['not proved', 'warning'],
};

/** Lines of at most the given columns (when these are 48 or more), each ended by a line feed. */
export function encryptionRehearsalText(
  rehearsals: readonly NamedRehearsal[],
  goal: Goal,
  options: TerminalOptions,
): string {
  const width = Math.max(48, options.columns);
  const lines = rehearsals.flatMap(({ path, verdict, reason, moments }, index) => {
    const [word, ink] = ANSWERS[verdict];
    const head = `${glyphsOf(options).mark} ${path}: ${goal.kind} with ${idText(goal.target)}: ${word}: ${reason}`;
    return [
      ...(index === 0 ? [] : ['']),
      ...wrap(shown(head, options), width, '  ').map((line) => paint(line, ink, options)),
      ...moments.flatMap((moment, number) =>
        indented(`${number}. `.padStart(5), shown(momentText(moment, goal), options), width),
      ),
    ];
  });
  return lines.map((line) => `${line}\n`).join('');
}

function momentText({ step, servers }: RehearsedMoment, goal: Goal): string {
  const what = step === undefined ? 'as it is' : whatText(step, goal);
  const failing = servers.filter(({ stored, written }) => stored + written > 0);
  if (failing.length === 0) return `${what}: everything can be read`;
  const words = failing.map(({ name, stored, written }) => {
    const unread = stored === 0 ? [] : [plural(stored, 'value')];
    const unwritten = written === 0 ? [] : [`what is written for ${count(written)} of them`];
    return `${name} cannot read ${[...unread, ...unwritten].join(', nor ')}`;
  });
  return `${what}: ${words.join('; ')}`;
}
