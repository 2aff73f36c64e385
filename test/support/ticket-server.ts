// Ticket trackers on loopback for tests, each with the paths, pages, states and accounts of the real one, and with faults where a test wants them.
// GitHub REST 2022-11-28, GitLab REST v4, Jira REST 2 (Data Center) and 2 with search by token (Cloud).
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { digestOf } from '../../src/platform/canonical.ts';

/** What the server plays. */
export type TrackerKind = 'github' | 'gitlab' | 'jira' | 'jira-cloud';

/** An issue as the server keeps it. */
export interface ServedIssue {
  readonly number: number;
  title: string;
  body: string;
  open: boolean;
  closedAt: string | undefined;
  declined: boolean;
  labels: string[];
  readonly author: string;
  readonly isPull: boolean;
}

/** A request as it came. */
export interface TicketRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** What a request meets: `before` an answer instead of the work, `after` the connection breaks when the work is done. */
export type TicketFault = (
  request: TicketRequest,
  number: number,
) => Answer | 'break-before' | 'break-after' | undefined;

interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly delayMs?: number;
}

/** A running server. */
export interface TicketServer {
  /** Address of the API. */
  readonly address: string;
  readonly issues: ServedIssue[];
  readonly requests: TicketRequest[];
  fault: TicketFault | undefined;
  /** Of the project. */
  visibility: 'public' | 'private';
  /** Day that closed issues get. */
  today: string;
  /** Adds an issue of somebody. */
  open(issue: Partial<ServedIssue> & { readonly author: string }): ServedIssue;
  close(): Promise<void>;
}

interface GivenToJira {
  readonly fields?: { readonly summary?: string; readonly description?: string; readonly labels?: string[] };
  readonly update?: { readonly labels?: readonly { readonly add?: string; readonly remove?: string }[] };
  readonly transition?: { readonly id?: string };
}

/** The account of the token, and the token. */
export const BOT = 'plimsoll-bot';
export const TOKEN = 'secret-token-of-the-bot';
const PAGE = 2;

/** Starts a server on a free port. Pages hold two issues, however many are asked for. */
export async function startTicketServer(kind: TrackerKind): Promise<TicketServer> {
  const issues: ServedIssue[] = [];
  const requests: TicketRequest[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (piece: Buffer) => {
      body += piece.toString();
    });
    request.on('end', () => {
      const seen = { method: request.method ?? '', path: request.url ?? '', headers: request.headers, body };
      requests.push(seen);
      serve(seen, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const root = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const self: TicketServer = {
    address: root + (kind === 'gitlab' ? '/api/v4' : ''),
    issues,
    requests,
    fault: undefined,
    visibility: 'private',
    today: '2022-04-07',
    open: (issue) => {
      const whole: ServedIssue = {
        number: issues.length + 1,
        title: '',
        body: '',
        open: true,
        closedAt: undefined,
        declined: false,
        labels: [],
        isPull: false,
        ...issue,
      };
      issues.push(whole);
      return whole;
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  return self;

  function serve(request: TicketRequest, response: ServerResponse): void {
    const fault = self.fault?.(request, requests.length);
    if (fault === 'break-before') return void response.destroy();
    if (typeof fault === 'object') {
      setTimeout(() => response.writeHead(fault.status, fault.headers ?? {}).end(fault.body ?? ''), fault.delayMs ?? 0);
      return;
    }
    const { status, headers = {}, body = '' } = isKnown(request) ? work(request) : { status: 401, body: '{}' };
    if (fault === 'break-after') return void response.destroy();
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
  }

  function isKnown({ headers }: TicketRequest): boolean {
    const basic = Buffer.from(`bot@example.com:${TOKEN}`).toString('base64');
    const wanted = { github: `Bearer ${TOKEN}`, jira: `Bearer ${TOKEN}`, 'jira-cloud': `Basic ${basic}` };
    return kind === 'gitlab' ? headers['private-token'] === TOKEN : headers.authorization === wanted[kind];
  }

  function work({ method, path, body, headers }: TicketRequest): Answer {
    const url = new URL(path, root);
    const given = body === '' ? {} : JSON.parse(body);
    const route = `${method} ${url.pathname}`;
    const answers = { github, gitlab, jira, 'jira-cloud': jira };
    const answer = answers[kind](route, url, given);
    if (answer === undefined) return { status: 404, body: '{"message":"Not Found"}' };
    const etag = `"${digestOf(answer.body ?? '')}"`;
    if (method === 'GET' && headers['if-none-match'] === etag) return { status: 304 };
    return { ...answer, headers: { ...answer.headers, ...(method === 'GET' ? { etag } : {}) } };
  }

  function github(route: string, url: URL, given: Record<string, string>): Answer | undefined {
    const shape = (issue: ServedIssue) => ({
      number: issue.number,
      html_url: `${root}/o/r/issues/${issue.number}`,
      title: issue.title,
      body: issue.body === '' ? null : issue.body,
      state: issue.open ? 'open' : 'closed',
      state_reason: issue.declined ? 'not_planned' : null,
      closed_at: issue.closedAt ?? null,
      user: { login: issue.author },
      ...(issue.isPull ? { pull_request: {} } : {}),
    });
    if (route === 'GET /user') return json({ login: BOT });
    if (route === 'GET /repos/o/r') return json({ private: self.visibility === 'private' });
    if (route === 'GET /repos/o/r/issues') {
      const creator = url.searchParams.get('creator');
      return paged(issues.filter(({ author }) => author === creator).map(shape), url);
    }
    if (route === 'POST /repos/o/r/issues') {
      return json(shape(self.open({ author: BOT, title: given['title'] ?? '', body: given['body'] ?? '' })), 201);
    }
    const issue = numbered(route, /^(?:GET|PATCH) \/repos\/o\/r\/issues\/(\d+)$/);
    if (issue === undefined) return undefined;
    if (route.startsWith('PATCH')) change(issue, given, given['body'], given['state'] && given['state'] === 'open');
    return json(shape(issue));
  }

  function gitlab(route: string, url: URL, given: Record<string, string>): Answer | undefined {
    const idOf = (name: string): number => (name === BOT ? 7 : 8);
    const shape = (issue: ServedIssue) => ({
      iid: issue.number,
      web_url: `${root}/g/p/-/issues/${issue.number}`,
      title: issue.title,
      description: issue.body,
      state: issue.open ? 'opened' : 'closed',
      closed_at: issue.closedAt ?? null,
      author: { id: idOf(issue.author), username: issue.author },
    });
    const project = '/api/v4/projects/g%2Fp';
    if (route === 'GET /api/v4/user') return json({ id: 7, username: BOT });
    if (route === `GET ${project}`) return json({ visibility: self.visibility });
    if (route === `GET ${project}/issues`) {
      const author = Number(url.searchParams.get('author_id'));
      return paged(issues.filter((issue) => idOf(issue.author) === author).map(shape), url);
    }
    if (route === `POST ${project}/issues`) {
      return json(
        shape(self.open({ author: BOT, title: given['title'] ?? '', body: given['description'] ?? '' })),
        201,
      );
    }
    const issue = numbered(route, /^(?:GET|PUT) \/api\/v4\/projects\/g%2Fp\/issues\/(\d+)$/);
    if (issue === undefined) return undefined;
    const event = given['state_event'];
    if (route.startsWith('PUT')) change(issue, given, given['description'], event && event === 'reopen');
    return json(shape(issue));
  }

  function jira(route: string, url: URL, given: GivenToJira): Answer | undefined {
    const person = (name: string) => (kind === 'jira' ? { name } : { accountId: name });
    const shape = (issue: ServedIssue) => ({
      key: `SEC-${issue.number}`,
      fields: {
        summary: issue.title,
        description: issue.body,
        status: { statusCategory: { key: issue.open ? 'new' : 'done' } },
        labels: issue.labels,
        creator: person(issue.author),
        resolution: issue.open ? null : { name: issue.declined ? "Won't Do" : 'Done' },
        resolutiondate: issue.closedAt ?? null,
      },
    });
    if (route === 'GET /rest/api/2/myself') return json(person(BOT));
    const found = issues.filter(({ labels }) => labels.includes('plimsoll')).map(shape);
    if (route === 'GET /rest/api/2/search' && kind === 'jira') {
      const from = Number(url.searchParams.get('startAt'));
      return json({ startAt: from, maxResults: PAGE, total: found.length, issues: found.slice(from, from + PAGE) });
    }
    if (route === 'GET /rest/api/2/search/jql' && kind === 'jira-cloud') {
      const from = Number(url.searchParams.get('nextPageToken') ?? '0');
      const next = from + PAGE < found.length ? { nextPageToken: String(from + PAGE) } : { isLast: true };
      return json({ issues: found.slice(from, from + PAGE), ...next });
    }
    if (route === 'POST /rest/api/2/issue') {
      const { summary, description, labels } = given.fields ?? {};
      const issue = self.open({ author: BOT, title: summary ?? '', body: description ?? '', labels: labels ?? [] });
      return json({ id: String(issue.number), key: `SEC-${issue.number}` }, 201);
    }
    const moved = numbered(route, /^(?:GET|POST) \/rest\/api\/2\/issue\/SEC-(\d+)\/transitions$/);
    if (moved !== undefined) {
      if (route.startsWith('POST')) {
        change(moved, {}, undefined, given.transition?.id === '11');
        return { status: 204 };
      }
      const way = (id: string, key: string) => ({ id, name: key, to: { statusCategory: { key } } });
      return json({ transitions: moved.open ? [way('21', 'indeterminate'), way('31', 'done')] : [way('11', 'new')] });
    }
    const issue = numbered(route, /^(?:GET|PUT) \/rest\/api\/2\/issue\/SEC-(\d+)$/);
    if (issue === undefined) return undefined;
    if (!route.startsWith('PUT')) return json(shape(issue));
    const { summary, description } = given.fields ?? {};
    change(issue, summary === undefined ? {} : { title: summary }, description, undefined);
    for (const { add, remove } of given.update?.labels ?? []) {
      issue.labels = issue.labels.filter((label) => label !== remove && label !== add);
      if (add !== undefined) issue.labels.push(add);
    }
    return { status: 204 };
  }

  function numbered(route: string, pattern: RegExp): ServedIssue | undefined {
    const number = Number(pattern.exec(route)?.[1]);
    return issues.find((issue) => issue.number === number);
  }

  function change(
    issue: ServedIssue,
    { title }: Readonly<Record<string, string>>,
    body: string | undefined,
    open: boolean | '' | undefined,
  ): void {
    if (title !== undefined) issue.title = title;
    if (body !== undefined) issue.body = body;
    if (typeof open !== 'boolean') return;
    issue.open = open;
    issue.declined = false;
    issue.closedAt = open ? undefined : `${self.today}T10:00:00Z`;
  }

  function paged(all: readonly unknown[], url: URL): Answer {
    const page = Number(url.searchParams.get('page') ?? '1');
    const next = new URL(url);
    next.searchParams.set('page', String(page + 1));
    const link = page * PAGE < all.length ? { link: `<${url.href}>; rel="first", <${next.href}>; rel="next"` } : {};
    return { ...json(all.slice((page - 1) * PAGE, page * PAGE)), headers: link };
  }
}

function json(value: unknown, status = 200): Answer {
  return { status, body: JSON.stringify(value) };
}
