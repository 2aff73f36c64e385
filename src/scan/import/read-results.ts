// Reads the reports of another scanner that a target names: one file, or every one of a folder. What cannot be read is a gap; an image of a tree whose
// report is missing or broken stays in the release, unread.
import { statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type Digest, digestOf } from '../../platform/canonical.ts';
import { LimitError, messageOf, ParseError, PlimsollError } from '../../platform/errors.ts';
import type { Gap } from '../../platform/gap.ts';
import { LIMITS } from '../../platform/limits.ts';
import { normalizeReference } from '../image/reference.ts';
import { readFile, unreadableFolder, walkFolder } from '../release/folder.ts';
import { referenceOfFolder } from './folder-reference.ts';
import type { ImportedImage } from './imported.ts';
import type { Importer } from './importer.ts';
import { readReleaseFiles } from './release-files.ts';

/** An image that the release should have results of, and why there are none. */
export interface MissingResult {
  /** Reference in normal form. */
  readonly logical: string;
  readonly reason: string;
}

/** All that was read. */
export interface ImportedResults {
  /** In the order of their reports. */
  readonly images: readonly ImportedImage[];
  readonly missing: readonly MissingResult[];
  /** Charts by logical reference, `manifest/chart:version`, where a chart map lies among the results. */
  readonly charts: ReadonlyMap<string, readonly string[]>;
  /** Digests of the reports, sorted. */
  readonly reports: readonly Digest[];
  readonly gaps: readonly Gap[];
}

/**
 * Reads the results.
 * @throws PlimsollError `input-missing` when there is no report; for a single file also ParseError and LimitError
 */
export async function readResults(importer: Importer, path: string): Promise<ImportedResults> {
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  if (!isFolder) return readOne(importer, path);
  const tree = findReports(importer, path);
  const images: ImportedImage[] = [];
  const missing: MissingResult[] = [];
  const reports: Digest[] = [];
  const gaps: Gap[] = [...tree.gaps];
  for (const file of tree.reports) {
    try {
      const bytes = readFile(join(path, file), LIMITS.scannerFileBytes);
      const digest = digestOf(bytes);
      const parsed = await importer.parse(bytes, { path: file, digest });
      reports.push(digest);
      images.push(...parsed.images);
      gaps.push(...parsed.gaps);
    } catch (error) {
      const named = importer.reportName === undefined ? undefined : referenceOfFolder(file);
      if (named !== undefined)
        missing.push({ logical: normalizeReference(named), reason: `${file}: ${messageOf(error)}` });
      else
        gaps.push({
          kind: error instanceof LimitError ? 'limit-reached' : 'file-unparsed',
          target: file,
          reason: messageOf(error),
        });
    }
  }
  if (images.length === 0) throw nothingRead(importer, path, missing, gaps);
  const files = readReleaseFiles(path);
  const known = new Set([...images, ...missing, ...tree.missing].map(({ logical }) => logical));
  return {
    images,
    missing: [
      ...missing,
      ...tree.missing,
      ...files.expected
        .filter((logical) => !known.has(logical))
        .map((logical) => ({ logical, reason: `${files.list} lists it, and there are no results of it` })),
    ],
    charts: files.charts,
    reports: reports.sort(),
    gaps: [...gaps, ...files.gaps],
  };
}

async function readOne(importer: Importer, path: string): Promise<ImportedResults> {
  const bytes = readFile(path, LIMITS.scannerFileBytes);
  const digest = digestOf(bytes);
  try {
    const { images, gaps } = await importer.parse(bytes, { path: basename(path), digest });
    return { images, missing: [], charts: new Map(), reports: [digest], gaps };
  } catch (error) {
    throw error instanceof ParseError ? new ParseError(`${path}: ${messageOf(error)}`, { cause: error }) : error;
  }
}

interface ReportTree {
  /** Paths below the folder, in its order. */
  readonly reports: readonly string[];
  /** Folders named by an image that hold files and no report. */
  readonly missing: readonly MissingResult[];
  readonly gaps: readonly Gap[];
}

function findReports({ reportName }: Importer, path: string): ReportTree {
  const reports: string[] = [];
  const gaps: Gap[] = [];
  const hollow = new Set<string>();
  for (const entry of walkFolder(path)) {
    const { path: member, kind } = entry;
    if (kind === 'unreadable') gaps.push(unreadableFolder(member));
    else if (kind === 'link') gaps.push({ kind: 'not-scanned', target: member, reason: 'the link is not followed' });
    else if (kind === 'folder') {
      hollow.add(member);
      hollow.delete(dirname(member));
    } else if (
      kind === 'file' &&
      (reportName === undefined ? member.endsWith('.json') : basename(member) === reportName)
    ) {
      reports.push(member);
    }
  }
  for (const report of reports) hollow.delete(dirname(report));
  const missing = reportName === undefined ? [] : [...hollow].flatMap((folder) => missingAt(folder, reportName));
  return { reports, missing, gaps };
}

/** A last folder without results, where its name has the tag that tells an image from any other folder. */
function missingAt(folder: string, reportName: string): readonly MissingResult[] {
  const named = /:[^/]+$/.test(folder) ? referenceOfFolder(`${folder}/${reportName}`) : undefined;
  return named === undefined
    ? []
    : [{ logical: normalizeReference(named), reason: `${folder} holds no ${reportName}` }];
}

function nothingRead(
  importer: Importer,
  path: string,
  missing: readonly MissingResult[],
  gaps: readonly Gap[],
): PlimsollError {
  const why = missing[0]?.reason ?? (gaps[0] === undefined ? undefined : `${gaps[0].target}: ${gaps[0].reason}`);
  return new PlimsollError(
    'input-missing',
    `${path} holds no readable ${importer.title}${why === undefined ? '' : ` (${why})`}`,
  );
}
