// What `tickets sync` does or would do, as text for a terminal: a paragraph a ticket.
import { STEP_KINDS, type TicketStep } from '../../respond/tickets/decide.ts';
import type { TicketsResult } from '../json/tickets.ts';
import { indented, paint, shown, type TerminalOptions, wrap } from './terminal.ts';

/** Lines of at most the given columns (when these are 48 or more), each ended by a line feed. */
export function ticketsTable(result: TicketsResult, options: TerminalOptions): string {
  const { assessment, line, tracker, applied, steps, done, withheld } = result;
  const width = Math.max(48, options.columns);
  const { release, asOf } = assessment;
  const of = line === undefined ? '' : `, line ${line}`;
  const title = `Tickets of ${`${release.name} ${release.version}`.trim()} (${asOf}${of}) in ${tracker}`;
  const counts = STEP_KINDS.flatMap((kind) => {
    const count = steps.filter((step) => step.kind === kind).length;
    return count === 0 ? [] : [`${count} to ${kind}`];
  });
  const summary = counts.length === 0 ? 'No ticket is asked for.' : `${counts.join(', ')}.`;
  const lines = [
    ...wrap(shown(title, options), width, '  ').map((text) => paint(text, 'strong', options)),
    ...wrap(`${summary} ${applied ? 'Written.' : 'Nothing was written: --apply does.'}`, width, ''),
    ...(withheld === 0 ? [] : wrap(`${withheld} embargoed instances are held back.`, width, '')),
    ...steps.flatMap((step) => paragraph(step, done.get(step)?.id ?? step.ticket?.id ?? 'new', width, options)),
  ];
  return lines.map((text) => `${text}\n`).join('');
}

function paragraph(
  { kind, key, title, reason, wanted }: TicketStep,
  id: string,
  width: number,
  options: TerminalOptions,
): readonly string[] {
  const owner = wanted === undefined ? [] : [`owner: ${wanted.owner ?? 'nobody yet'}`];
  const head = shown(`${kind} ${id}: ${title}`, options);
  return [
    '',
    ...wrap(head, width, '  ').map((text) => paint(text, kind === 'refuse' ? 'warning' : 'plain', options)),
    ...indented('  ', shown([reason, ...owner, `key ${key}`].join('; '), options), width),
  ];
}
