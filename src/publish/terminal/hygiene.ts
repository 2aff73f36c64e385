// The results of hygiene as text for a terminal: the counts, what changed, what each check says of which images, and who has to mend it.
import type { HygieneResult } from '../../posture/hygiene/hygiene.ts';
import { changeText, countsText, hygieneTitle, ownerTexts } from '../hygiene.ts';
import { outcomeLines } from './outcomes.ts';
import { glyphsOf, type Ink, indented, paint, shown, type TerminalOptions, wrap } from './terminal.ts';

/** Lines of at most the given columns (when these are 48 or more), each ended by a line feed. */
export function hygieneTable(result: HygieneResult, options: TerminalOptions): string {
  const width = Math.max(48, options.columns);
  const [owners, change] = [ownerTexts(result), changeText(result)];
  const ink: Ink =
    result.verdict.verdict === 'fail' ? 'critical' : result.verdict.verdict === 'pass' ? 'strong' : 'warning';
  const note = (text: string) => wrap(shown(text, options), width, '  ');
  const notes = [
    ...(owners.length === 0 ? [] : ['', ...note('Owners')]),
    ...owners.flatMap((owner) => indented('  ', shown(owner, options), width)),
  ];
  const lines = [
    ...note(`${glyphsOf(options).mark} ${hygieneTitle(result)}`).map((text) => paint(text, ink, options)),
    ...note(countsText(result.counts)),
    ...(change === undefined ? [] : note(change)),
    ...outcomeLines(result, notes, width, options),
  ];
  return lines.map((text) => `${text}\n`).join('');
}
