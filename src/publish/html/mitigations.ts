// Where the mitigations of a site stand, as a page: all in one table, and behind it each one's places, pods and nodes that are not as they are to be.
import type { MitigationStatus } from '../../operate/mitigation/status.ts';
import { printable } from '../../platform/printable.ts';
import { mitigationsTitle, STATE_WORDS } from '../mitigations.ts';
import { plural } from '../words.ts';
import { escapeHtml } from './escape.ts';
import type { PageFiles } from './page-files.ts';
import { folded, list, type Markup, paragraph, plainDocument, section, table } from './plain-document.ts';

/** What the page says of the ledger as a whole. */
export interface MitigationsPage {
  readonly site: string;
  /** ISO instant at which it was looked. */
  readonly at: string;
  readonly statuses: readonly MitigationStatus[];
  /** Why the ledger does not hold; absent when it does. */
  readonly fault?: string;
}

/**
 * The page as one HTML document.
 * @param page the built page; read from the package unless given.
 */
export function mitigationsHtml({ site, at, statuses, fault }: MitigationsPage, page?: PageFiles): string {
  return plainDocument(
    {
      kicker: `Mitigations of ${site}, ${at.slice(0, 16).replace('T', ' ')} UTC`,
      title: mitigationsTitle(statuses.map((one) => ({ ...one, reportsOnly: reportsOnly(one) }))),
    },
    [
      section(
        'All',
        paragraph(
          fault === undefined ? '' : `The ledger does not hold: ${fault}. Below is what all of it says.`,
          'banner',
        ),
        paragraph(statuses.length === 0 ? 'Nothing was applied, or all of it was backed out.' : ''),
        overview(statuses),
      ),
      ...statuses.map(oneSection),
    ],
    page,
  );
}

function overview(statuses: readonly MitigationStatus[]): Markup {
  return table(
    'Mitigations',
    ['Mitigation', 'Stands', 'Until', 'For', 'Not as wanted', 'Restarts due', 'Nodes awaited'],
    statuses.map((one) => [
      `${one.mitigation} ${one.version}`,
      standing(one),
      expiry(one),
      one.cves.join(', '),
      one.drifted.length || undefined,
      one.restartsDue.length || undefined,
      one.awaited.length || undefined,
    ]),
  );
}

function oneSection(one: MitigationStatus): Markup {
  const { mitigation, version, title, owner, runbook, vex, drifted, restartsDue, awaited, notes, places } = one;
  const toDo = [
    ...(one.overdueDays === undefined ? [] : ['renew it, or back it out once the fix is in']),
    ...(one.confirmBy === undefined
      ? []
      : [`${one.confirmOverdue ? 'it was to be confirmed' : 'to be confirmed'} by ${one.confirmBy}, or backed out`]),
    ...(reportsOnly(one) ? ['its policies only report: read the audit, then let them reject'] : []),
  ];
  return section(
    `${mitigation} ${version}: ${title}`,
    paragraph(
      `${standing(one)}, until ${expiry(one)}; ${plural(places, 'place')} in objects and on nodes${owner === undefined ? '' : `; ${owner}`}.`,
    ),
    paragraph(
      vex === undefined
        ? ''
        : `Said to users: ${[vex.status, vex.justification, vex.action ?? vex.impact].filter((part) => part !== undefined).join(': ')}`,
    ),
    runbookLink(runbook),
    ...(toDo.length === 0 ? [] : [list(toDo.map((text) => `To do: ${text}.`))]),
    ...foldedList(
      'Not as it is to be',
      drifted.map(({ target, path, state }) => `${target} ${path}: ${state}`),
    ),
    ...foldedList('Running pods older than it: restarts due', restartsDue),
    ...foldedList('Nodes whose results are to come', awaited),
    ...foldedList('Notes', notes),
  );
}

function foldedList(summary: string, items: readonly string[]): readonly Markup[] {
  return items.length === 0 ? [] : [folded(`${summary} (${items.length})`, list(items))];
}

function standing(one: MitigationStatus): string {
  return `${STATE_WORDS[one.state]}${one.audits ? (reportsOnly(one) ? ', reports only' : ', rejects') : ''}`;
}

function reportsOnly({ audits, phase }: MitigationStatus): boolean {
  return audits && phase === 'audit';
}

function expiry({ expires, overdueDays, endsSoon }: MitigationStatus): string {
  if (overdueDays !== undefined) return `${expires}, ${plural(overdueDays, 'day')} ago`;
  return endsSoon ? `${expires}, soon` : expires;
}

/** An address is a link; a file of the bundle's is named. */
function runbookLink(runbook: string | undefined): Markup {
  if (runbook === undefined) return { html: '' };
  const name = escapeHtml(printable(runbook));
  const isAddress = /^https:\/\/[^\s"'<>\\^`{|}]+$/.test(runbook);
  return {
    html: `<p>Runbook: ${isAddress ? `<a href="${name}" rel="noreferrer">${name}</a>` : `<code>${name}</code>`}</p>`,
  };
}
