// `plimsoll scan`: inventory, assess, report. Reads arguments and configuration, calls scanRelease, prints what a format makes of the result.
import { availableParallelism } from 'node:os';
import { type Command, Option } from 'commander';
import { failOnVerdict, parseFailOn, refuseWithoutBaseline } from '../explain/fail-on.ts';
import { listedFigures } from '../explain/history.ts';
import { statisticsOf } from '../explain/statistics.ts';
import { PlimsollError } from '../platform/errors.ts';
import type { Config } from '../platform/settings.ts';
import { openStore, type Store } from '../platform/store.ts';
import { FORMATS } from '../publish/registry.ts';
import type { TerminalOptions } from '../publish/terminal/terminal.ts';
import type { Assessment } from '../scan/assess/assessment.ts';
import { ASSESSMENT_MIGRATIONS, readAssessment, saveAssessment } from '../scan/assess/assessment-store.ts';
import { type RegistryAccess, registryAccess } from '../scan/image/registry/access.ts';
import { INVENTORY_MIGRATIONS } from '../scan/inventory/inventory-store.ts';
import { type KeptResult, keepResult, keptResult, RESULT_MIGRATIONS } from '../scan/kept-results.ts';
import { type OpenedImage, openRelease } from '../scan/open-images.ts';
import type { ReadCounts } from '../scan/read/read-counts.ts';
import { resultKey } from '../scan/result-key.ts';
import { openAdvisories } from './advisories-input.ts';
import { isoDate, numberOfJobs, platformName } from './arguments.ts';
import { readAssessmentInput } from './assessment-input.ts';
import { chosenFormat } from './chosen-format.ts';
import { type CommandContext, type CommonOptions, newCommand, terminalOptions, writeResult } from './command.ts';
import { gapLines } from './gap-lines.ts';
import { storePath } from './locations.ts';
import { addTargetOptions, readConfig, readRelease, TARGET_WORDS, type TargetOptions } from './release-input.ts';
import { readGivenStatements, STATEMENTS_WORDS } from './statements-input.ts';
import { progressFor, remarker } from './talk.ts';

interface ScanCommandOptions extends CommonOptions, TargetOptions {
  readonly advisories?: string;
  readonly statements?: readonly string[];
  readonly asOf?: string;
  readonly store?: string;
  readonly jobs: number;
  readonly platform?: string;
  readonly failOn?: string;
  readonly baseline?: string;
}

const EXAMPLE = [
  'plimsoll scan csm:csm-1.2.0 --advisories advisories.db',
  'plimsoll scan alpine:3.16 debian:12 --format html --output report.html',
  'plimsoll scan csm:csm-1.2.0 oci:build/layout:1.4 --config plimsoll.yaml',
  'plimsoll scan csm:csm-1.2.0 --baseline last-week.json --fail-on new:high,gaps',
].join('\n');

/** The command. */
export function scanCommand(context: CommandContext): Command {
  const formats = FORMATS.map((format) => format.id);
  const command = newCommand('scan', 'inventory and assess a release or images, and report', formats, EXAMPLE)
    .argument(
      '<target...>',
      `${TARGET_WORDS} and images, any number; or another scanner's results alone (snyk:DIR, trivy:PATH, grype:PATH, cyclonedx:PATH)`,
    )
    .option('--advisories <file>', 'advisory set (the one that `advisories update` keeps, else the starter set)')
    .option('--statements <path...>', STATEMENTS_WORDS)
    .option('--as-of <date>', 'date at which end of life and the expiry of statements are judged (today)', isoDate)
    .option('--store <file>', 'store of inventories and assessments (in the data directory of the user)')
    .addOption(
      new Option('--jobs <number>', 'worker threads')
        .argParser(numberOfJobs)
        .default(availableParallelism(), 'one a processor'),
    )
    .option('--platform <os/arch>', 'platform to take from images of several (linux/amd64)', platformName)
    .option('--fail-on <words>', 'exit 1 when met: severities, fixable, gaps; new:… against the baseline')
    .option('--baseline <assessment>', 'earlier assessment for new:… (a file or an id)');
  return addTargetOptions(command).action((targets: readonly string[], options: ScanCommandOptions) =>
    scan(targets, options, context),
  );
}

/** What a scan works with besides its target. */
interface Surroundings {
  readonly config: Config;
  readonly store: Store;
  readonly asOf: string;
  readonly talk: (line: string) => void;
  readonly onProgress: (text: string) => void;
}

async function scan(targets: readonly string[], options: ScanCommandOptions, context: CommandContext): Promise<void> {
  const format = chosenFormat(context, options);
  const failOn = options.failOn === undefined ? undefined : parseFailOn(options.failOn);
  if (failOn !== undefined && options.baseline === undefined) refuseWithoutBaseline(failOn);
  const progress = progressFor(context, options);
  const talk = remarker(context, options, progress);
  const config = await readConfig(options, context);
  const store = await openStore(storePath(context, options.store), [
    ...INVENTORY_MIGRATIONS,
    ...ASSESSMENT_MIGRATIONS,
    ...RESULT_MIGRATIONS,
  ]);
  try {
    const baseline =
      options.baseline === undefined
        ? undefined
        : await readAssessmentInput(options.baseline, context.workingDirectory, store);
    const asOf = options.asOf ?? context.now().toISOString().slice(0, 10);
    const around: Surroundings = { config, store, asOf, talk, onProgress: progress.update };
    const terminal = terminalOptions(context, options);
    const resultOf = async (assessment: Assessment): Promise<Result> => {
      const statistics = statisticsOf(assessment);
      await saveAssessment(store, assessment, listedFigures(assessment, statistics), context.now());
      const body = format.render(assessment, statistics, terminal);
      return { assessment: assessment.id, gaps: assessment.gaps, body, made: assessment };
    };
    const imported = await importResults(targets, options, around);
    const result =
      imported === undefined
        ? await scanTargets(targets, options, context, around, { id: format.id, terminal, resultOf })
        : await resultOf(imported);
    progress.done();
    writeResult(context, options, result.body);
    for (const line of gapLines(result.gaps)) talk(line);
    if (result.made !== undefined) refuseUnreadable(result.made);
    if (failOn === undefined) return;
    const assessment = result.made ?? (await storedAssessment(result.assessment, store));
    const verdict = failOnVerdict(failOn, assessment, baseline);
    talk(`--fail-on ${options.failOn}: ${verdict.verdict}: ${verdict.reason}`);
    if (verdict.verdict !== 'pass') context.setExitCode(1);
  } finally {
    progress.done();
    await store.close();
  }
}

/** What a scan prints. Of a result that an earlier scan kept, the assessment is in the store; `made` is the one that this scan made. */
interface Result extends KeptResult {
  readonly made?: Assessment;
}

/** The form of the result. */
interface Form {
  readonly id: string;
  readonly terminal: TerminalOptions;
  readonly resultOf: (assessment: Assessment) => Promise<Result>;
}

/** Another scanner's results in the place of a scan; undefined when the target is to be scanned. */
async function importResults(
  targets: readonly string[],
  options: ScanCommandOptions,
  { config, asOf, talk }: Surroundings,
): Promise<Assessment | undefined> {
  const [only = '', second] = targets;
  if (second !== undefined) return undefined;
  const { importAssessment } = await import('../scan/import/import-assessment.ts');
  const { own } = config.release;
  const assessment = await importAssessment(only, { asOf, ...(own === undefined ? {} : { own }), remark: talk });
  if (assessment !== undefined && options.statements !== undefined) {
    throw new PlimsollError(
      'usage',
      `${only} holds another scanner's findings with its own decisions; apply --statements to them with \`plimsoll reassess\``,
    );
  }
  if (assessment !== undefined && options.advisories !== undefined) {
    throw new PlimsollError(
      'usage',
      `${only} holds another scanner's findings; apply --advisories to them with \`plimsoll reassess\``,
    );
  }
  return assessment;
}

async function scanTargets(
  targets: readonly string[],
  options: ScanCommandOptions,
  context: CommandContext,
  { config, store, asOf, talk, onProgress }: Surroundings,
  form: Form,
): Promise<Result> {
  const statements = await readGivenStatements(options.statements, { config, asOf, context, talk });
  const release = await readRelease(targets, options, config, context, talk);
  const set = await openAdvisories(options.advisories, context);
  try {
    const judgement = { set, severityPolicy: 'vendor-then-cvss-then-nvd', asOf, statements } as const;
    const access = accessOf(config, context);
    const platform = options.platform === undefined ? {} : { platform: options.platform };
    const opened = await openRelease(release, { access, ...platform, onProgress });
    const { id: format, terminal } = form;
    const key = resultKey(release, opened, judgement, { format, ...terminal });
    const kept = key === undefined ? undefined : await keptResult(store, key);
    if (kept !== undefined) {
      talk(countsLine({ layersRead: 0, layersFromStore: 0, imagesFromStore: distinctImages(opened) }));
      return kept;
    }
    const { scanOpened } = await import('../scan/scan-release.ts');
    const { jobs } = options;
    const { assessment, counts } = await scanOpened(release, opened, { ...judgement, store, jobs, access, onProgress });
    talk(countsLine(counts));
    const result = await form.resultOf(assessment);
    const complete = assessment.images.every(({ digest }) => digest !== undefined);
    if (key !== undefined && complete) await keepResult(store, key, result);
    return result;
  } finally {
    set.close();
  }
}

function countsLine({ layersRead, layersFromStore, imagesFromStore }: Omit<ReadCounts, 'bytesRead'>): string {
  return `layers read ${layersRead}, from store ${layersFromStore}; images from store ${imagesFromStore}`;
}

function distinctImages(opened: readonly OpenedImage[]): number {
  return new Set(opened.map(({ source }) => source?.digest)).size;
}

/** @throws PlimsollError `store` when another process removed it since it was looked up. */
async function storedAssessment(id: string, store: Store): Promise<Assessment> {
  const assessment = await readAssessment(store, id);
  if (assessment === undefined) throw new PlimsollError('store', `the store lost the assessment ${id}; scan again`);
  return assessment;
}

function accessOf(config: Config, context: CommandContext): RegistryAccess {
  return registryAccess(context.environment, config.registries);
}

/** A scan that could read nothing at all is no result. */
function refuseUnreadable({ images }: Assessment): void {
  if (images.length > 0 && images.some((image) => image.digest !== undefined)) return;
  throw new PlimsollError('input-unreadable', `${unreadText(images.length)}; the report says why`);
}

function unreadText(images: number): string {
  if (images === 0) return 'the target names no images';
  return images === 1 ? 'the image could not be read' : `none of the ${images} images could be read`;
}
