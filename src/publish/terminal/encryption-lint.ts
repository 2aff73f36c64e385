// The verdicts on encryption configurations as text for a terminal: what is wrong and what to do, then in a line each what is in order.

import type { ConfigurationLint } from '../../operate/encryption/configuration/lint/lint.ts';
import type { Verdict } from '../../platform/verdict.ts';
import { plural } from '../words.ts';
import { glyphsOf, type Ink, indented, paint, shown, type TerminalOptions, wrap } from './terminal.ts';

const MARKS: Readonly<Record<string, readonly [word: string, ink: Ink]>> = {
  fail: ['fail', 'critical'],
  warn: ['warning', 'warning'],
  'no-evidence': ['not known', 'warning'],
};

/** Lines of at most the given columns (when these are 48 or more), each ended by a line feed. */
export function encryptionLintText(lints: readonly ConfigurationLint[], options: TerminalOptions): string {
  const width = Math.max(48, options.columns);
  const lines = lints.flatMap((lint, index) => [...(index === 0 ? [] : ['']), ...fileLines(lint, width, options)]);
  return lines.map((line) => `${line}\n`).join('');
}

function fileLines({ file, verdicts }: ConfigurationLint, width: number, options: TerminalOptions): readonly string[] {
  const count = (verdict: Verdict['verdict']): number => verdicts.filter((one) => one.verdict === verdict).length;
  const [fails, warnings, unknown, passes] = [count('fail'), count('warn'), count('no-evidence'), count('pass')];
  const parts = [
    fails === 0 ? 'no failure' : plural(fails, 'failure'),
    warnings === 0 ? 'no warning' : plural(warnings, 'warning'),
    ...(unknown === 0 ? [] : [`${unknown} not known`]),
  ];
  const ink: Ink = fails > 0 ? 'critical' : warnings + unknown > 0 ? 'warning' : 'strong';
  const head = `${glyphsOf(options).mark} ${file}: ${parts.join(', ')}`;
  const wrong = verdicts.filter(({ verdict }) => MARKS[verdict] !== undefined);
  const right = verdicts.filter(({ verdict }) => MARKS[verdict] === undefined);
  return [
    ...wrap(shown(head, options), width, '  ').map((line) => paint(line, ink, options)),
    ...wrong.flatMap((verdict) => ['', ...wrongLines(verdict, width, options)]),
    ...(right.length === 0 ? [] : ['', `In order (${passes}):`]),
    ...right.flatMap(({ check, reason }) =>
      indented('  ', shown(`${check}: ${reason}`, options), width).map((line) => paint(line, 'faint', options)),
    ),
  ];
}

function wrongLines(verdict: Verdict, width: number, options: TerminalOptions): readonly string[] {
  const { check, subject, evidence, reason, remediation } = verdict;
  const [word, ink] = MARKS[verdict.verdict] ?? ['', 'plain'];
  const seen = evidence.length === 0 ? '' : ` (${evidence.join('; ')})`;
  return [
    ...wrap(shown(`${word}: ${check}  ${subject}${seen}`, options), width, '  ').map((line) =>
      paint(line, ink, options),
    ),
    ...indented('  ', shown(reason, options), width),
    ...(remediation === undefined ? [] : indented('  To do: ', shown(remediation, options), width)),
  ];
}
