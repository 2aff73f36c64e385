// Kubernetes objects that the policy commands read: files, folders of YAML and JSON, with what is to be said of them on stderr.
import { statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { LimitError, messageOf, PlimsollError } from '../platform/errors.ts';
import { compareGaps, type Gap, gapPlace } from '../platform/gap.ts';
import { type KubernetesObject, readObjects } from '../posture/policy/objects/read.ts';
import { isInside, readTextFile, unreadableFolder, walkFolder } from '../scan/release/folder.ts';
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
  const whole = resolve(workingDirectory, path);
  const status = statSync(whole, { throwIfNoEntry: false });
  if (status === undefined) throw new PlimsollError('input-missing', `${path} does not exist`);
  if (!status.isDirectory()) return readText(whole, basename(path));
  const parts: ObjectsInput[] = [];
  for (const entry of walkFolder(whole)) {
    if (entry.kind === 'unreadable') parts.push({ ...NOTHING, gaps: [unreadableFolder(entry.path)] });
    if (!/\.(?:ya?ml|json)$/.test(entry.path)) continue;
    if (entry.kind === 'file' || (entry.kind === 'link' && leadsInside(whole, entry.path))) {
      parts.push(readText(join(whole, entry.path), entry.path));
    } else if (entry.kind === 'link') {
      const reason = 'the link is not followed';
      parts.push({ ...NOTHING, gaps: [{ kind: 'not-scanned', target: entry.path, reason }] });
    }
  }
  return {
    objects: parts.flatMap(({ objects }) => objects),
    warnings: parts.flatMap(({ warnings }) => warnings),
    gaps: parts.flatMap(({ gaps }) => gaps),
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

function leadsInside(folder: string, path: string): boolean {
  try {
    return isInside(folder, path) && statSync(join(folder, path)).isFile();
  } catch {
    return false;
  }
}
