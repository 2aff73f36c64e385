// The results of tenancy check as text for a terminal: who is judged, the counts, and what each check says of whom.
import type { TenancyResult } from '../../posture/tenancy/tenancy.ts';
import { countsText } from '../hygiene.ts';
import { tenancyTitle, whoTexts } from '../tenancy.ts';
import { outcomeLines } from './outcomes.ts';
import { glyphsOf, type Ink, indented, paint, shown, type TerminalOptions, wrap } from './terminal.ts';

/** Lines of at most the given columns (when these are 48 or more), each ended by a line feed. */
export function tenancyTable(result: TenancyResult, options: TerminalOptions): string {
  const width = Math.max(48, options.columns);
  const { verdict, counts } = result;
  const ink: Ink = verdict.verdict === 'fail' ? 'critical' : verdict.verdict === 'pass' ? 'strong' : 'warning';
  const note = (text: string) => wrap(shown(text, options), width, '  ');
  const lines = [
    ...note(`${glyphsOf(options).mark} ${tenancyTitle(result)}`).map((text) => paint(text, ink, options)),
    ...whoTexts(result).flatMap((text) => indented('  ', shown(text, options), width)),
    ...note(countsText(counts)),
    ...outcomeLines(result, [], width, options),
  ];
  return lines.map((text) => `${text}\n`).join('');
}
