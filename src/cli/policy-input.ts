// Kubernetes objects that the policy commands read: files, folders of YAML and JSON, with what is to be said of them on stderr.
import { resolve } from 'node:path';
import { LimitError, messageOf, PlimsollError } from '../platform/errors.ts';
import { compareGaps, type Gap, gapPlace } from '../platform/gap.ts';
import { type KubernetesObject, readObjects } from '../posture/policy/objects/read.ts';
import { readTextFile } from '../scan/release/folder.ts';
import { manifestFiles } from '../scan/release/manifests/files.ts';
import type { CommandContext, CommonOptions } from './command.ts';
import { remarker } from './talk.ts';

/** What was read. */
export interface ObjectsInput {
  readonly objects: readonly KubernetesObject[];
  readonly warnings: readonly string[];
  readonly gaps: readonly Gap[];
}

/**
 * Reads files and folders, each with or without `manifests:` before it. What cannot be read is a gap.
 * @throws PlimsollError `input-missing` when a path is not there, or nothing in all of them is a Kubernetes object
 */
export function readObjectInputs(
  paths: readonly string[],
  context: CommandContext,
  options: CommonOptions,
): ObjectsInput {
  const read = paths.map((path) => readOne(path.replace(/^manifests:/, ''), context));
  const objects = read.flatMap((one) => one.objects);
  const warnings = read.flatMap((one) => one.warnings);
  const gaps = read.flatMap((one) => one.gaps).sort(compareGaps);
  if (objects.length === 0) {
    const [gap] = gaps;
    const why = gap === undefined ? '' : ` (${gapPlace(gap)}: ${gap.reason})`;
    throw new PlimsollError('input-missing', `no Kubernetes object in ${paths.join(', ')}${why}`);
  }
  const remark = remarker(context, options);
  for (const warning of warnings) remark(warning);
  for (const gap of gaps) remark(`${gapPlace(gap)}: ${gap.reason}`);
  return { objects, warnings, gaps };
}

function readOne(path: string, { workingDirectory }: CommandContext): ObjectsInput {
  const { files, gaps } = manifestFiles(resolve(workingDirectory, path));
  const parts = files.map((file) => readText(file.path, file.name));
  return {
    objects: parts.flatMap(({ objects }) => objects),
    warnings: parts.flatMap(({ warnings }) => warnings),
    gaps: [...gaps, ...parts.flatMap((part) => part.gaps)],
  };
}

const NOTHING: ObjectsInput = { objects: [], warnings: [], gaps: [] };

function readText(path: string, name: string): ObjectsInput {
  try {
    return readObjects(readTextFile(path), name);
  } catch (error) {
    const kind = error instanceof LimitError ? 'limit-reached' : 'file-unparsed';
    return { ...NOTHING, gaps: [{ kind, target: name, reason: messageOf(error) }] };
  }
}
