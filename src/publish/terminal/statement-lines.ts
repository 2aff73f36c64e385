// What statements did, as lines of the report's summary; none when there were no statements.
import { statementUse } from '../../explain/statement-use.ts';
import type { Assessment } from '../../scan/assess/assessment.ts';
import { plural } from '../words.ts';
import { type Ink, paint, shown, type TerminalOptions, wrap } from './terminal.ts';

/** Ended statements that are named. */
const NAMED = 5;

/** Lines of at most so many columns. */
export function statementLines(assessment: Assessment, width: number, options: TerminalOptions): readonly string[] {
  const use = statementUse(assessment);
  if (use === undefined) return [];
  const { given, applied, findings, states, ended } = use;
  const idle = [
    ...(states.expired > 0 ? [`${states.expired} expired`] : []),
    ...(states.unapproved > 0 ? [`${states.unapproved} without approver`] : []),
    ...(states.untrusted > 0 ? [`${states.untrusted} of issuers that are not trusted`] : []),
  ].map((text) => `; ${text}`);
  const line = (text: string, ink: Ink): readonly string[] =>
    wrap(shown(text, options), width, '  ').map((part) => paint(part, ink, options));
  const named = ended
    .slice(0, NAMED)
    .map(({ statement, findings }) => `${statement.id} (${statement.expires}, ${plural(findings, 'finding')})`);
  const more = ended.length > NAMED ? [`${ended.length - NAMED} more`] : [];
  return [
    ...line(`Statements: ${applied} of ${given} apply, to ${plural(findings, 'finding')}${idle.join('')}`, 'faint'),
    ...(ended.length === 0
      ? []
      : line(`Expired, so that what they covered counts again: ${[...named, ...more].join(', ')}`, 'warning')),
  ];
}
