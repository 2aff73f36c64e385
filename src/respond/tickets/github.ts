// Tickets as issues of a GitHub repository. REST API version 2022-11-28, "Issues", "Users", "Repositories".
import { PlimsollError } from '../../platform/errors.ts';
import { closedDay, memberAt, optionalText, textAt } from './answers.ts';
import { findBlock } from './block.ts';
import { allPages, type Client } from './client.ts';
import type { RemoteTicket, Tracker } from './tracker.ts';

/** Headers that the API wants. */
export const GITHUB_HEADERS = { accept: 'application/vnd.github+json', 'x-github-api-version': '2022-11-28' } as const;

/** Opens the repository's issues. `account` is given for tokens that may not ask who they are. @throws what Client.send throws */
export async function openGithub(
  client: Client,
  address: string,
  project: string,
  account: string | undefined,
): Promise<Tracker> {
  const repository = `/repos/${project.split('/').map(encodeURIComponent).join('/')}`;
  const login = account ?? textAt((await client.send('GET', '/user')).body, 'login');
  const ticketOf = (issue: unknown): RemoteTicket => {
    const body = optionalText(issue, 'body');
    const found = findBlock(body, 'markdown');
    return {
      id: textAt(issue, 'number'),
      address: optionalText(issue, 'html_url'),
      title: optionalText(issue, 'title'),
      body,
      open: textAt(issue, 'state') === 'open',
      ...closedDay(optionalText(issue, 'closed_at')),
      declined: ['not_planned', 'duplicate'].includes(optionalText(issue, 'state_reason')),
      isOurs: optionalText(issue, 'user', 'login').toLowerCase() === login.toLowerCase(),
      ...(found.kind === 'block' ? { key: found.key } : {}),
    };
  };
  // The list and the number both give pull requests as well, which are no tickets.
  const isIssue = (issue: unknown): boolean => memberAt(issue, 'pull_request') === undefined;
  return {
    name: `github ${address} ${project}`,
    markup: 'markdown',
    listDelayMs: 0,
    visibility: async () => {
      const isPrivate = memberAt((await client.send('GET', repository)).body, 'private');
      return isPrivate === true ? 'private' : isPrivate === false ? 'public' : 'unknown';
    },
    list: async () => {
      const query = `creator=${encodeURIComponent(login)}&state=all&sort=created&direction=asc&per_page=100`;
      const issues = await allPages(client, `${repository}/issues?${query}`);
      return issues
        .filter(isIssue)
        .map(ticketOf)
        .filter(({ isOurs }) => isOurs);
    },
    read: async (id) => {
      const issue = await readIfThere(client, `${repository}/issues/${encodeURIComponent(id)}`);
      return issue === undefined || !isIssue(issue) ? undefined : ticketOf(issue);
    },
    create: async ({ title, body }) =>
      ticketOf((await client.send('POST', `${repository}/issues`, { title, body })).body),
    change: async ({ id }, { title, body, open }) => {
      const state = open === undefined ? {} : open ? { state: 'open' } : { state: 'closed', state_reason: 'completed' };
      await client.send('PATCH', `${repository}/issues/${encodeURIComponent(id)}`, {
        ...(title === undefined ? {} : { title }),
        ...(body === undefined ? {} : { body }),
        ...state,
      });
    },
  };
}

/** What lies at a path; undefined when there is nothing. @throws what Client.send throws otherwise */
export async function readIfThere(client: Client, path: string): Promise<unknown> {
  try {
    return (await client.send('GET', path)).body;
  } catch (error) {
    if (error instanceof PlimsollError && error.code === 'not-found') return undefined;
    throw error;
  }
}
