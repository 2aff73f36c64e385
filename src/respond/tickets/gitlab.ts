// Tickets as issues of a GitLab project. REST API v4, "Issues", "Projects", "Users".
import { closedDay, memberAt, optionalText, textAt } from './answers.ts';
import { findBlock } from './block.ts';
import { allPages, type Client } from './client.ts';
import { readIfThere } from './github.ts';
import type { RemoteTicket, Tracker } from './tracker.ts';

/** Opens the project's issues. @throws what Client.send throws */
export async function openGitlab(client: Client, address: string, project: string): Promise<Tracker> {
  const path = `/projects/${encodeURIComponent(project)}`;
  const user = textAt((await client.send('GET', '/user')).body, 'id');
  const ticketOf = (issue: unknown): RemoteTicket => {
    const body = optionalText(issue, 'description');
    const found = findBlock(body, 'markdown');
    return {
      id: textAt(issue, 'iid'),
      address: optionalText(issue, 'web_url'),
      title: optionalText(issue, 'title'),
      body,
      open: textAt(issue, 'state') === 'opened',
      ...closedDay(optionalText(issue, 'closed_at')),
      // GitLab has no word for what is not to be done.
      declined: false,
      isOurs: [user, Number(user)].some((id) => id === memberAt(issue, 'author', 'id')),
      ...(found.kind === 'block' ? { key: found.key } : {}),
    };
  };
  return {
    name: `gitlab ${address} ${project}`,
    markup: 'markdown',
    listDelayMs: 0,
    visibility: async () => {
      const word = optionalText((await client.send('GET', path)).body, 'visibility');
      // Internal projects are open to every account of the server.
      return word === 'private' ? 'private' : word === 'public' || word === 'internal' ? 'public' : 'unknown';
    },
    list: async () => {
      const query = `author_id=${encodeURIComponent(user)}&scope=all&order_by=created_at&sort=asc&per_page=100`;
      const issues = await allPages(client, `${path}/issues?${query}`);
      return issues.map(ticketOf).filter(({ isOurs }) => isOurs);
    },
    read: async (id) => {
      const issue = await readIfThere(client, `${path}/issues/${encodeURIComponent(id)}`);
      return issue === undefined ? undefined : ticketOf(issue);
    },
    create: async ({ title, body }) =>
      ticketOf((await client.send('POST', `${path}/issues`, { title, description: body })).body),
    change: async ({ id }, { title, body, open }) => {
      await client.send('PUT', `${path}/issues/${encodeURIComponent(id)}`, {
        ...(title === undefined ? {} : { title }),
        ...(body === undefined ? {} : { description: body }),
        ...(open === undefined ? {} : { state_event: open ? 'reopen' : 'close' }),
      });
    },
  };
}
