// Tickets as issues of a Jira project, Cloud or Data Center: REST API version 2, whose texts are wiki markup in both. The key stands in a label as well,
// since Jira cannot list what one account opened without the rest. Cloud lists pages by token, Data Center by position.
import { LimitError, PlimsollError } from '../../platform/errors.ts';
import { LIMITS } from '../../platform/limits.ts';
import { closedDay, memberAt, optionalText, textAt } from './answers.ts';
import { findBlock } from './block.ts';
import type { Client } from './client.ts';
import { readIfThere } from './github.ts';
import type { RemoteTicket, Tracker } from './tracker.ts';

/** Label of all our tickets. */
const LABEL = 'plimsoll';
const FIELDS = 'summary,description,status,labels,creator,resolution,resolutiondate';
const PAGE = 100;
/** New issues are listed after Jira's index took them in, which takes seconds. */
const INDEX_DELAY_MS = 60_000;

/** What sort of Jira, and what new issues are. */
export interface JiraOptions {
  readonly cloud: boolean;
  readonly issueType: string;
}

/** Opens the project's issues. @throws what Client.send throws */
export async function openJira(
  client: Client,
  address: string,
  project: string,
  { cloud, issueType }: JiraOptions,
): Promise<Tracker> {
  const myself = (await client.send('GET', '/rest/api/2/myself')).body;
  const person = cloud ? 'accountId' : 'name';
  const account = textAt(myself, person);
  const ticketOf = (issue: unknown): RemoteTicket => {
    const id = textAt(issue, 'key');
    const body = optionalText(issue, 'fields', 'description');
    const found = findBlock(body, 'jira');
    const label = labelsOf(issue).find((name) => /^plimsoll-[0-9a-f]{16}$/.test(name));
    const key = found.kind === 'block' ? found.key : label?.slice(LABEL.length + 1);
    return {
      id,
      address: `${address}/browse/${id}`,
      title: optionalText(issue, 'fields', 'summary'),
      body,
      open: textAt(issue, 'fields', 'status', 'statusCategory', 'key') !== 'done',
      ...closedDay(optionalText(issue, 'fields', 'resolutiondate')),
      declined: /won.t|declined|duplicate|cannot/i.test(optionalText(issue, 'fields', 'resolution', 'name')),
      isOurs: optionalText(issue, 'fields', 'creator', person) === account,
      ...(key === undefined ? {} : { key }),
    };
  };
  const read = async (id: string): Promise<RemoteTicket | undefined> => {
    const issue = await readIfThere(client, `${issuePath(id)}?fields=${FIELDS}`);
    return issue === undefined ? undefined : ticketOf(issue);
  };
  return {
    name: `${cloud ? 'jira-cloud' : 'jira'} ${address} ${project}`,
    markup: 'jira',
    listDelayMs: INDEX_DELAY_MS,
    visibility: async () => 'unknown',
    list: async () => {
      const jql = `project = "${project}" AND labels = ${LABEL} ORDER BY created ASC, key ASC`;
      const issues = cloud ? await pagesByToken(client, jql) : await pagesByPosition(client, jql);
      return issues.map(ticketOf).filter(({ isOurs }) => isOurs);
    },
    read,
    create: async ({ key, title, body }) => {
      const { body: made } = await client.send('POST', '/rest/api/2/issue', {
        fields: {
          project: { key: project },
          issuetype: { name: issueType },
          summary: title,
          description: body,
          labels: [LABEL, `${LABEL}-${key}`],
        },
      });
      const id = textAt(made, 'key');
      return { id, address: `${address}/browse/${id}`, title, body, open: true, declined: false, isOurs: true, key };
    },
    change: async (ticket, { key, title, body, open }) => {
      const old = ticket.key === undefined || ticket.key === key ? [] : [{ remove: `${LABEL}-${ticket.key}` }];
      // The state first: a text that says more than was done would be believed by the next run.
      if (open !== undefined && open !== ticket.open) await transition(client, ticket.id, open);
      if (title !== undefined || body !== undefined) {
        await client.send('PUT', issuePath(ticket.id), {
          fields: {
            ...(title === undefined ? {} : { summary: title }),
            ...(body === undefined ? {} : { description: body }),
          },
          // Other labels are people's.
          update: { labels: [...old, { add: LABEL }, { add: `${LABEL}-${key}` }] },
        });
      }
    },
  };
}

function issuePath(id: string): string {
  return `/rest/api/2/issue/${encodeURIComponent(id)}`;
}

function labelsOf(issue: unknown): readonly string[] {
  const labels = memberAt(issue, 'fields', 'labels');
  return Array.isArray(labels) ? labels.filter((label) => typeof label === 'string') : [];
}

/** Follows the workflow's first way to a state of the wanted sort. @throws PlimsollError `tracker` when there is none */
async function transition(client: Client, id: string, open: boolean): Promise<void> {
  const path = `${issuePath(id)}/transitions`;
  const ways = memberAt((await client.send('GET', path)).body, 'transitions');
  const sortOf = (way: unknown): string => optionalText(way, 'to', 'statusCategory', 'key');
  const list: readonly unknown[] = Array.isArray(ways) ? ways : [];
  const way = open
    ? (list.find((one) => sortOf(one) === 'new') ?? list.find((one) => sortOf(one) !== 'done'))
    : list.find((one) => sortOf(one) === 'done');
  if (way === undefined) {
    throw new PlimsollError(
      'tracker',
      `${id}: the workflow has no way to ${open ? 'open' : 'close'} it for this account`,
    );
  }
  try {
    await client.send('POST', path, { transition: { id: textAt(way, 'id') } });
  } catch (error) {
    throw error instanceof PlimsollError && error.code === 'tracker'
      ? new PlimsollError('tracker', `${id}: ${error.message}; the workflow may ask for more than is known here`, {
          cause: error,
        })
      : error;
  }
}

async function pagesByToken(client: Client, jql: string): Promise<readonly unknown[]> {
  return pages(async (_count, token) => {
    const query = new URLSearchParams({ jql, fields: FIELDS, maxResults: String(PAGE) });
    if (token !== undefined) query.set('nextPageToken', token);
    const { body } = await client.send('GET', `/rest/api/2/search/jql?${query}`);
    const next = optionalText(body, 'nextPageToken');
    return { issues: memberAt(body, 'issues'), ...(next === '' ? {} : { next }) };
  });
}

async function pagesByPosition(client: Client, jql: string): Promise<readonly unknown[]> {
  return pages(async (count) => {
    const query = new URLSearchParams({ jql, fields: FIELDS, maxResults: String(PAGE), startAt: String(count) });
    const { body } = await client.send('GET', `/rest/api/2/search?${query}`);
    const issues = memberAt(body, 'issues');
    const total = Number(textAt(body, 'total'));
    const read = count + (Array.isArray(issues) ? issues.length : 0);
    // A server may give fewer than were asked for.
    return { issues, ...(read > count && read < total ? { next: String(read) } : {}) };
  });
}

async function pages(
  page: (count: number, token: string | undefined) => Promise<{ readonly issues: unknown; readonly next?: string }>,
): Promise<readonly unknown[]> {
  const all: unknown[] = [];
  let token: string | undefined;
  for (let number = 1; number <= LIMITS.trackerPages; number++) {
    const { issues, next } = await page(all.length, token);
    if (!Array.isArray(issues)) throw new PlimsollError('tracker', 'the answer of the search has no list of issues');
    for (const issue of issues) all.push(issue);
    if (next === undefined) return all;
    token = next;
  }
  throw new LimitError(`the list has more than ${LIMITS.trackerPages} pages`);
}
