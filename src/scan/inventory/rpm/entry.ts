// Turns what a header or a line of a manifest says about one package into an entry, and checks it: names and versions are printable tokens, the source
// package is taken apart from the right, public keys are no packages.
import { LimitError, ParseError } from '../../../platform/errors.ts';
import type { ProblemLog } from '../problem-log.ts';
import { isName, isToken, quoted, TOKEN_LENGTH } from '../token.ts';
import { numberOf, type RpmHeader, readHeader, type Tag, textOf } from './header.ts';
import { ownedFiles } from './owned-files.ts';

/** One installed package. */
export interface RpmEntry {
  readonly name: string;
  /** Version and release, `1.2.11-150000.3.36.1`. */
  readonly version: string;
  /** Absent when it is 0, which rpm takes for the same. */
  readonly epoch?: number;
  readonly architecture?: string;
  /** File name of the source package, `zlib-1.2.11-3.21.1.src.rpm`. */
  readonly sourceRpm?: string;
  /** Modularity label of a package of a module, `nodejs:12:8020020200326104117:4cda2c84`. */
  readonly module?: string;
  /** Files among `OWNABLE_NAMES` that it owns, as image paths. */
  readonly owns?: readonly string[];
}

/** What is said of a package, before it is checked. */
export interface RpmFields {
  readonly name: string | undefined;
  readonly version: string | undefined;
  readonly epoch?: number | undefined;
  readonly architecture?: string | undefined;
  readonly sourceRpm?: string | undefined;
  readonly module?: string | undefined;
  readonly owns?: readonly string[];
}

/** Under this name rpm keeps the public keys that it trusts. */
const PUBLIC_KEY = 'gpg-pubkey';
/** What rpm prints for a tag that a package does not have. */
const NONE = '(none)';

/**
 * The package of a header blob; undefined for a public key, and for a package that cannot be used, which is a problem.
 * @param place where the blob is, for messages.
 * @param room characters that the paths of owned files may take.
 * @throws ParseError when the header is damaged; LimitError when it owns more files than `room`.
 */
export function entryOfHeader(blob: Buffer, place: string, room: number, problems: ProblemLog): RpmEntry | undefined {
  const header = readHeader(blob);
  // One character more than a token may have, so that a longer text fails the test of tokens.
  const text = (tag: Tag): string | undefined => textOf(header, tag, TOKEN_LENGTH + 1);
  const version = text('version');
  const release = text('release');
  return checkedEntry(
    {
      name: text('name'),
      version: version === undefined || release === undefined ? undefined : `${version}-${release}`,
      epoch: numberOf(header, 'epoch'),
      architecture: text('arch'),
      sourceRpm: text('sourceRpm'),
      module: text('modularityLabel'),
      owns: filesOf(header, place, room, problems),
    },
    place,
    problems,
  );
}

function filesOf(header: RpmHeader, place: string, room: number, problems: ProblemLog): readonly string[] {
  try {
    return ownedFiles(header, room);
  } catch (error) {
    if (error instanceof LimitError || !(error instanceof ParseError)) throw error;
    problems.add(() => `${place}: ${error.message}`);
    return [];
  }
}

/** The package, or undefined for a public key and for one without a usable name or version, which is a problem. */
export function checkedEntry(fields: RpmFields, place: string, problems: ProblemLog): RpmEntry | undefined {
  const { name, version, epoch, owns = [] } = fields;
  if (name === PUBLIC_KEY) return undefined;
  // A slash would part the name in a package URL.
  if (name === undefined || !isName(name)) {
    problems.add(() => `${place}: the package has no usable name (${quoted(name ?? '')})`);
    return undefined;
  }
  if (version === undefined || !isToken(version)) {
    problems.add(() => `${place}: the package ${quoted(name)} has no usable version (${quoted(version ?? '')})`);
    return undefined;
  }
  const usable = (field: 'architecture' | 'sourceRpm' | 'module', said: string): string | undefined => {
    const value = fields[field];
    if (value === undefined || value === NONE || value === '') return undefined;
    if (isToken(value)) return value;
    problems.add(() => `${place}: the package ${quoted(name)} has no usable ${said} (${quoted(value)})`);
    return undefined;
  };
  const architecture = usable('architecture', 'architecture');
  const sourceRpm = usable('sourceRpm', 'source package');
  const module = usable('module', 'module');
  if (sourceRpm !== undefined && sourceOf(sourceRpm) === undefined) {
    problems.add(() => `${place}: the package ${quoted(name)} has an odd source package (${quoted(sourceRpm)})`);
  }
  return {
    name,
    version,
    ...(epoch === undefined || epoch === 0 ? {} : { epoch }),
    ...(architecture === undefined ? {} : { architecture }),
    ...(sourceRpm === undefined ? {} : { sourceRpm }),
    ...(module === undefined ? {} : { module }),
    ...(owns.length === 0 ? {} : { owns }),
  };
}

/** Name and version-release of a source package, from its file name; undefined for another form. */
export function sourceOf(sourceRpm: string): { readonly name: string; readonly version: string } | undefined {
  const match = /^(.+)-([^-]+-[^-]+)\.(?:no)?src\.rpm$/.exec(sourceRpm);
  const [, name, version] = match ?? [];
  return name === undefined || version === undefined ? undefined : { name, version };
}
