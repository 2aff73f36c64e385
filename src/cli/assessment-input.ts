// Where a command takes an ASSESSMENT: a JSON file that `scan` wrote, or the id (or its start) of one in the store.
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { messageOf, ParseError, PlimsollError } from '../platform/errors.ts';
import type { Store } from '../platform/store.ts';
import { readAssessmentJson } from '../publish/json/read.ts';
import type { Assessment } from '../scan/assess/assessment.ts';
import { isAssessmentId, readAssessment } from '../scan/assess/assessment-store.ts';

/**
 * Reads the assessment that the text names.
 * @throws PlimsollError `input-missing` when there is neither such a file nor such an id; ParseError for a file that is no assessment.
 */
export async function readAssessmentInput(text: string, workingDirectory: string, store: Store): Promise<Assessment> {
  const path = resolve(workingDirectory, text);
  if (existsSync(path)) return readAssessmentFile(path, text);
  const stored = isAssessmentId(text) ? await readAssessment(store, text) : undefined;
  if (stored !== undefined) return stored;
  throw new PlimsollError(
    'input-missing',
    `${text} is neither a file nor the id of a stored assessment; \`plimsoll history\` lists those that there are`,
  );
}

/** @throws PlimsollError `input-unreadable`; ParseError, both with the name that the user gave. */
async function readAssessmentFile(path: string, name: string): Promise<Assessment> {
  const text = readText(path);
  try {
    return (await readAssessmentJson(text)).assessment;
  } catch (error) {
    if (error instanceof ParseError) throw new ParseError(`${name}: ${error.message}`, { cause: error });
    throw error;
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new PlimsollError('input-unreadable', `${path} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}
