// What a VEX document says of a vulnerability in a product. A statement is such a word; findings without a decision have one too.
import type { Statement } from '../statement.ts';

/** The parts of a statement that a document tells. Without a day it holds from the document's on, without an end until somebody says otherwise. */
export interface VexWord
  extends Pick<Statement, 'status' | 'justification' | 'impact' | 'action' | 'exception'>,
    Partial<Pick<Statement, 'date' | 'expires'>> {}

/** Why a product is not affected where the decision names no reason. */
const NO_REASON_RECORDED = 'The decision that is recorded names no reason.';

/** Why it is not affected, in words, where they are known or nothing else says why; undefined for other statuses. All three forms demand one of the two. */
export function impactOf({ status, justification, impact }: VexWord): string | undefined {
  if (status !== 'not_affected') return undefined;
  return impact ?? (justification === undefined ? NO_REASON_RECORDED : undefined);
}
