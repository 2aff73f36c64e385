// `plimsoll scan`: inventory, assess, report. Reads arguments and configuration, calls scanRelease, prints what a format makes of the result.
import { availableParallelism } from 'node:os';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { failOnVerdict, parseFailOn } from '../explain/fail-on.ts';
import { listedFigures } from '../explain/history.ts';
import { statisticsOf } from '../explain/statistics.ts';
import { loadConfig } from '../platform/config.ts';
import { PlimsollError } from '../platform/errors.ts';
import { printable } from '../platform/printable.ts';
import { createProgress } from '../platform/progress.ts';
import type { Config } from '../platform/settings.ts';
import { openStore } from '../platform/store.ts';
import { FORMATS, formatNamed } from '../publish/registry.ts';
import type { Assessment } from '../scan/assess/assessment.ts';
import { ASSESSMENT_MIGRATIONS, saveAssessment } from '../scan/assess/assessment-store.ts';
import { type RegistryAccess, registryAccess } from '../scan/image/registry/access.ts';
import { INVENTORY_MIGRATIONS } from '../scan/inventory/inventory-store.ts';
import { expandRelease, releaseOfImages } from '../scan/release/expand.ts';
import type { Release } from '../scan/release/release.ts';
import { scanRelease } from '../scan/scan-release.ts';
import { openAdvisories } from './advisories-input.ts';
import { readAssessmentInput } from './assessment-input.ts';
import { type CommandContext, type CommonOptions, newCommand, terminalOptions, writeResult } from './command.ts';
import { gapLines } from './gap-lines.ts';
import { storePath } from './locations.ts';

interface ScanCommandOptions extends CommonOptions {
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
  return newCommand('scan', 'inventory and assess a release or images, and report', formats, EXAMPLE)
    .argument('<target...>', 'a release (csm:DIR, dir-tree:DIR, manifests:PATH, images:FILE), or one or more images')
    .option('--advisories <file>', 'advisory set (the one that `advisories update` keeps, else the starter set)')
    .option('--as-of <date>', 'date at which end of life is judged (today)', isoDate)
    .option('--store <file>', 'store of inventories and assessments (in the data directory of the user)')
    .addOption(
      new Option('--jobs <number>', 'worker threads')
        .argParser(positiveInteger)
        .default(availableParallelism(), 'one a processor'),
    )
    .option('--platform <os/arch>', 'platform to take from images of several (linux/amd64)')
    .option('--fail-on <words>', 'exit 1 when met: severities, fixable, gaps; new:… against the baseline')
    .option('--baseline <assessment>', 'earlier assessment for new:… (a file or an id)')
    .action((targets: readonly string[], options: ScanCommandOptions) => scan(targets, options, context));
}

async function scan(targets: readonly string[], options: ScanCommandOptions, context: CommandContext): Promise<void> {
  const failOn = options.failOn === undefined ? undefined : parseFailOn(options.failOn);
  const talk = (line: string): void => {
    if (options.quiet !== true) context.stderr(`plimsoll: ${printable(line)}\n`);
  };
  const config = await loadConfig(options.config, context.workingDirectory);
  const release = await releaseOf(targets, config, talk);
  const set = await openAdvisories(options.advisories, context);
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
    const { assessment, counts } = await scanRelease(release, {
      set,
      severityPolicy: 'vendor-then-cvss-then-nvd',
      asOf: options.asOf ?? context.now().toISOString().slice(0, 10),
      store,
      jobs: options.jobs,
      access: accessOf(config, context),
      rules: config.release.mirrors,
      ...(options.platform === undefined ? {} : { platform: options.platform }),
      onProgress: progress.update,
    });
    progress.done();
    const statistics = statisticsOf(assessment);
    await saveAssessment(store, assessment, listedFigures(assessment, statistics), context.now());
    talk(
      `layers read ${counts.layersRead}, from store ${counts.layersFromStore}; images from store ${counts.imagesFromStore}`,
    );
    const format = formatNamed(options.format);
    if (format === undefined) throw new PlimsollError('usage', `there is no format ${options.format}`);
    writeResult(context, options, format.render(assessment, statistics, terminalOptions(context, options)));
    for (const line of gapLines(assessment.gaps)) talk(line);
    refuseUnreadable(assessment);
    if (failOn === undefined) return;
    const verdict = failOnVerdict(failOn, assessment, baseline);
    talk(`--fail-on ${options.failOn}: ${verdict.verdict}: ${verdict.reason}`);
    if (verdict.verdict !== 'pass') context.setExitCode(1);
  } finally {
    progress.done();
    set.close();
    await store.close();
  }
}

async function releaseOf(targets: readonly string[], config: Config, remark: (line: string) => void): Promise<Release> {
  const { own } = config.release;
  const expand = { ...(own === undefined ? {} : { own }), remark };
  const [only, second] = targets;
  if (only === undefined) throw new PlimsollError('usage', 'name a target to scan');
  return second === undefined ? expandRelease(only, expand) : releaseOfImages(targets, undefined, expand);
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

function isoDate(text: string): string {
  if (/^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text))) return text;
  throw new InvalidArgumentError('write a date as 2022-04-06');
}

function positiveInteger(text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number > 0 && number <= 256) return number;
  throw new InvalidArgumentError('write a number from 1 to 256');
}
