// `manifests:PATH`: a file or folder of Kubernetes YAML or JSON, as `helm template` or `kubectl get -o yaml` writes it.
import { statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { LimitError, messageOf, PlimsollError } from '../../../platform/errors.ts';
import type { Gap } from '../../../platform/gap.ts';
import type { LoadOptions, ReleaseAdapter } from '../adapter.ts';
import { listedParts, type ReleaseParts } from '../assemble.ts';
import { isInside, readTextFile, unreadableFolder, walkFolder } from '../folder.ts';
import { identityOfPath } from '../identity.ts';
import { type ManifestFile, parseManifestFile } from './parse.ts';

/** The adapter for Kubernetes manifests. */
export const manifests: ReleaseAdapter = {
  id: 'manifests',
  title: 'Kubernetes manifests',
  argument: 'PATH',
  reads:
    'a YAML or JSON file, or every one in a folder: all images of all pod templates, schemas of custom resources left out',
  recognizes,
  load,
};

/** Files that are looked into before a folder is none of manifests. */
const FILES_TRIED = 200;

function recognizes(path: string): boolean {
  try {
    return filesOf(path)
      .files.slice(0, FILES_TRIED)
      .some((file) => {
        const text = readTextFile(file.path);
        return /^\s*"?apiVersion"?\s*:/m.test(text) && /^\s*"?kind"?\s*:/m.test(text);
      });
  } catch {
    return false;
  }
}

async function load(path: string, options: LoadOptions): Promise<ReleaseParts> {
  const found = filesOf(path);
  const files = found.files.map((file) => readManifests(file.path, file.name));
  const gaps = [...found.gaps, ...files.flatMap((file) => file.gaps)];
  if (files.every((file) => file.objects === 0)) {
    const why = gaps[0] === undefined ? '' : ` (${gaps[0].target}: ${gaps[0].reason})`;
    throw new PlimsollError('input-missing', `${path} holds no readable Kubernetes object${why}`);
  }
  const mentions = files.flatMap((file) => file.mentions);
  const { name = 'manifests', version = 'unknown' } = identityOfPath(path);
  return {
    ...listedParts({ name, version }, mentions, gaps, options.own),
    charts: files.flatMap((file) => file.charts),
  };
}

function readManifests(path: string, name: string): ManifestFile {
  try {
    return parseManifestFile(readTextFile(path), name);
  } catch (error) {
    const kind = error instanceof LimitError ? 'limit-reached' : 'file-unparsed';
    return { objects: 0, mentions: [], charts: [], gaps: [{ kind, target: name, reason: messageOf(error) }] };
  }
}

interface NamedFile {
  readonly path: string;
  readonly name: string;
}

/**
 * The file itself, or the YAML and JSON files of a folder. A link to such a file inside the folder is read, as mounted ConfigMaps need it;
 * any other is a gap.
 * @throws PlimsollError `input-missing`; LimitError
 */
function filesOf(path: string): { readonly files: readonly NamedFile[]; readonly gaps: readonly Gap[] } {
  const status = statSync(path, { throwIfNoEntry: false });
  if (status === undefined) throw new PlimsollError('input-missing', `${path} does not exist`);
  if (!status.isDirectory()) {
    return { files: [{ path, name: basename(path) }], gaps: [] };
  }
  const files: NamedFile[] = [];
  const gaps: Gap[] = [];
  for (const entry of walkFolder(path)) {
    if (entry.kind === 'unreadable') gaps.push(unreadableFolder(entry.path));
    const wanted = /\.(?:ya?ml|json)$/.test(entry.path);
    if (wanted && (entry.kind === 'file' || (entry.kind === 'link' && leadsInside(path, entry.path)))) {
      files.push({ path: join(path, entry.path), name: entry.path });
    } else if (entry.kind === 'link') {
      gaps.push({ kind: 'not-scanned', target: entry.path, reason: 'the link is not followed' });
    }
  }
  return { files, gaps };
}

function leadsInside(folder: string, path: string): boolean {
  try {
    return isInside(folder, path) && statSync(join(folder, path)).isFile();
  } catch {
    return false;
  }
}
