// Why a policy or a rule came to no verdict. An unsupported construct is told as such and never counts as passed.
import { PlimsollError } from '../../../platform/errors.ts';

/** A construct outside the declared subset (docs/guide/policy.md), or one that needs a cluster. */
export class UnsupportedError extends PlimsollError {
  override readonly name = 'UnsupportedError';

  constructor(message: string) {
    super('unsupported', message);
  }
}

/** What Kyverno itself would report as an error of the rule: a variable that does not resolve, a value of the wrong type. */
export class EvaluationError extends PlimsollError {
  override readonly name: string = 'EvaluationError';

  constructor(message: string, options?: { readonly cause?: unknown }) {
    super('parse', message, options);
  }
}

/** A key that is not there. `||` in JMESPath takes it for null. */
export class NotFoundError extends EvaluationError {
  override readonly name = 'NotFoundError';
}
