// Triage as Markdown, for the minutes: the counts, then what nobody answers for, by image.
import type { Triage, TriageCounts, TriagedImage } from '../../respond/triage/triage.ts';
import { instanceText } from '../terminal/triage.ts';
import { escapeMarkdown, markdownTable } from './markdown.ts';

/** The page, ended by a line feed; with `all` what has a statement or a ticket is listed too. */
export function triageMarkdown({ assessment, counts, images, withoutOwner, unread }: Triage, all: boolean): string {
  const { release, asOf } = assessment;
  const row = (name: string, of: TriageCounts) =>
    [name, of.images, of.instances, of.statement, of.ticket, of.untriaged, of.late].map(String);
  return [
    `# Triage of ${escapeMarkdown(`${release.name} ${release.version}`.trim())} as of ${asOf}`,
    markdownTable(
      ['critical and high', 'images', 'instances', 'statement', 'ticket', 'untriaged', 'late'],
      [row('all', counts.all), row('own', counts.own), row('third-party', counts['third-party'])],
    ),
    ...images.flatMap((image) => imageParts(image, all)),
    ...slotList('Not read', unread),
    ...slotList('Without an owner', withoutOwner),
  ]
    .map((part) => `${part}\n`)
    .join('\n');
}

function imageParts({ slot, owner, instances }: TriagedImage, all: boolean): readonly string[] {
  const listed = all ? instances : instances.filter(({ state }) => state === 'untriaged');
  if (listed.length === 0) return [];
  return [
    `## ${escapeMarkdown(slot)} (${escapeMarkdown(owner ?? 'nobody yet')})`,
    listed.map((one) => `- ${escapeMarkdown(instanceText(one, owner))}`).join('\n'),
  ];
}

function slotList(title: string, slots: readonly string[]): readonly string[] {
  return slots.length === 0 ? [] : [`## ${title}`, slots.map((slot) => `- ${escapeMarkdown(slot)}`).join('\n')];
}
