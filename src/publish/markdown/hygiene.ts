// The results of hygiene as Markdown, for the minutes and for whoever mends the images.
import type { CheckOutcome } from '../../posture/check-outcome.ts';
import type { HygieneResult } from '../../posture/hygiene/hygiene.ts';
import { changeText, countsText, hygieneTitle, ownerTexts, saidBy, sortedChecks, waiverText } from '../hygiene.ts';
import { escapeMarkdown, markdownTable } from './markdown.ts';

/** Subjects of one thing that a check says that are listed. */
const LISTED = 50;

/** The page, ended by a line feed. */
export function hygieneMarkdown(result: HygieneResult): string {
  const { open, waived, unjudged } = sortedChecks(result);
  const owners = ownerTexts(result);
  const rows = result.checks.map(({ id, severity, title, ...counts }) => [id, severity, title, countsText(counts)]);
  return [
    `# ${escapeMarkdown(hygieneTitle(result))}`,
    escapeMarkdown([countsText(result.counts), changeText(result)].filter(Boolean).join('. ')),
    ...(owners.length === 0 ? [] : [owners.map((owner) => `- ${escapeMarkdown(owner)}`).join('\n')]),
    markdownTable(['check', 'severity', 'what is asked', 'results'], rows),
    ...[...open, ...waived, ...unjudged].flatMap((check) => section(check, result)),
    ...(result.waivers.length === 0
      ? []
      : ['## Waivers', result.waivers.map((waiver) => `- ${escapeMarkdown(waiverText(waiver))}`).join('\n')]),
  ]
    .map((part) => `${part}\n`)
    .join('\n');
}

function section(check: CheckOutcome, { results }: HygieneResult): readonly string[] {
  const said = saidBy(check, results, ['fail', 'warn', 'no-evidence', 'unsupported']);
  const items = said.flatMap(({ verdict, reason, waiver, shown }) => {
    const more = shown.length - LISTED;
    const note = waiver === undefined ? '' : `, waived by ${waiver}`;
    return [
      `- **${escapeMarkdown(verdict)}**${escapeMarkdown(note)}: ${escapeMarkdown(reason)}`,
      ...shown.slice(0, LISTED).map((text) => `  - ${escapeMarkdown(text)}`),
      ...(more > 0 ? [`  - and ${more} more`] : []),
    ];
  });
  const { id, severity, title, remediation } = check;
  return [
    `## ${escapeMarkdown(`${id} (${severity})`)}`,
    escapeMarkdown(`${title}. To do: ${remediation}.`),
    items.join('\n'),
  ];
}
