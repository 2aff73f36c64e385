// What goes wrong with a server of the control plane (kube-apiserver, etcd), as one error that callers can tell apart. Messages name the server and
// what was asked, never a header, a body or a query.
import { type ErrorCode, PlimsollError } from '../../platform/errors.ts';

/**
 * What happened:
 * - `unreachable`: no connection (refused, no such host, nobody there in time)
 * - `certificate`: one side does not accept the other's certificate
 * - `no-answer`: connected, but not answered in time, as a half-dead server does
 * - `broken`: the connection ended within the answer
 * - `not-understood`: an answer of another form than the server's own
 * - the rest: HTTP 401, 403, 404, 409, 410, 400 and 422, 429, other 4xx, 5xx
 */
export type ServerErrorKind =
  | 'unreachable'
  | 'certificate'
  | 'no-answer'
  | 'broken'
  | 'not-understood'
  | 'unauthorized'
  | 'forbidden'
  | 'not-found'
  | 'conflict'
  | 'gone'
  | 'invalid'
  | 'too-many-requests'
  | 'refused'
  | 'failed';

/** More about a failure. */
export interface ServerErrorDetails {
  /** HTTP status, when there was an answer. */
  readonly status?: number;
  /** The server's own word for it: `reason` of a Kubernetes Status, or a gRPC code's name of etcd. */
  readonly reason?: string;
  /** The server may have done what was asked all the same: look before it is asked again. */
  readonly outcomeUnknown?: boolean;
  readonly cause?: unknown;
}

/** A request to a server of the control plane that did not succeed. */
export class ServerError extends PlimsollError {
  override readonly name = 'ServerError';
  readonly kind: ServerErrorKind;
  readonly status: number | undefined;
  readonly reason: string | undefined;
  readonly outcomeUnknown: boolean;

  constructor(kind: ServerErrorKind, message: string, details: ServerErrorDetails = {}) {
    super(codeOf(kind), message, { cause: details.cause });
    this.kind = kind;
    this.status = details.status;
    this.reason = details.reason;
    this.outcomeUnknown = details.outcomeUnknown ?? false;
  }
}

function codeOf(kind: ServerErrorKind): ErrorCode {
  if (kind === 'unauthorized' || kind === 'forbidden') return 'unauthorized';
  return kind === 'not-found' ? 'not-found' : 'cluster';
}

/** The kind of an HTTP status of 400 or more. */
export function kindOfStatus(status: number): ServerErrorKind {
  return STATUS_KINDS[status] ?? (status >= 500 ? 'failed' : 'refused');
}

const STATUS_KINDS: Readonly<Record<number, ServerErrorKind>> = {
  400: 'invalid',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not-found',
  409: 'conflict',
  410: 'gone',
  422: 'invalid',
  429: 'too-many-requests',
};
