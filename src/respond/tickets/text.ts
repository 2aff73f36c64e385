// The words of a ticket: what is done, whose it is, by when, and what it closes. Nothing in them changes while the matter stays the same.
import type { Clock } from '../clocks/clocks.ts';
import type { Action } from '../plan/action.ts';
import type { Instance } from '../priority/instance.ts';
import { urgencyReason } from '../priority/urgency.ts';
import { type Quote, quoteIn } from './quote.ts';
import type { TicketMarkup } from './tracker.ts';

/** An instance that a ticket lists. */
export interface ListedInstance {
  readonly instance: Instance;
  readonly clock: Clock;
  readonly owner?: string;
  /** Packages to be updated for it, `name version`. */
  readonly packages: readonly string[];
  readonly helps: boolean;
}

/** Characters that the lists may take together; Jira takes texts of 32,767. */
const ROOM = 24_000;

/** Lines of the block for an action, its instances first things first. */
export function ticketLines(
  action: Action,
  listed: readonly ListedInstance[],
  owner: string | undefined,
  markup: TicketMarkup,
): readonly string[] {
  const quote = quoteIn(markup);
  const groups = [...Map.groupBy(listed, ({ instance }) => instance.vulnerability).values()];
  const slots = [...new Set(listed.map(({ instance }) => instance.slot))].sort();
  const others = action.closes.length - listed.filter(({ helps }) => !helps).length;
  const lines = [
    quote(action.title),
    '',
    ...facts(action, listed, owner, quote),
    '',
    `Closes ${counted(listed.length, 'critical and high instance')} in ${counted(slots.length, 'image')}${others > 0 ? `, and ${others} of lower severity` : ''}:`,
    '',
    ...fitting(
      groups.map((group) => vulnerabilityLine(group, quote)),
      ROOM * 0.6,
    ),
    '',
    'Images:',
    '',
    ...fitting(
      slots.map((slot) => `- ${quote(slot)}`),
      ROOM * 0.4,
    ),
  ];
  return markup === 'markdown' ? lines : ['{noformat}', ...lines, '{noformat}'];
}

function facts(
  { origin, line }: Action,
  listed: readonly ListedInstance[],
  owner: string | undefined,
  quote: Quote,
): readonly string[] {
  const due = listed.flatMap(({ clock }) => clock.due ?? []).sort()[0];
  const seen = listed.map(({ clock }) => clock.firstSeen).sort()[0] ?? '';
  return [
    `- Owner: ${owner === undefined ? 'nobody yet (no rule names one)' : quote(owner)}`,
    `- Origin: ${origin}`,
    ...(line === undefined ? [] : [`- Release line: ${quote(line)}`]),
    `- First seen: ${seen}`,
    ...(due === undefined ? [] : [`- Due: ${due}`]),
  ];
}

/** `- critical CVE-2022-0778: fixable, known exploited; ssl 1.1.1n-r0; 3 images`. */
function vulnerabilityLine(group: readonly ListedInstance[], quote: Quote): string {
  const [first] = group;
  if (first === undefined) return '';
  const { severity, vulnerability } = first.instance;
  const packages = [...new Set(group.flatMap((one) => one.packages))].sort();
  const helps = group.every((one) => one.helps) ? '; together with another action' : '';
  const words = `${urgencyReason(first.instance)}; ${quote(packages.join(', '))}; ${counted(group.length, 'image')}`;
  return `- ${severity} ${quote(vulnerability)}: ${words}${helps}`;
}

/** As many lines as there is room for, and how many more there are. */
function fitting(lines: readonly string[], room: number): readonly string[] {
  let used = 0;
  const fit = lines.findIndex((line) => {
    used += line.length + 1;
    return used > room;
  });
  return fit === -1 ? lines : [...lines.slice(0, fit), `- and ${lines.length - fit} more`];
}

function counted(number: number, one: string): string {
  return number === 1 ? `1 ${one}` : `${number} ${one}s`;
}
