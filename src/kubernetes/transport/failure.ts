// Why a connection failed, in words that say what to look at. Codes: Node.js errors, OpenSSL X509_V_ERR_* and TLS alerts (RFC 8446, 6.2).
import { messageOf } from '../../platform/errors.ts';
import { type Endpoint, expiredOn } from './endpoint.ts';
import { ServerError } from './server-error.ts';

/** How far a request came. */
export type Progress = 'connecting' | 'waiting' | 'reading' | 'ended';

/** A failure and its circumstances. */
export interface FailedConnection {
  readonly endpoint: Endpoint;
  /** Method and path. */
  readonly what: string;
  readonly progress: Progress;
  /** The request would change something. */
  readonly writes: boolean;
  readonly error: unknown;
  readonly now: Date;
  /** Set when our own clock ended it, after this time. */
  readonly timeoutMs?: number;
}

/** The failure as a ServerError: never connected, a certificate, silence, or a connection that broke. */
export function connectionFailure(failed: FailedConnection): ServerError {
  const { endpoint, what, progress, writes, error, timeoutMs } = failed;
  const place = `${endpoint.server}: ${what}`;
  const code = codeOf(error);
  const certificate = certificateText(failed, code);
  if (certificate !== undefined) return new ServerError('certificate', `${place}: ${certificate}`, { cause: error });
  const seconds = (timeoutMs ?? 0) / 1000;
  if (progress === 'connecting') {
    const why = timeoutMs === undefined ? (REACHING[code] ?? messageOf(error)) : `no connection within ${seconds} s`;
    return new ServerError('unreachable', `${place}: cannot be reached: ${why}`, { cause: error });
  }
  const details = { cause: error, outcomeUnknown: writes };
  if (timeoutMs !== undefined) {
    const since = progress === 'reading' ? 'stopped answering for' : 'is connected but does not answer for';
    return new ServerError('no-answer', `${place}: the server ${since} ${seconds} s`, details);
  }
  return new ServerError('broken', `${place}: the connection was broken off (${code || messageOf(error)})`, details);
}

const REACHING: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'no such host',
  EAI_AGAIN: 'the name cannot be resolved now',
  EHOSTUNREACH: 'no route to the host',
  ENETUNREACH: 'no route to the network',
  ETIMEDOUT: 'no connection in time',
  ECONNRESET: 'the connection was closed before it was made: something else than this server may listen there',
  EPROTO: 'it does not speak TLS',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'it does not speak TLS',
};

/** What is wrong with the server's certificate, by OpenSSL's code. */
const SERVER_CERTIFICATE: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'its certificate has expired: renew it (kubeadm certs renew)',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet: compare the clocks',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is its own and not trusted: give its authority',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is of an authority that is not trusted',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is of an authority that is not trusted',
  UNABLE_TO_GET_ISSUER_CERT: 'its certificate is of an authority that is not trusted',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate is of an authority that is not trusted',
  CERT_SIGNATURE_FAILURE: 'its certificate is not signed by the authority of that name',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
};

function certificateText({ endpoint, error, now }: FailedConnection, code: string): string | undefined {
  const server = SERVER_CERTIFICATE[code];
  if (server !== undefined) return server;
  if (!/^ERR_SSL_.*ALERT_.*(CERTIFICATE|UNKNOWN_CA|ACCESS_DENIED)/.test(code)) return undefined;
  if (endpoint.certificate === undefined) return 'the server wants a client certificate';
  const expired = expiredOn(endpoint, now);
  if (expired !== undefined) return `the client certificate expired on ${expired}: renew it`;
  return `the server refuses the client certificate (${messageOf(error).replace(/^.*:(?=\w)/, '')})`;
}

function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('code' in error)) return '';
  return typeof error.code === 'string' ? error.code : '';
}
