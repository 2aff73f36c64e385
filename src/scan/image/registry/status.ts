// What an HTTP status of a registry means when it is not success.
import { PlimsollError } from '../../../platform/errors.ts';
import type { HttpResponse } from './http.ts';
import { parseRetryAfter, TransientError } from './retry.ts';

/** The error for a server that is busy or failing, undefined for other statuses. */
export function busy(response: HttpResponse): TransientError | undefined {
  const { status, host, headers } = response;
  const failing = status >= 500 && status !== 501 && status !== 505;
  if (status !== 408 && status !== 429 && !failing) return undefined;
  const waitMs = parseRetryAfter(headers['retry-after'], new Date());
  const wait = waitMs === undefined ? '' : `, asks to wait ${Math.ceil(waitMs / 1000)} s`;
  const what =
    status === 429 ? 'limits requests (status 429): log in, or use a mirror' : `answers with status ${status}`;
  return new TransientError(`${host} ${what}${wait}`, { waitMs });
}

/** The error for a status that no repetition changes. `what` names the thing that was asked for. */
export function refused(response: HttpResponse, what: string): PlimsollError {
  const { status, host } = response;
  if (status === 404 || status === 410) return new PlimsollError('not-found', `${host} has no ${what}`);
  return new PlimsollError('registry', `${host} answers with status ${status} for ${what}`);
}
