// What a step changes on its node: the text of each file before and after. Pure.
import { posix } from 'node:path';
import { messageOf, PlimsollError } from '../../../platform/errors.ts';
import type { EncryptionConfiguration, Provider } from '../configuration/configuration.ts';
import { effective } from '../configuration/effective.ts';
import { parseConfiguration } from '../configuration/read.ts';
import { type KubernetesRelease, releaseOf } from '../configuration/release.ts';
import { writeConfiguration } from '../configuration/write.ts';
import type { ApplyStep, RestartStep } from '../plan/step.ts';
import { stepConfiguration } from '../plan/step-configuration.ts';
import { IDENTITY, sameList, type TransformerId, transformerId } from '../plan/transformer-id.ts';
import { readManifest } from '../status/manifest.ts';
import { configurationPlace, editManifest } from './manifest-edit.ts';
import type { NodePaths } from './node-site.ts';

/** The two files as they are, or were before a run that was killed. */
export interface NodeFiles {
  readonly manifest: string;
  /** Absent when there is none. */
  readonly configuration?: string;
}

/** What a step is made from. */
export interface ChangeInput {
  readonly step: ApplyStep | RestartStep;
  readonly resource: string;
  readonly paths: NodePaths;
  readonly files: NodeFiles;
  /** Providers with keys beside those of the file: of a key file, of other configurations. */
  readonly known: readonly Provider[];
  /** For the annotation that makes another pod of the manifest. */
  readonly turn: string;
}

/** What is written, and where. */
export interface Change {
  readonly step: ApplyStep | RestartStep;
  /** Path of the configuration on the node. */
  readonly configuration: string;
  /** The same in the container: what the manifest's flag says. */
  readonly flag: string;
  /** What the server wrote and read with by its files; absent when no server could start with them. */
  readonly from?: readonly TransformerId[];
  readonly to: readonly TransformerId[];
  readonly turn: string;
  readonly before: NodeFiles;
  readonly after: NodeFiles;
  /** What of the old file does not come along, in words. */
  readonly remark?: string;
}

/** Where the configuration of a manifest lies on the node. @throws PlimsollError `usage` among static-pod manifests; ParseError, LimitError */
export function configurationPath(manifest: string, paths: NodePaths): string {
  const path = posix.resolve('/', configurationPlace(manifest, paths.manifest, paths.configuration));
  if (posix.dirname(path) !== posix.dirname(paths.manifest)) return path;
  const reason = 'the kubelet takes every file there for a pod: move it to a folder of its own first';
  throw new PlimsollError('usage', `${path} is among the static-pod manifests; ${reason}`);
}

/**
 * The change of a step.
 * @throws PlimsollError `not-found` without the keys, `usage` when the step cannot be taken with these files; ParseError, LimitError
 */
export function changeOf({ step, resource, paths, files, known, turn }: ChangeInput): Change {
  const configuration = configurationPath(files.manifest, paths);
  const { base, from, remark } = baseOf(files, configuration, { paths, resource });
  const to = step.kind === 'apply' ? step.transformers : from;
  if (to === undefined) throw new PlimsollError('usage', `no server could start with ${configuration}: plan again`);
  const text =
    step.kind === 'restart' ? files.configuration : configurationText({ base, resource, to, known, configuration });
  const manifest = editManifest(files.manifest, paths.manifest, { configuration: paths.configuration, turn });
  return {
    step,
    configuration,
    flag: readManifest(manifest, paths.manifest).flag ?? configuration,
    ...(from === undefined ? {} : { from }),
    to,
    turn,
    before: files,
    after: { manifest, ...(text === undefined ? {} : { configuration: text }) },
    ...(remark === undefined ? {} : { remark }),
  };
}

interface Base {
  readonly base?: EncryptionConfiguration;
  readonly from?: readonly TransformerId[];
  readonly remark?: string;
}

/** What is there now: a file that the manifest does not name holds for nothing. */
function baseOf(
  { manifest, configuration }: NodeFiles,
  file: string,
  { paths, resource }: { readonly paths: NodePaths; readonly resource: string },
): Base {
  const { flag, path, version = '' } = readManifest(manifest, paths.manifest);
  if (flag === undefined) return { from: [IDENTITY] };
  if (configuration === undefined) return {};
  try {
    const base = parseConfiguration(configuration, file);
    return { base, ...(path === undefined ? {} : { from: listIn(base, resource, releaseOf(version)) }) };
  } catch (error) {
    return { remark: `${messageOf(error)}: what it says of other resources than ${resource} does not come along` };
  }
}

interface TextInput {
  readonly base: EncryptionConfiguration | undefined;
  readonly resource: string;
  readonly to: readonly TransformerId[];
  readonly known: readonly Provider[];
  readonly configuration: string;
}

/** The file's text, read again as a server will: what breaks a rule of any release is not written. */
function configurationText({ base, resource, to, known, configuration }: TextInput): string {
  const all = [...(base?.rules ?? []).flatMap(({ providers }) => providers), ...known];
  const made = stepConfiguration({ resource, transformers: to, known: all, ...(base === undefined ? {} : { base }) });
  const text = writeConfiguration(made);
  const read = parseConfiguration(text, `the new ${configuration}`);
  if (sameList(listIn(read, resource), to)) return text;
  throw new PlimsollError('internal', `the new ${configuration} would not say what the plan says`);
}

function listIn(
  configuration: EncryptionConfiguration,
  resource: string,
  release?: KubernetesRelease,
): readonly TransformerId[] {
  return effective(configuration, resource, release).readers.map(transformerId);
}
