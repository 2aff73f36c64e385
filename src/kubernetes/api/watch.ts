// A watch: one JSON object a line. Kubernetes API concepts, "Efficient detection of changes".
import type { StreamedAnswer } from '../transport/connection.ts';
import type { Endpoint } from '../transport/endpoint.ts';
import { linesOf } from '../transport/lines.ts';
import { ServerError } from '../transport/server-error.ts';
import { isObject, parseJson } from './answer.ts';
import type { KubernetesObject } from './resource.ts';
import { type Asked, statusError } from './status-error.ts';

/** A change. A bookmark only says how far the stream has come: its object has a resource version and nothing else of use. */
export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';
  readonly object: KubernetesObject;
}

const TYPES: ReadonlySet<unknown> = new Set(['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK']);

/** @throws ServerError of the status, or of an error within the stream; LimitError for an endless line */
export async function* watchEvents(
  answer: StreamedAnswer,
  endpoint: Endpoint,
  asked: Asked,
  now: Date,
): AsyncGenerator<WatchEvent, void, void> {
  if (answer.status !== 200) {
    throw statusError(endpoint, asked, answer.status, await wholeText(answer, endpoint.server), now);
  }
  for await (const line of linesOf(answer.pieces, endpoint.server)) {
    const event = parseJson(line, endpoint.server);
    if (isErrorEvent(event)) {
      const { code } = event.object;
      throw statusError(endpoint, asked, typeof code === 'number' ? code : 500, JSON.stringify(event.object), now);
    }
    if (!isEvent(event))
      throw new ServerError('not-understood', `${endpoint.server}: a watch gives something else than events`);
    yield event;
  }
}

async function wholeText(answer: StreamedAnswer, server: string): Promise<string> {
  const lines: string[] = [];
  for await (const line of linesOf(answer.pieces, server)) lines.push(line);
  return lines.join('\n');
}

function isErrorEvent(value: unknown): value is { readonly object: Readonly<Record<string, unknown>> } {
  return isTyped(value) && value.type === 'ERROR' && typeof value.object === 'object' && value.object !== null;
}

function isEvent(value: unknown): value is WatchEvent {
  return isTyped(value) && TYPES.has(value.type) && isObject(value.object);
}

function isTyped(value: unknown): value is { readonly type: unknown; readonly object: unknown } {
  return typeof value === 'object' && value !== null && 'type' in value && 'object' in value;
}
