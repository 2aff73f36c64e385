// The answer of the gate as Markdown, for the minutes of the meeting that decides.
import type { GateResult } from '../../respond/gate/gate.ts';
import { escapeMarkdown, markdownTable } from './markdown.ts';

/** Evidence of one criterion that is listed. */
const LISTED = 50;

/** The page, ended by a line feed. */
export function gateMarkdown({ verdict, results, assessment }: GateResult, line?: string): string {
  const of = line === undefined ? '' : `, line ${line}`;
  const evidence = results.filter((result) => result.verdict !== 'pass' && result.evidence.length > 0);
  return [
    `# Gate: ${escapeMarkdown(verdict.subject)} as of ${assessment.asOf}${escapeMarkdown(of)}`,
    `**${escapeMarkdown(verdict.verdict)}**: ${escapeMarkdown(verdict.reason)}`,
    markdownTable(
      ['criterion', 'verdict', 'reason'],
      results.map((result) => [result.subject, result.verdict, result.reason]),
    ),
    ...evidence.flatMap((result) => [
      `## ${escapeMarkdown(result.subject)}`,
      [
        ...result.evidence.slice(0, LISTED).map((text) => `- ${escapeMarkdown(text)}`),
        ...(result.evidence.length > LISTED ? [`- and ${result.evidence.length - LISTED} more`] : []),
      ].join('\n'),
    ]),
  ]
    .map((part) => `${part}\n`)
    .join('\n');
}
