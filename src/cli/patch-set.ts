// `plimsoll patch-set`: the document that goes out with an update from one assessed release to another.
import { createHash } from 'node:crypto';
import { createReadStream, type Stats, statSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Command } from 'commander';
import { messageOf, PlimsollError } from '../platform/errors.ts';
import { patchSetCsaf } from '../publish/csaf/patch-set.ts';
import type { Publisher } from '../publish/document-facts.ts';
import { patchSetJson } from '../publish/json/patch-set.ts';
import { patchSetMarkdown } from '../publish/markdown/patch-set.ts';
import { NO_NOTES, type PatchNotes } from '../respond/patch-set/patch-notes.ts';
import { type PatchFile, patchSetOf } from '../respond/patch-set/patch-set.ts';
import { ASSESSMENT_MIGRATIONS } from '../scan/assess/assessment-store.ts';
import { readAssessmentInput } from './assessment-input.ts';
import { type CommandContext, type CommonOptions, newCommand, writeResult } from './command.ts';
import { gapLines } from './gap-lines.ts';
import { lineOfAssessment, readLines, readSmallText } from './lines-input.ts';
import { openLookupStore } from './lookup-store.ts';
import { remarker } from './talk.ts';

interface PatchSetCommandOptions extends CommonOptions {
  readonly notes?: string;
  readonly file: readonly string[];
  readonly publisher?: string;
  readonly namespace?: string;
  readonly lines?: string;
  readonly store?: string;
}

const EXAMPLE = [
  'plimsoll patch-set beta.97.json beta.106.json --notes notes.yaml --file images.tar.gz',
  'plimsoll patch-set beta.97.json beta.106.json --format csaf --publisher "Example" --namespace https://example.org',
].join('\n');

/** The command. */
export function patchSetCommand(context: CommandContext): Command {
  const summary = 'the document of an update: images, what they close, leave and bring, restarts, tests, the way back';
  return newCommand('patch-set', summary, ['markdown', 'json', 'csaf'], EXAMPLE)
    .argument('<from>', 'assessment of what is installed: a JSON file that scan wrote, or the id of a stored one')
    .argument('<to>', 'assessment of what it becomes')
    .option('--notes <file>', 'YAML with what no file of the release tells: id, steps, preconditions, restarts, tests')
    .option('--file <path>', 'a file that goes out with it, listed with its SHA-256 (repeatable)', collect, [])
    .option('--publisher <name>', 'who issues the CSAF document; without, it is a draft')
    .option('--namespace <url>', "a URL under the publisher's control (CSAF 2.0, 3.2.1.8.4)")
    .option('--lines <file>', 'release lines (lines.yaml in the working directory)')
    .option('--store <file>', 'store of assessments (in the data directory of the user)')
    .action((from: string, to: string, options: PatchSetCommandOptions) => describeUpdate(from, to, options, context));
}

async function describeUpdate(
  from: string,
  to: string,
  options: PatchSetCommandOptions,
  context: CommandContext,
): Promise<void> {
  const publisher = publisherOf(options);
  const notes = await readNotes(options.notes, context);
  const lines = await readLines(options.lines, context);
  const files: PatchFile[] = [];
  for (const path of new Set(options.file)) files.push(await hashedFile(path, context));
  const store = await openLookupStore(options.store, context, ASSESSMENT_MIGRATIONS);
  try {
    const before = await readAssessmentInput(from, context.workingDirectory, store);
    const after = await readAssessmentInput(to, context.workingDirectory, store);
    const line = await lineOfAssessment(lines, after);
    const set = patchSetOf(before, after, { notes, files, ...(line === undefined ? {} : { line }) });
    const render = {
      markdown: () => patchSetMarkdown(set),
      json: () => patchSetJson(set),
      csaf: () => patchSetCsaf(set, publisher),
    };
    writeResult(context, options, (render[options.format as keyof typeof render] ?? render.markdown)());
    const talk = remarker(context, options);
    for (const text of gapLines(set.gaps)) talk(text);
    if (set.images.length + set.charts.length + set.gaps.length === 0) {
      talk('no image and no chart differs between the two: there is nothing to apply');
    }
  } finally {
    await store.close();
  }
}

/** @throws PlimsollError `usage` for half an issuer, or a namespace that is no web address */
function publisherOf({ publisher: name, namespace }: PatchSetCommandOptions): Publisher | undefined {
  if (name === undefined && namespace === undefined) return undefined;
  if (name === undefined || namespace === undefined) {
    throw new PlimsollError('usage', '--publisher and --namespace belong together: CSAF tells issuers apart by both');
  }
  if (name.trim() === '' || !/^https?:$/.test(URL.parse(namespace)?.protocol ?? '')) {
    throw new PlimsollError('usage', '--publisher must not be empty, and --namespace must be an http or https URL');
  }
  return { name, namespace };
}

/** @throws PlimsollError `input-missing`; ParseError with file, line and column */
async function readNotes(name: string | undefined, context: CommandContext): Promise<PatchNotes> {
  if (name === undefined) return NO_NOTES;
  const text = readSmallText(resolve(context.workingDirectory, name), name);
  if (text === undefined) throw new PlimsollError('input-missing', `${name}: there is no such file of notes`);
  const { parseNotes } = await import('../respond/patch-set/notes.ts');
  return parseNotes(text, name);
}

/** Named as seen from the working directory. @throws PlimsollError `input-unreadable` */
async function hashedFile(name: string, { workingDirectory }: CommandContext): Promise<PatchFile> {
  const path = resolve(workingDirectory, name);
  const hash = createHash('sha256');
  let status: Stats;
  try {
    status = statSync(path);
    if (!status.isFile()) throw new TypeError('it is not a file');
    await pipeline(createReadStream(path), hash);
  } catch (error) {
    throw new PlimsollError('input-unreadable', `${name} cannot be read: ${messageOf(error)}`, { cause: error });
  }
  return { path: relative(workingDirectory, path), bytes: status.size, sha256: hash.digest('hex') };
}

function collect(value: string, earlier: readonly string[]): readonly string[] {
  return [...earlier, value];
}
