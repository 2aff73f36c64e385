// Gets the changelog of the newest version of a source package: from the smallest of its binary packages that carries it.
import { existsSync, readFileSync, rmSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { LimitError, ParseError, PlimsollError } from '../../../platform/errors.ts';
import { LIMITS } from '../../../platform/limits.ts';
import { cacheFolder, writeStored } from './cache.ts';
import { readDebChangelog } from './deb-file.ts';
import type { OfferedPackage } from './packages-index.ts';
import { haveFile } from './stored-files.ts';
import type { Mirror } from './suite.ts';

/** A binary package and the address of the mirror that offers it. */
export interface Offer extends OfferedPackage {
  readonly uri: string;
}

/** The changelog and the package it was read from, or why there is none. */
export type FoundChangelog = { readonly offer: Offer; readonly changelog: string } | { readonly unread: string };

/** Binary packages of one source that are tried, the smallest first: those that carry nothing but a dependency have no changelog. */
const TRIES = 8;

/**
 * The changelog of a source version. Of the packages that only point to another one's documents that other one is tried last, because it may be the
 * largest of all (the source of the kernel).
 * @param offers all of the same source and version, one at least
 * @throws PlimsollError `unsupported` when packages of this kind cannot be unpacked here
 */
export async function newerChangelog(offers: readonly Offer[], mirror: Mirror): Promise<FoundChangelog> {
  const bySize = offers.toSorted((a, b) => a.size - b.size || (a.name < b.name ? -1 : 1));
  for (const offer of bySize) {
    const changelog = remembered(offer, mirror);
    if (changelog !== undefined) return { offer, changelog };
  }
  const pointedTo = new Set<string>();
  const problems: string[] = [];
  const queue = bySize.slice(0, TRIES);
  for (let offer = queue.shift(); offer !== undefined; offer = queue.shift()) {
    try {
      const found = await fetchChangelog(offer, mirror);
      if (found !== undefined && 'text' in found) {
        writeStored(placeOf(offer, mirror), gzipSync(found.text));
        return { offer, changelog: found.text };
      }
      if (found !== undefined) pointedTo.add(found.sharedWith);
      problems.push(`${offer.name} has no changelog of ${offer.source} ${offer.version}`);
    } catch (error) {
      if (!isAboutPackage(error)) throw error;
      problems.push(error.message);
    }
    if (queue.length === 0) {
      queue.push(...bySize.slice(TRIES).filter(({ name }) => pointedTo.delete(name)));
    }
  }
  return { unread: problems.join('; ').slice(0, 500) };
}

/** Whether the failure concerns one package, not the mirror or the machine. */
function isAboutPackage(error: unknown): error is Error {
  if (error instanceof ParseError || error instanceof LimitError) return true;
  return error instanceof PlimsollError && ['digest-mismatch', 'input-unreadable'].includes(error.code);
}

async function fetchChangelog(offer: Offer, mirror: Mirror): Promise<Awaited<ReturnType<typeof readDebChangelog>>> {
  if (offer.size > LIMITS.mirrorPackageBytes) {
    throw new LimitError(`${offer.name} is larger than ${LIMITS.mirrorPackageBytes} bytes`);
  }
  const url = `${offer.uri}/${offer.path}`;
  const file = join(cacheFolder(mirror.cache, 'packages'), `${offer.sha256}.deb`);
  try {
    if (!(await haveFile([url], file, offer, mirror.transport, mirror.now()))) {
      throw new PlimsollError('input-unreadable', `${offer.path} is not there`);
    }
    return await readDebChangelog(file, offer.source, offer.version, mirror.environment);
  } finally {
    rmSync(file, { force: true });
  }
}

function remembered(offer: Offer, mirror: Mirror): string | undefined {
  const file = placeOf(offer, mirror);
  if (!existsSync(file)) return undefined;
  try {
    const text = gunzipSync(readFileSync(file), { maxOutputLength: LIMITS.changelogBytes }).toString();
    if (!text.startsWith(`${offer.source} (${offer.version}) `)) return undefined;
    utimesSync(file, mirror.now(), mirror.now());
    return text;
  } catch {
    return undefined;
  }
}

/** Under the digest of the package: another package never takes its changelog for its own. */
function placeOf(offer: Offer, mirror: Mirror): string {
  return join(cacheFolder(mirror.cache, 'changelogs'), `${offer.sha256}.gz`);
}
