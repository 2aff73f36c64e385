// `sbom:PATH`: bills of materials instead of images, a file or every one in a folder. Each is an image of the release, with the components as its packages.
import { closeSync, constants, openSync, readSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { LimitError, messageOf, ParseError, PlimsollError } from '../../../platform/errors.ts';
import type { Gap } from '../../../platform/gap.ts';
import type { LoadOptions, ReleaseAdapter } from '../adapter.ts';
import { listedParts, type ReleaseParts } from '../assemble.ts';
import { unreadableFolder, walkFolder } from '../folder.ts';
import { identityOfImage, identityOfPath } from '../identity.ts';
import type { Mention } from '../mention.ts';
import { readSbomFile } from './read-sbom.ts';
import { namesOf } from './subject.ts';

/** The adapter for bills of materials. */
export const sbom: ReleaseAdapter = {
  id: 'sbom',
  title: 'software bills of materials',
  argument: 'PATH',
  reads: 'CycloneDX 1.2 to 1.7 or SPDX 2.2 to 2.3 as JSON: a file, or every .json file in a folder; each is an image',
  recognizes,
  load,
};

/** Members of a folder that are looked into before it is none of bills of materials. */
const FILES_TRIED = 200;
/** How far into a file its format is looked for, in bytes. Tools write it first. */
const HEAD_BYTES = 4096;
/** Forms of the formats that are not read. */
const OTHER_FORMS = /\.(?:xml|spdx|rdf|cdx|spdx\.ya?ml)$/;

function recognizes(path: string): boolean {
  try {
    if (statSync(path).isFile()) return isSbom(path);
    let tried = 0;
    for (const entry of walkFolder(path)) {
      if (entry.kind !== 'file' || !entry.path.endsWith('.json')) continue;
      if (isSbom(join(path, entry.path))) return true;
      tried += 1;
      if (tried === FILES_TRIED) return false;
    }
  } catch {
    return false;
  }
  return false;
}

function isSbom(path: string): boolean {
  const head = readHead(path);
  return /"bomFormat"\s*:\s*"CycloneDX"|"spdxVersion"\s*:\s*"SPDX-2/.test(head);
}

function readHead(path: string): string {
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const head = Buffer.alloc(HEAD_BYTES);
    return head.toString('latin1', 0, readSync(file, head, 0, HEAD_BYTES, 0));
  } finally {
    closeSync(file);
  }
}

async function load(path: string, options: LoadOptions): Promise<ReleaseParts> {
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  const mentions: Mention[] = [];
  const gaps: Gap[] = [];
  const files = isFolder ? filesOf(path, gaps) : [basename(path)];
  const taken = new Map<string, string>();
  for (const file of files) {
    try {
      const mention = await mentionOf(isFolder ? join(path, file) : path, file);
      const first = taken.get(mention.logical);
      if (first === undefined) mentions.push(mention);
      else
        gaps.push({
          kind: 'not-scanned',
          target: file,
          reason: `it describes ${mention.logical}, as ${first} does, which is taken`,
        });
      taken.set(mention.logical, first ?? file);
    } catch (error) {
      if (!isFolder) throw isParse(error) ? new ParseError(`${path}: ${messageOf(error)}`, { cause: error }) : error;
      gaps.push({
        kind: error instanceof LimitError ? 'limit-reached' : 'file-unparsed',
        target: file,
        reason: messageOf(error),
      });
    }
  }
  if (mentions.length === 0) {
    const why = gaps[0] === undefined ? '' : ` (${gaps[0].target}: ${gaps[0].reason})`;
    throw new PlimsollError('input-missing', `${path} holds no readable bill of materials${why}`);
  }
  const { name = 'sbom', version = 'unknown' } = identityOfPath(path);
  const ofImage = isFolder ? undefined : mentions.map(({ logical }) => identityOfImage(logical))[0];
  return listedParts(ofImage ?? { name, version }, mentions, gaps, options.own);
}

async function mentionOf(path: string, file: string): Promise<Mention> {
  const { document } = await readSbomFile(path, file);
  const local = `sbom:${path}`;
  const { logical = local, physical, digest } = namesOf(document.subject);
  return {
    logical,
    source: file,
    position: file,
    local,
    ...(physical === undefined ? {} : { physical }),
    ...(digest === undefined ? {} : { digest }),
  };
}

function filesOf(path: string, gaps: Gap[]): readonly string[] {
  const files: string[] = [];
  for (const entry of walkFolder(path)) {
    if (entry.kind === 'unreadable') gaps.push(unreadableFolder(entry.path));
    else if (entry.kind === 'file' && entry.path.endsWith('.json')) files.push(entry.path);
    else if (entry.kind === 'link')
      gaps.push({ kind: 'not-scanned', target: entry.path, reason: 'the link is not followed' });
    else if (entry.kind === 'file' && OTHER_FORMS.test(entry.path)) {
      gaps.push({
        kind: 'not-scanned',
        target: entry.path,
        reason: 'of the forms of CycloneDX and SPDX only JSON is read',
      });
    }
  }
  return files;
}

function isParse(error: unknown): boolean {
  return error instanceof ParseError;
}
