// What the reach commands read: manifests of a release, and the words of a question.
import { resolve } from 'node:path';
import { PlimsollError } from '../platform/errors.ts';
import type { Gap } from '../platform/gap.ts';
import type { Placement } from '../posture/reach/placement.ts';
import type { Question } from '../posture/reach/query.ts';
import { parseTerm } from '../posture/reach/question.ts';
import { type ManifestObjects, readManifestObjects } from '../scan/release/manifests/objects.ts';
import type { CommandContext, CommonOptions } from './command.ts';
import { gapLines } from './gap-lines.ts';
import { remarker } from './talk.ts';

/** Options that say what is asked. */
export interface QuestionOptions {
  readonly from?: readonly string[];
  readonly to?: readonly string[];
  readonly whatIf: Placement;
}

/**
 * The objects of a file or folder.
 * @throws PlimsollError `input-missing` when there is nothing, or nothing readable
 */
export function readManifests(path: string, context: CommandContext): ManifestObjects {
  const found = readManifestObjects(resolve(context.workingDirectory, path));
  if (found.objects.length === 0) {
    const [gap] = found.gaps;
    const why = gap === undefined ? '' : ` (${gap.target}: ${gap.reason})`;
    throw new PlimsollError('input-missing', `${path} holds no readable Kubernetes object${why}`);
  }
  return found;
}

/** The question of the options. @throws PlimsollError `usage` */
export function readQuestion({ from = [], to = [], whatIf }: QuestionOptions): Question {
  if (from.length + to.length === 0) {
    throw new PlimsollError('usage', 'a question needs --from or --to; reach list gives everything');
  }
  return { from: from.map(parseTerm), to: to.map(parseTerm), placement: whatIf };
}

/** Names the gaps on stderr, unless --quiet. */
export function sayGaps(gaps: readonly Gap[], context: CommandContext, options: CommonOptions): void {
  const remark = remarker(context, options);
  for (const line of gapLines(gaps)) remark(line);
}

/** The words of --fail-on. @throws PlimsollError `usage` for one that is not known */
export function readWords<Word extends string>(text: string | undefined, known: readonly Word[]): ReadonlySet<Word> {
  const words = text === undefined ? [] : text.split(',').map((word) => word.trim());
  const found = words.map((word) => {
    const one = known.find((own) => own === word);
    if (one === undefined) {
      throw new PlimsollError('usage', `--fail-on: there is no "${word}"; the words are ${known.join(', ')}`);
    }
    return one;
  });
  return new Set(found);
}
