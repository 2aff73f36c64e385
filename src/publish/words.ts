// The words and numbers that a reader sees, the same in every format. Fixed English forms: a report reads the same everywhere.
import type { GapKind } from '../platform/gap.ts';
import type { SeverityLevel } from '../scan/advisory/advisory.ts';
import type { Finding } from '../scan/assess/assessment.ts';

/** `12,345`. */
export function count(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** `1 image`, `12 images`. */
export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** Whether a cell of a table holds a count, perhaps with its difference behind it: `1,204`, `69 (−69)`. */
export function isFigure(cell: string | number): boolean {
  return typeof cell === 'number' || /^[+−±]?[\d,]+( \([+−±][\d,]+\))?$/.test(cell);
}

/** The first twelve digits of a digest. */
export function shortDigest(digest: string): string {
  return digest.replace(/^sha256:/, '').slice(0, 12);
}

/** The day of an ISO 8601 date and time; `undated` where none is known. */
export function day(instant: string | undefined): string {
  return instant?.slice(0, 10) ?? 'undated';
}

/** An image reference cut where the reader cuts it: the registry and path, then the name with its tag. */
export function splitReference(reference: string): { readonly path: string; readonly name: string } {
  const name = reference.replace(/@sha256:[0-9a-f]{64}$/, '');
  const slash = name.lastIndexOf('/');
  return { path: name.slice(0, slash + 1), name: name.slice(slash + 1) };
}

/** The classes that security minutes quote. */
export const FOUR_CLASSES = ['critical', 'high', 'medium', 'low'] as const satisfies readonly SeverityLevel[];

/** The letter that stands beside the colour of a severity. */
export const LEVEL_LETTER: Readonly<Record<SeverityLevel, string>> = {
  critical: 'C',
  high: 'H',
  medium: 'M',
  low: 'L',
  negligible: 'N',
  unknown: '?',
};

/** The bases of counting (docs/guide/counting.md), in the order they are shown. */
export const BASES = ['instances', 'distinct', 'images'] as const;
/** One of the bases. */
export type Basis = (typeof BASES)[number];

/** What one of a basis is, and what its figures mean. */
export const BASIS_WORDS: Readonly<
  Record<Basis, { readonly one: string; readonly many: string; readonly meaning: string }>
> = {
  instances: {
    one: 'instance',
    many: 'instances',
    meaning: 'A vulnerability counts once for every image slot that has it: one flaw in 60 images is 60 instances.',
  },
  distinct: {
    one: 'distinct vulnerability',
    many: 'distinct vulnerabilities',
    meaning: 'A vulnerability counts once, however many images have it, at its highest severity.',
  },
  images: {
    one: 'image',
    many: 'images',
    meaning:
      'Image slots that have at least one of the severity. Shares are of the scanned images and do not add to 100.',
  },
};

/** A source of severities as readers see it: `none` means that nobody rated. */
export function sourceName(source: string): string {
  return source === 'none' ? 'nobody' : source;
}

/** Fix states in words. */
export const FIX_WORDS: Readonly<Record<Finding['fixState'], string>> = {
  fixed: 'fixed',
  'not-fixed': 'no fix yet',
  'will-not-fix': 'will not be fixed',
  deferred: 'fix deferred',
  subscription: 'fix by subscription',
  unknown: 'fix not known',
};

/** A gap's kind as a heading, and what it means for the figures. */
export const GAP_WORDS: Readonly<Record<GapKind, { readonly title: string; readonly meaning: string }>> = {
  'image-unreadable': {
    title: 'Image could not be read',
    meaning: 'Nothing of the image is counted. Its vulnerabilities are missing from every figure.',
  },
  'not-scanned': { title: 'Not scanned', meaning: 'A member of the release of a kind that is not scanned.' },
  'file-unparsed': {
    title: 'File could not be parsed',
    meaning: 'What the file would have said about installed packages is missing.',
  },
  'limit-reached': { title: 'Limit reached', meaning: 'Reading stopped at a bound that guards against hostile input.' },
  'end-of-life': {
    title: 'Past end of life',
    meaning: 'The distribution no longer records new vulnerabilities: an absence of findings proves nothing.',
  },
  'no-feed': {
    title: 'No advisory feed',
    meaning: 'Packages that no feed of the advisory set covers were not judged.',
  },
  'partial-feed': { title: 'Partial feed', meaning: 'The feed knows only a part of what there is to know.' },
  'starter-set': {
    title: 'Starter advisory set',
    meaning: 'The set that comes with the program is for demonstration: most vulnerabilities are not in it.',
  },
  'set-older-than-image': {
    title: 'Advisories older than the image',
    meaning: 'The set cannot know what was published after it was built.',
  },
  undecidable: { title: 'Could not be decided', meaning: 'There was not enough evidence for a judgement.' },
};

/** The kinds of gap, those that hide most first. */
export const GAP_KINDS = [
  'image-unreadable',
  'not-scanned',
  'file-unparsed',
  'limit-reached',
  'starter-set',
  'no-feed',
  'partial-feed',
  'end-of-life',
  'set-older-than-image',
  'undecidable',
] as const satisfies readonly GapKind[];
