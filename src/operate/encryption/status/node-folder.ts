// Looks at one control plane from its own file system: the manifest of its API server, the configuration that it names, the process that runs.
import { createHash } from 'node:crypto';
import { readFileSync, type Stats, statSync } from 'node:fs';
import { join } from 'node:path';
import { LimitError, messageOf, PlimsollError } from '../../../platform/errors.ts';
import { LIMITS } from '../../../platform/limits.ts';
import type { EncryptionConfiguration } from '../configuration/configuration.ts';
import { effective } from '../configuration/effective.ts';
import { parseConfiguration } from '../configuration/read.ts';
import { type KubernetesRelease, knowsEntry, releaseOf } from '../configuration/release.ts';
import { transformerId } from '../plan/transformer-id.ts';
import type { ControlPlane, FileFacts, ManifestFacts } from './control-plane.ts';
import { readManifest } from './manifest.ts';
import { serverProcess } from './server-process.ts';

/** Where kubeadm puts the manifest. */
export const MANIFEST_PATH = '/etc/kubernetes/manifests/kube-apiserver.yaml';

/** What to look at. */
export interface NodeFolder {
  readonly node: string;
  /** Folder that stands for `/` of the node, absolute and without a slash at its end, unless it is `/`. */
  readonly root: string;
  readonly resource: string;
  readonly now: () => Date;
  /** Path of the manifest on the node; kubeadm's unless given. */
  readonly manifest?: string;
  /** Where procfs is mounted; `/proc` unless given. */
  readonly proc?: string;
}

/** The control plane. What cannot be read is told in it; nothing is thrown. */
export function lookAtNode(folder: NodeFolder): ControlPlane {
  const { node, root, resource, now, manifest: manifestPath = MANIFEST_PATH, proc } = folder;
  const process = serverProcess(root, now, proc);
  const plane = { node, at: now().toISOString(), resource, ...(process === undefined ? {} : { process }) };
  let manifest: ManifestFacts;
  try {
    manifest = readManifest(readBounded(join(root, manifestPath)), manifestPath);
  } catch (error) {
    return { ...plane, manifestProblem: messageOf(error).replaceAll(root === '/' ? '\0' : root, '') };
  }
  const file =
    manifest.path === undefined
      ? undefined
      : lookAtFile(root, manifest.path, resource, releaseOf(manifest.version ?? ''));
  return { ...plane, manifest, ...(file === undefined ? {} : { file }) };
}

/**
 * The configuration with its keys; undefined when there is none, or none that a server could start with.
 * @param plane as lookAtNode gave it of this root
 */
export function configurationOf({ manifest, file }: ControlPlane, root: string): EncryptionConfiguration | undefined {
  if (manifest?.path === undefined || file?.transformers === undefined) return undefined;
  return parseConfiguration(readBounded(join(root, manifest.path)), manifest.path);
}

/** SHA-256 of the configuration, in hexadecimal, when it still is the one that was looked at. @param plane as lookAtNode gave it of this root */
export function configurationHash({ manifest, file }: ControlPlane, root: string): string | undefined {
  if (manifest?.path === undefined || file === undefined) return undefined;
  const place = join(root, manifest.path);
  try {
    const hash = createHash('sha256').update(readBounded(place)).digest('hex');
    return modifiedAt(statSync(place)) === file.modifiedAt ? hash : undefined;
  } catch {
    // It went meanwhile: nothing is known of it.
    return undefined;
  }
}

function lookAtFile(
  root: string,
  path: string,
  resource: string,
  release: KubernetesRelease | undefined,
): FileFacts | undefined {
  const place = join(root, path);
  const status = statSync(place, { throwIfNoEntry: false });
  if (status === undefined) return undefined;
  const modified = modifiedAt(status);
  try {
    const configuration = parseConfiguration(readBounded(place), path);
    const { readers } = effective(configuration, resource, release);
    const ignored = configuration.rules
      .flatMap(({ resources }) => resources)
      .filter((one) => !knowsEntry(release, one));
    return {
      modifiedAt: modified,
      transformers: readers.map(transformerId),
      ...(ignored.length === 0 ? {} : { ignored }),
    };
  } catch (error) {
    const problem = error instanceof PlimsollError ? error.message : `${path} cannot be read`;
    return { modifiedAt: modified, problem };
  }
}

function modifiedAt({ mtimeMs, ctimeMs }: Stats): string {
  return new Date(Math.max(mtimeMs, ctimeMs)).toISOString();
}

/** @throws LimitError, and what the file system throws */
function readBounded(path: string): string {
  const { size } = statSync(path);
  if (size > LIMITS.encryptionConfigBytes)
    throw new LimitError(`${path}: more than ${LIMITS.encryptionConfigBytes} bytes`);
  return readFileSync(path, 'utf8');
}
