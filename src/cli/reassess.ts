// `plimsoll reassess`: judges assessments again with another advisory set or date. Needs no image: an assessment carries its packages.
import type { Command } from 'commander';
import { listedFigures } from '../explain/history.ts';
import { statisticsOf } from '../explain/statistics.ts';
import { openExistingStore, openStore } from '../platform/store.ts';
import { assessmentsJson } from '../publish/json/write.ts';
import { FORMATS } from '../publish/registry.ts';
import { ASSESSMENT_MIGRATIONS, saveAssessment } from '../scan/assess/assessment-store.ts';
import { loadBook, saveBook } from '../scan/assess/book-store.ts';
import { reassessWithBook } from '../scan/assess/reassess.ts';
import { SEVERITY_POLICIES } from '../scan/assess/severity.ts';
import { openAdvisories } from './advisories-input.ts';
import { isoDate } from './arguments.ts';
import { readAssessmentInput } from './assessment-input.ts';
import { chosenFormat } from './chosen-format.ts';
import { type CommandContext, type CommonOptions, newCommand, terminalOptions, writeResult } from './command.ts';
import { gapLines } from './gap-lines.ts';
import { storePath } from './locations.ts';
import { readConfig } from './release-input.ts';
import { readGivenStatements, STATEMENTS_WORDS } from './statements-input.ts';
import { remarker } from './talk.ts';

interface ReassessCommandOptions extends CommonOptions {
  readonly advisories?: string;
  readonly statements?: readonly string[];
  readonly asOf?: string;
  readonly store?: string;
}

const EXAMPLE = [
  'plimsoll reassess beta.97.json --advisories 2022-04-20.db --format json --output beta.97-later.json',
  'plimsoll reassess 3e23e8160039 2e7d2c03a950 --advisories today.db',
].join('\n');

/** The command. */
export function reassessCommand(context: CommandContext): Command {
  const formats = FORMATS.map((format) => format.id);
  return newCommand('reassess', 'apply another advisory set to assessments, without images', formats, EXAMPLE)
    .argument('<assessment...>', 'a JSON file that scan wrote, or the id of a stored assessment')
    .option('--advisories <file>', 'advisory set (the one that `advisories update` keeps, else the starter set)')
    .option('--statements <path...>', `${STATEMENTS_WORDS} (those that the assessment carries)`)
    .option('--as-of <date>', 'date at which end of life and the expiry of statements are judged (today)', isoDate)
    .option('--store <file>', 'store of assessments (in the data directory of the user)')
    .action((names: readonly string[], options: ReassessCommandOptions) => reassessAll(names, options, context));
}

async function reassessAll(
  names: readonly string[],
  options: ReassessCommandOptions,
  context: CommandContext,
): Promise<void> {
  const format = chosenFormat(context, options, names.length);
  const path = storePath(context, options.store);
  const store =
    (await openExistingStore(path, ASSESSMENT_MIGRATIONS)) ?? (await openStore(path, ASSESSMENT_MIGRATIONS));
  const talk = remarker(context, options);
  if (!store.writable) talk(`store ${path} may not be written: the results are not kept`);
  try {
    const asOf = options.asOf ?? context.now().toISOString().slice(0, 10);
    const config = await readConfig(options, context);
    const statements =
      options.statements === undefined
        ? {}
        : { statements: await readGivenStatements(options.statements, { config, asOf, context, talk }) };
    const set = await openAdvisories(options.advisories, context);
    try {
      const results: (string | Uint8Array)[] = [];
      for (const name of names) {
        const before = await readAssessmentInput(name, context.workingDirectory, store);
        const [severityPolicy] = SEVERITY_POLICIES;
        const earlier = await loadBook(store, before);
        const { assessment: after, book } = reassessWithBook(
          before,
          { set, severityPolicy, asOf, ...statements },
          earlier,
        );
        const statistics = statisticsOf(after);
        if (store.writable) {
          await saveAssessment(store, after, listedFigures(after, statistics), context.now());
          await saveBook(store, after, book());
        }
        results.push(format.render(after, statistics, terminalOptions(context, options)));
        for (const line of gapLines(after.gaps)) talk(line);
      }
      writeResult(context, options, joined(results, format.id));
    } finally {
      set.close();
    }
  } finally {
    await store.close();
  }
}

/** One result as it is; several in JSON as one document, as text one behind the other. */
function joined(results: readonly (string | Uint8Array)[], format: string): string | Uint8Array {
  const [first = '', ...others] = results;
  if (others.length === 0) return first;
  const texts = results.map(String);
  return format === 'json' ? assessmentsJson(texts) : texts.join('\n');
}
