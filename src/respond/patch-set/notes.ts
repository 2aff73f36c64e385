// What people add to a patch set, as YAML: its id and title, what it takes the place of, preconditions, steps, restarts and tests that no file of the
// release tells. Every key: docs/guide/plan.md, "Patch sets".
import { z } from 'zod';
import { checkedYaml } from '../../platform/checked-yaml.ts';
import type { PatchNotes } from './patch-notes.ts';
import { RESTART_CATEGORIES } from './restart.ts';

const words = z.string().trim().min(1, 'must not be empty').max(2000);
const list = z.array(words).max(1000).default([]);
const id = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9.+-]{0,199}$/, 'must be letters, digits, dots, plus and minus signs');
const notes = z.strictObject({
  id: id.exactOptional(),
  title: words.exactOptional(),
  supersedes: id.exactOptional(),
  preconditions: list,
  steps: list,
  restarts: z
    .array(
      z.strictObject({
        category: z.enum(RESTART_CATEGORIES),
        subject: words,
        details: words,
      }),
    )
    .max(1000)
    .default([]),
  testsBefore: list,
  testsAfter: list,
  backOutSteps: list,
});

/**
 * Reads the text of a file of notes.
 * @param file name for messages
 * @throws ParseError with file, line and column
 */
export function parseNotes(text: string, file: string): PatchNotes {
  return checkedYaml(text, file, notes).value;
}
