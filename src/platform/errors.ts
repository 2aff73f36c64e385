// The one error family of the program: every failure carries a literal code and the exit code that style demands.

/** Why a command failed; listed with its remedy in docs/reference/errors.md. */
export type ErrorCode =
  | 'usage'
  | 'config-invalid'
  | 'input-missing'
  | 'input-unreadable'
  | 'parse'
  | 'limit'
  | 'version-invalid'
  | 'digest-mismatch'
  | 'registry'
  | 'tracker'
  | 'cluster'
  | 'unauthorized'
  | 'not-found'
  | 'unsupported'
  | 'store'
  | 'advisories'
  | 'runtime'
  | 'internal';

/** 1 a verdict of fail that was asked for, 2 usage, 3 nothing readable in the input, 4 internal error. */
export type ExitCode = 1 | 2 | 3 | 4;

const EXIT_CODES: Record<ErrorCode, ExitCode> = {
  usage: 2,
  'config-invalid': 2,
  'input-missing': 3,
  'input-unreadable': 3,
  parse: 3,
  limit: 3,
  'version-invalid': 2,
  'digest-mismatch': 3,
  registry: 3,
  tracker: 3,
  cluster: 3,
  unauthorized: 3,
  'not-found': 3,
  unsupported: 3,
  store: 4,
  advisories: 3,
  runtime: 4,
  internal: 4,
};

/** Base of all errors that the program raises on purpose. The message says what, where, and what to do. */
export class PlimsollError extends Error {
  override readonly name: string = 'PlimsollError';
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.code = code;
  }

  get exitCode(): ExitCode {
    return EXIT_CODES[this.code];
  }
}

/** Input that does not follow its format. The only error that a parser of untrusted bytes may raise, besides LimitError. */
export class ParseError extends PlimsollError {
  override readonly name = 'ParseError';

  constructor(message: string, options?: { readonly cause?: unknown }) {
    super('parse', message, options);
  }
}

/** Input that is larger, deeper or longer than the limits allow. */
export class LimitError extends PlimsollError {
  override readonly name = 'LimitError';

  constructor(message: string) {
    super('limit', message);
  }
}

/** The words of an error for a reader: its message, or the thrown value as text. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
