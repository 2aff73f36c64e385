// `mitigation conflicts` as text for a terminal: what of each node breaks or stays open with what is planned, and every way to set the node.
import type { NodeConflicts } from '../../operate/conflicts/conflicts.ts';
import { choiceMarks, choiceText } from '../conflicts.ts';
import { type Ink, indented, paint, shown, type TerminalOptions, wrap } from './terminal.ts';

const INKS: Readonly<Record<string, Ink>> = { fail: 'high', warn: 'warning', 'no-evidence': 'warning' };

/** Lines of at most the given columns (when these are 48 or more), each ended by a line feed. */
export function conflictsTable(nodes: readonly NodeConflicts[], options: TerminalOptions): string {
  const width = Math.max(48, options.columns);
  const item = (text: string) => indented('  ', shown(text, options), width);
  const lines = nodes.flatMap(({ node, results, choices }, at) => [
    ...(at === 0 ? [] : ['']),
    ...wrap(shown(node.name, options), width, '  ').map((text) => paint(text, 'strong', options)),
    ...results.flatMap(({ verdict, reason, remediation }) =>
      item(`${verdict}: ${reason}${remediation === undefined ? '' : `; ${remediation}`}`).map((text) =>
        paint(text, INKS[verdict] ?? 'plain', options),
      ),
    ),
    ...(choices.length === 0
      ? item('Nothing of it depends on a setting of the table')
      : item('Choices, the best first:')),
    ...choices.flatMap((choice) => {
      const marks = choiceMarks(choice);
      return indented(
        '    ',
        shown(`${choiceText(choice)}${marks.length === 0 ? '' : ` [${marks.join(', ')}]`}`, options),
        width,
      );
    }),
    ...(choices.length > 0 && choices.every(({ consistent }) => !consistent)
      ? item('No choice is consistent: install the fix, or take what breaks off the node').map((text) =>
          paint(text, 'high', options),
        )
      : []),
  ]);
  return lines.map((text) => `${text}\n`).join('');
}
