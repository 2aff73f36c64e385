// `plimsoll scan`: inventory, assess, report. Reads arguments and configuration, calls scanRelease, prints what a format makes of the result.
import { availableParallelism } from 'node:os';
import { type Command, Option } from 'commander';
import { failOnVerdict, parseFailOn } from '../explain/fail-on.ts';
import { listedFigures } from '../explain/history.ts';
import { statisticsOf } from '../explain/statistics.ts';
import { loadConfig } from '../platform/config.ts';
import { PlimsollError } from '../platform/errors.ts';
import { printable } from '../platform/printable.ts';
import { createProgress } from '../platform/progress.ts';
import type { Config } from '../platform/settings.ts';
import { openStore, type Store } from '../platform/store.ts';
import { FORMATS } from '../publish/registry.ts';
import type { Assessment } from '../scan/assess/assessment.ts';
import { ASSESSMENT_MIGRATIONS, saveAssessment } from '../scan/assess/assessment-store.ts';
import { type RegistryAccess, registryAccess } from '../scan/image/registry/access.ts';
import { INVENTORY_MIGRATIONS } from '../scan/inventory/inventory-store.ts';
import { openAdvisories } from './advisories-input.ts';
import { isoDate, numberOfJobs } from './arguments.ts';
import { readAssessmentInput } from './assessment-input.ts';
import { chosenFormat } from './chosen-format.ts';
import { type CommandContext, type CommonOptions, newCommand, terminalOptions, writeResult } from './command.ts';
import { gapLines } from './gap-lines.ts';
import { storePath } from './locations.ts';
import { addTargetOptions, readRelease, TARGET_WORDS, type TargetOptions } from './release-input.ts';

interface ScanCommandOptions extends CommonOptions, TargetOptions {
  readonly advisories?: string;
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
  'plimsoll scan csm:csm-1.2.0 --baseline last-week.json --fail-on new:high,gaps',
].join('\n');

/** The command. */
export function scanCommand(context: CommandContext): Command {
  const formats = FORMATS.map((format) => format.id);
  const command = newCommand('scan', 'inventory and assess a release or images, and report', formats, EXAMPLE)
    .argument(
      '<target...>',
      `${TARGET_WORDS}, one or more images, or another scanner's results (snyk:DIR, trivy:PATH, grype:PATH, cyclonedx:PATH)`,
    )
    .option('--advisories <file>', 'advisory set (the one that `advisories update` keeps, else the starter set)')
    .option('--as-of <date>', 'date at which end of life is judged (today)', isoDate)
    .option('--store <file>', 'store of inventories and assessments (in the data directory of the user)')
    .addOption(
      new Option('--jobs <number>', 'worker threads')
        .argParser(numberOfJobs)
        .default(availableParallelism(), 'one a processor'),
    )
    .option('--platform <os/arch>', 'platform to take from images of several (linux/amd64)')
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
  const talk = (line: string): void => {
    if (options.quiet !== true) context.stderr(`plimsoll: ${printable(line)}\n`);
  };
  const config = await loadConfig(options.config, context.workingDirectory);
  const store = await openStore(storePath(context, options.store), [...INVENTORY_MIGRATIONS, ...ASSESSMENT_MIGRATIONS]);
  const progress = createProgress({
    write: context.stderr,
    isTerminal: context.stderrIsTerminal && options.quiet !== true,
    now: context.now,
    columns: context.columns,
  });
  try {
    const baseline =
      options.baseline === undefined
        ? undefined
        : await readAssessmentInput(options.baseline, context.workingDirectory, store);
    const asOf = options.asOf ?? context.now().toISOString().slice(0, 10);
    const around: Surroundings = { config, store, asOf, talk, onProgress: progress.update };
    const assessment =
      (await importResults(targets, options, around)) ?? (await scanTargets(targets, options, context, around));
    progress.done();
    const statistics = statisticsOf(assessment);
    await saveAssessment(store, assessment, listedFigures(assessment, statistics), context.now());
    writeResult(context, options, format.render(assessment, statistics, terminalOptions(context, options)));
    for (const line of gapLines(assessment.gaps)) talk(line);
    refuseUnreadable(assessment);
    if (failOn === undefined) return;
    const verdict = failOnVerdict(failOn, assessment, baseline);
    talk(`--fail-on ${options.failOn}: ${verdict.verdict}: ${verdict.reason}`);
    if (verdict.verdict !== 'pass') context.setExitCode(1);
  } finally {
    progress.done();
    await store.close();
  }
}

/** Another scanner's results in the place of a scan; undefined when the target is to be scanned. */
async function importResults(
  targets: readonly string[],
  options: ScanCommandOptions,
  { config, asOf, talk }: Surroundings,
): Promise<Assessment | undefined> {
  const [only = '', second] = targets;
  if (second !== undefined) return undefined;
  const { importAssessment } = await import('../scan/import-assessment.ts');
  const { own } = config.release;
  const assessment = await importAssessment(only, { asOf, ...(own === undefined ? {} : { own }), remark: talk });
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
): Promise<Assessment> {
  const { scanRelease } = await import('../scan/scan-release.ts');
  const release = await readRelease(targets, options, config, context, talk);
  const set = await openAdvisories(options.advisories, context);
  try {
    const { assessment, counts } = await scanRelease(release, {
      set,
      severityPolicy: 'vendor-then-cvss-then-nvd',
      asOf,
      store,
      jobs: options.jobs,
      access: accessOf(config, context),
      rules: config.release.mirrors,
      ...(options.platform === undefined ? {} : { platform: options.platform }),
      onProgress,
    });
    talk(
      `layers read ${counts.layersRead}, from store ${counts.layersFromStore}; images from store ${counts.imagesFromStore}`,
    );
    return assessment;
  } finally {
    set.close();
  }
}

function accessOf(config: Config, context: CommandContext): RegistryAccess {
  return registryAccess(context.environment, config.registries);
}

/** A scan that could read nothing at all is no result. */
function refuseUnreadable({ images }: Assessment): void {
  if (images.length > 0 && images.some((image) => image.digest !== undefined)) return;
  const what = images.length === 0 ? 'the target names no images' : `none of the ${images.length} images could be read`;
  throw new PlimsollError('input-unreadable', `${what}; the report says why`);
}
