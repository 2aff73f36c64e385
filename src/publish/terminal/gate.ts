// The answer of the gate as text for a terminal: above or below the line, then every criterion with what decided it.
import type { Verdict } from '../../platform/verdict.ts';
import type { GateResult } from '../../respond/gate/gate.ts';
import { glyphsOf, type Ink, indented, paint, shown, type TerminalOptions, wrap } from './terminal.ts';

/** Evidence of one criterion that is shown. */
const SHOWN = 5;

/** Words and colours of verdicts. */
const MARKS: Readonly<Record<Verdict['verdict'], readonly [word: string, ink: Ink]>> = {
  pass: ['met', 'plain'],
  fail: ['NOT MET', 'critical'],
  warn: ['warning', 'warning'],
  'no-evidence': ['no evidence', 'warning'],
  'not-applicable': ['does not apply', 'faint'],
  unsupported: ['not supported', 'warning'],
  attested: ['attested', 'plain'],
};

/** Lines of at most the given columns (when these are 48 or more), each ended by a line feed. */
export function gateTable(
  { verdict, results, assessment }: GateResult,
  line: string | undefined,
  options: TerminalOptions,
): string {
  const width = Math.max(48, options.columns);
  const of = line === undefined ? '' : `, line ${line}`;
  const title = `${glyphsOf(options).mark} ${verdict.subject} (${assessment.asOf}${of}): ${verdict.reason}`;
  const ink = verdict.verdict === 'pass' ? 'strong' : MARKS[verdict.verdict][1];
  const lines = [
    ...wrap(shown(title, options), width, '  ').map((text) => paint(text, ink, options)),
    ...results.flatMap((result) => ['', ...criterion(result, width, options)]),
  ];
  return lines.map((text) => `${text}\n`).join('');
}

function criterion(
  { subject, verdict, reason, evidence }: Verdict,
  width: number,
  options: TerminalOptions,
): readonly string[] {
  const [word, ink] = MARKS[verdict];
  const listed = verdict === 'pass' ? [] : evidence;
  const more = listed.length - SHOWN;
  return [
    ...wrap(shown(`${word}: ${subject}`, options), width, '  ').map((text) => paint(text, ink, options)),
    ...indented('  ', shown(reason, options), width),
    ...listed.slice(0, SHOWN).flatMap((text) => indented('    ', shown(text, options), width)),
    ...(more > 0 ? [`    and ${more} more in --format json`] : []),
  ];
}
