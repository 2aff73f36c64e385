// Which importer a target is for: by the word before its colon, or by how the report begins that lies at a path.
import { closeSync, constants, openSync, readSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { PlimsollError } from '../../platform/errors.ts';
import { recognizePath } from '../image/transport/recognize.ts';
import { walkFolder } from '../release/folder.ts';
import { RELEASE_ADAPTERS } from '../release/registry.ts';
import type { Importer } from './importer.ts';
import { IMPORTERS } from './registry.ts';

/** A target taken apart. */
export interface ImportTarget {
  readonly importer: Importer;
  readonly path: string;
  /** True when no word named the importer: worth telling the user. */
  readonly recognized: boolean;
}

/** How far into a report its form is looked for, in bytes. */
const HEAD_BYTES = 16_384;
/** Members of a folder that are looked into before it is none of results. */
const MEMBERS_TRIED = 2000;

/**
 * The importer of a target; undefined for everything that is not another scanner's results.
 * @throws PlimsollError `usage` when nothing stands behind the colon
 */
export function importTarget(target: string): ImportTarget | undefined {
  const colon = target.indexOf(':');
  const named = IMPORTERS.find(({ id }) => id === target.slice(0, Math.max(0, colon)));
  if (named !== undefined) {
    const path = target.slice(colon + 1);
    if (path === '') throw new PlimsollError('usage', `${target} names nothing; write ${named.id}:${named.argument}`);
    return { importer: named, path, recognized: false };
  }
  const importer = recognize(target);
  return importer === undefined ? undefined : { importer, path: target, recognized: true };
}

/** What is an image or a release stays one, even with results of a scanner in it: CSM publishes them beside each other. */
function recognize(path: string): Importer | undefined {
  try {
    if (recognizePath(path) !== 'other' || RELEASE_ADAPTERS.some(({ recognizes }) => recognizes(path)))
      return undefined;
    if (statSync(path).isFile()) return importerOf(path);
    let tried = 0;
    for (const { path: member, kind } of walkFolder(path)) {
      tried += 1;
      if (tried > MEMBERS_TRIED) return undefined;
      if (kind !== 'file' || !member.endsWith('.json')) continue;
      const importer = importerOf(join(path, member));
      if (importer === undefined) continue;
      if (importer.reportName === undefined || importer.reportName === basename(member)) return importer;
    }
  } catch {
    return undefined;
  }
  return undefined;
}

function importerOf(path: string): Importer | undefined {
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const head = Buffer.alloc(HEAD_BYTES);
    const text = head.toString('utf8', 0, readSync(file, head, 0, HEAD_BYTES, 0));
    return IMPORTERS.find((importer) => importer.recognizes(text));
  } finally {
    closeSync(file);
  }
}
