// `manifests:PATH`: a file or folder of Kubernetes YAML or JSON, as `helm template` or `kubectl get -o yaml` writes it.
import { LimitError, messageOf, PlimsollError } from '../../../platform/errors.ts';
import type { LoadOptions, ReleaseAdapter } from '../adapter.ts';
import { listedParts, type ReleaseParts } from '../assemble.ts';
import { readTextFile } from '../folder.ts';
import { identityOfPath } from '../identity.ts';
import { manifestFiles } from './files.ts';
import { inNamespace } from './namespaced.ts';
import { type ManifestObjects, readManifestObjects } from './objects.ts';
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
  objects,
};

/** Files that are looked into before a folder is none of manifests. */
const FILES_TRIED = 200;

function recognizes(path: string): boolean {
  try {
    return manifestFiles(path)
      .files.slice(0, FILES_TRIED)
      .some((file) => {
        const text = readTextFile(file.path);
        return /^\s*"?apiVersion"?\s*:/m.test(text) && /^\s*"?kind"?\s*:/m.test(text);
      });
  } catch {
    return false;
  }
}

async function objects(path: string, { chart }: LoadOptions): Promise<ManifestObjects> {
  const read = readManifestObjects(path);
  return chart?.namespace === undefined ? read : { ...read, objects: inNamespace(read.objects, chart.namespace) };
}

async function load(path: string, options: LoadOptions): Promise<ReleaseParts> {
  const found = manifestFiles(path);
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
