// An API server's refusal as an error: which verb on which resource, and what to do. Answers are Status objects (Kubernetes API conventions,
// "Response Status Kind"). What a server says about a Secret that was sent to it may quote the Secret, so of that only fixed words are repeated.
import { type Endpoint, expiredOn } from '../transport/endpoint.ts';
import { kindOfStatus, ServerError } from '../transport/server-error.ts';
import { objectText, type Resource } from './resource.ts';

/** Verbs as roles have them. */
export type Verb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete' | 'deletecollection';

/** What was asked of the server. */
export interface Asked {
  readonly verb: Verb;
  /** The resource, or the path that is none. */
  readonly target: Resource | string;
  readonly namespace?: string;
  readonly name?: string;
}

/** Fields that are wrong and are named. */
const FIELDS = 10;

/** A refused patch repeats the whole object, with whatever it holds, before it says what is wrong. */
const WHOLE_OBJECT = /Invalid value: "\{(?:[^"\\]|\\.)*"/gs;
/** Characters of a server's sentence that are looked at. */
const READ = 10_000;
/** Characters of it that are repeated. */
const QUOTED = 400;

/** Statuses after which a change may have happened all the same: the server or what stands before it gave up waiting. */
const OUTCOME_UNKNOWN: ReadonlySet<number> = new Set([500, 502, 503, 504]);

/** Makes the error of an answer with status 400 or more. */
export function statusError(endpoint: Endpoint, asked: Asked, status: number, body: string, now: Date): ServerError {
  const said = readStatus(body);
  const { verb } = asked;
  const writes = !READS.has(verb);
  const words = sentence(endpoint, asked, status, said, now);
  return new ServerError(kindOfStatus(status), `${endpoint.server}: ${words}`, {
    status,
    ...(said.reason === undefined ? {} : { reason: said.reason }),
    outcomeUnknown: writes && OUTCOME_UNKNOWN.has(status),
  });
}

/** Verbs that change nothing. */
export const READS: ReadonlySet<Verb> = new Set(['get', 'list', 'watch']);

function sentence(endpoint: Endpoint, asked: Asked, status: number, said: SaidStatus, now: Date): string {
  const what = `${asked.verb} ${targetText(asked)}`;
  if (status === 401) {
    const expired = expiredOn(endpoint, now);
    const why =
      expired === undefined ? 'the credentials are not accepted' : `the client certificate expired on ${expired}`;
    return `${what}: ${why}`;
  }
  if (status === 403) return `${what}: forbidden${forbiddenText(asked, said)}`;
  const quote = quoted(asked, said);
  if (status === 404) return `${what}: ${said.isStatus ? 'there is none' : 'the server does not know this kind'}`;
  if (status === 409) {
    const why =
      said.reason === 'AlreadyExists' ? 'it exists already' : 'it was changed meanwhile, or another owns the fields';
    return `${what}: conflict: ${why}${quote}`;
  }
  if (status === 410) return `${what}: the server no longer has that point in time; read the list again`;
  if (status === 429) return `${what}: the server has too many requests now`;
  if (status === 422 || status === 400) return `${what}: the server does not accept it${fieldsText(said)}${quote}`;
  return `${what}: the server answers ${status}${said.reason === undefined ? '' : ` ${said.reason}`}${quote}`;
}

function forbiddenText(asked: Asked, said: SaidStatus): string {
  const webhook = /admission webhook "([\w.-]{1,253})" denied/.exec(said.message)?.[1];
  if (webhook !== undefined) return `: the admission webhook ${webhook} denies it`;
  if (!/ cannot \w+ (resource|path) /.test(said.message)) return quoted(asked, said);
  const user = /^(?:.* )?User "([^"\\]{1,253})"/.exec(said.message)?.[1];
  const where = asked.namespace === undefined ? 'in the whole cluster' : `in namespace ${asked.namespace}`;
  const place = typeof asked.target === 'string' ? '' : ` ${where}`;
  const who = user === undefined ? 'the user' : `user ${user}`;
  return `: ${who} lacks the verb "${asked.verb}" on ${rightText(asked)}${place} (--rbac prints the role)`;
}

function rightText({ target }: Asked): string {
  return typeof target === 'string' ? `the path ${target}` : objectText(target, {});
}

function targetText({ target, namespace, name }: Asked): string {
  if (typeof target === 'string') return target;
  return objectText(target, {
    ...(namespace === undefined ? {} : { namespace }),
    ...(name === undefined ? {} : { name }),
  });
}

/** The server's sentence, unless it may repeat what was sent as a Secret. */
function quoted({ target, verb }: Asked, { message }: SaidStatus): string {
  const secret = typeof target !== 'string' && target.group === '' && target.plural === 'secrets';
  if (message === '' || (secret && !READS.has(verb))) return '';
  return `: ${message.length > QUOTED ? `${message.slice(0, QUOTED)}…` : message}`;
}

function fieldsText({ fields }: SaidStatus): string {
  const more = fields.length > FIELDS ? `, and ${fields.length - FIELDS} more` : '';
  return fields.length === 0 ? '' : ` (${fields.slice(0, FIELDS).join(', ')}${more})`;
}

interface SaidStatus {
  readonly isStatus: boolean;
  readonly message: string;
  readonly reason: string | undefined;
  /** Fields that are wrong. */
  readonly fields: readonly string[];
}

/** Reads what there is of a Status; a proxy's page or half an object gives an empty one. */
function readStatus(body: string): SaidStatus {
  const status = parsed(body);
  if (!isRecord(status) || status['kind'] !== 'Status') {
    return { isStatus: false, message: '', reason: undefined, fields: [] };
  }
  const { message, reason, details } = status;
  const causes = isRecord(details) && Array.isArray(details['causes']) ? details['causes'] : [];
  return {
    isStatus: true,
    message: typeof message === 'string' ? message.replaceAll(WHOLE_OBJECT, 'Invalid value').slice(0, READ) : '',
    reason: typeof reason === 'string' && /^\w{1,60}$/.test(reason) ? reason : undefined,
    fields: causes.flatMap((cause: unknown) => {
      const field = isRecord(cause) ? cause['field'] : undefined;
      return typeof field === 'string' && /^[\w.[\]/-]{1,200}$/.test(field) ? [field] : [];
    }),
  };
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
