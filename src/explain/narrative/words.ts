// How the narrative says numbers and causes in words.
import { SEVERITY_LEVELS } from '../../scan/advisory/advisory.ts';
import type { ChangeLabel, Tally } from '../compare/change.ts';

/** What each label says happened, for a sentence that goes on with figures. */
export const LABEL_WORDS: Readonly<Record<ChangeLabel, string>> = {
  'image-added': 'images added',
  'image-removed': 'images removed',
  renamed: 'images renamed',
  retagged: 'images retagged',
  rebuilt: 'images rebuilt under the same reference',
  'severity-source': 'another source of severities after a rebuild',
  published: 'vulnerabilities published',
  withdrawn: 'vulnerabilities withdrawn',
  rescored: 'severities changed by the feeds',
  'range-changed': 'affected versions changed by the feeds',
  'fix-released': 'fixes released',
  'fix-retracted': 'fixes retracted',
  'alias-merged': 'records found to be one vulnerability',
  'alias-split': 'records found to be several vulnerabilities',
  'statement-added': 'statements added',
  'statement-removed': 'statements removed',
  'statement-changed': 'statements changed',
  expired: 'statements expired',
  renewed: 'statements renewed',
  scanned: 'images that could be read again',
  unscanned: 'images that could not be read any more',
  'feed-added': 'feeds that were missing before',
  'feed-missing': 'feeds that are missing now',
  'feed-changed': 'feeds that differ on one date',
  parsed: 'package databases that could be read again',
  unparsed: 'package databases that could not be read any more',
  'policy-changed': 'another severity policy',
  'method-changed': 'another program',
};

/** `+1,204`, `−3`, `±0`. */
export function signed(count: number): string {
  if (count === 0) return '±0';
  return `${count < 0 ? '−' : '+'}${counted(Math.abs(count))}`;
}

/** `1,204`. */
export function counted(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** `−323 high, +12 medium`: what of a tally is not zero, the most severe first; `no change of the counts` when all is. */
export function severitiesOf(tally: Tally): string {
  const moved = SEVERITY_LEVELS.filter((level) => tally[level] !== 0);
  if (moved.length > 0) return moved.map((level) => `${signed(tally[level])} ${level}`).join(', ');
  return tally.fixable === 0 ? 'no change of the counts' : `${signed(tally.fixable)} fixable`;
}

/** `1 image`, `2 images`. */
export function several(count: number, one: string, many = `${one}s`): string {
  return `${counted(count)} ${count === 1 ? one : many}`;
}
