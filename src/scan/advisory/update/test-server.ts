// A server on the loopback for the tests of downloads: answers as each test says, and notes what it was asked.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How one path is answered. */
export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** The server. */
export interface TestServer {
  readonly base: string;
  /** By path. What is not there is answered 404. */
  readonly answers: Map<string, Answer>;
  /** Path and conditions of every request. */
  readonly asked: string[];
  close(): void;
}

const NOTED = ['if-none-match', 'if-modified-since', 'range', 'if-range'] as const;

/** Starts it on a free port. */
export async function startTestServer(): Promise<TestServer> {
  const answers = new Map<string, Answer>();
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const conditions = NOTED.flatMap((name) => request.headers[name] ?? []);
    asked.push([request.url, ...conditions].join(' '));
    const answer = answers.get(request.url ?? '');
    if (answer === undefined) response.writeHead(404).end();
    else answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    base: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    answers,
    asked,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Serves the content with its ETag, whole or from where it is asked; conditions are honoured. */
export function serving(content: Buffer, etag: string): Answer {
  return (request, response) => {
    if (request.headers['if-none-match'] === etag) {
      response.writeHead(304).end();
      return;
    }
    const from = /^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1];
    if (from === undefined || request.headers['if-range'] !== etag) {
      response.writeHead(200, { etag, 'content-length': content.length }).end(content);
      return;
    }
    const rest = content.subarray(Number(from));
    const range = `bytes ${from}-${content.length - 1}/${content.length}`;
    response.writeHead(206, { etag, 'content-length': rest.length, 'content-range': range }).end(rest);
  };
}

/** Sends `bytes` of the content and drops the connection. */
export function cutAfter(content: Buffer, etag: string, bytes: number): Answer {
  return (_, response) => {
    response.writeHead(200, { etag, 'content-length': content.length });
    response.write(content.subarray(0, bytes), () => response.socket?.destroy());
  };
}
