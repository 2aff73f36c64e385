// The conditions of --fail-on: which findings or gaps turn an assessment into a verdict of fail, over all of them or against a baseline.
// Words and examples: docs/guide/counting.md, "Failing on purpose". Pure.
import { PlimsollError } from '../platform/errors.ts';
import type { Gap } from '../platform/gap.ts';
import type { Verdict } from '../platform/verdict.ts';
import { SEVERITY_LEVELS, type SeverityLevel } from '../scan/advisory/advisory.ts';
import type { Assessment } from '../scan/assess/assessment.ts';
import { placeOf } from '../scan/release/slots.ts';
import { type InstanceCell, instanceCells, severityOrder } from './cells.ts';
import { headlineOf } from './coverage.ts';

/** A condition on instances. */
export interface FindingCondition {
  /** The lowest severity that fails; `any` for all. `unknown` is on no scale and means itself. */
  readonly severity: SeverityLevel | 'any';
  readonly onlyFixable: boolean;
  /** Only instances that did not meet the condition in the baseline. */
  readonly onlyNew: boolean;
}

/** What --fail-on asks for: any one of the conditions is enough. */
export interface FailOn {
  readonly findings: readonly FindingCondition[];
  readonly gaps: 'none' | 'all' | 'new';
}

const NEW = 'new:';

/**
 * Parses the words of --fail-on, separated by commas.
 * @throws PlimsollError `usage` for an unknown word.
 */
export function parseFailOn(text: string): FailOn {
  const words = text.split(',').map((word) => word.trim());
  const onlyFixable = words.includes('fixable');
  const findings: FindingCondition[] = [];
  for (const word of words) {
    const onlyNew = word.startsWith(NEW);
    const name = onlyNew ? word.slice(NEW.length) : word;
    const severity = SEVERITY_LEVELS.find((level) => level === name);
    if (severity !== undefined) findings.push({ severity, onlyFixable, onlyNew });
    else if (name === 'any') findings.push({ severity: 'any', onlyFixable, onlyNew });
    else if (word === 'new:fixable') findings.push({ severity: 'any', onlyFixable: true, onlyNew });
    else if (word !== 'fixable' && name !== 'gaps') throw unknownWord(word);
  }
  // On its own, `fixable` narrows nothing: it is the condition.
  if (onlyFixable && findings.length === 0) findings.push({ severity: 'any', onlyFixable, onlyNew: false });
  const gaps = words.includes('gaps') ? 'all' : words.includes('new:gaps') ? 'new' : 'none';
  return { findings, gaps };
}

/**
 * For conditions that are given without a baseline.
 * @throws PlimsollError `usage` when one compares with it.
 */
export function refuseWithoutBaseline({ findings, gaps }: FailOn): void {
  if (gaps !== 'new' && !findings.some(({ onlyNew }) => onlyNew)) return;
  throw new PlimsollError('usage', '--fail-on new:… compares with an earlier assessment; name it with --baseline');
}

/**
 * Judges an assessment. `fail` when a condition is met; `no-evidence` when none is but images were not read or the figures may not be
 * quoted, because missing data is no pass; else `pass`. The evidence names every instance and gap that failed.
 * @throws PlimsollError `usage` when a condition needs a baseline and there is none.
 */
export function failOnVerdict(failOn: FailOn, assessment: Assessment, baseline?: Assessment): Verdict {
  if (baseline === undefined) refuseWithoutBaseline(failOn);
  const cells = instanceCells(assessment.findings);
  const earlier = cellsByPlaceAndId(baseline === undefined ? [] : instanceCells(baseline.findings));
  const failing = cells.filter((cell) => failOn.findings.some((condition) => fails(cell, condition, earlier)));
  const gaps = failingGaps(failOn, assessment, baseline);
  const { name, version } = assessment.release;
  const subject = `${name} ${version}`.trim();
  const evidence = [...failing.map(describeCell), ...gaps.map(describeGap)];
  if (evidence.length > 0) {
    const counts = [counted(failing.length, 'instance'), counted(gaps.length, 'gap')].flatMap((text) => text ?? []);
    return {
      check: 'fail-on',
      subject,
      verdict: 'fail',
      evidence,
      reason: `${counts.join(' and ')} that must not be there`,
    };
  }
  const { headline, headlineReason } = headlineOf(assessment);
  if (!headline) return { check: 'fail-on', subject, verdict: 'no-evidence', evidence, reason: headlineReason };
  const unread = assessment.images.filter(({ digest }) => digest === undefined).length;
  if (unread > 0) {
    const reason = `no condition is met, but ${unread} of ${assessment.images.length} images were not read`;
    return { check: 'fail-on', subject, verdict: 'no-evidence', evidence, reason };
  }
  return { check: 'fail-on', subject, verdict: 'pass', evidence, reason: 'no condition is met' };
}

function fails(
  cell: InstanceCell,
  condition: FindingCondition,
  earlier: ReadonlyMap<string, readonly InstanceCell[]>,
): boolean {
  if (cell.notAffected || !meets(cell, condition)) return false;
  if (!condition.onlyNew) return true;
  const known = idsOf(cell).flatMap((id) => earlier.get(keyOf(cell.slot, id)) ?? []);
  return !known.some((before) => !before.notAffected && meets(before, condition));
}

function meets(cell: InstanceCell, { severity, onlyFixable }: FindingCondition): boolean {
  if (onlyFixable && !cell.fixable) return false;
  if (severity === 'any' || cell.severity === severity) return true;
  return severity !== 'unknown' && severityOrder(cell.severity) < severityOrder(severity);
}

/** By place, not slot: a second tag of a repository renames the slot of the first. */
function cellsByPlaceAndId(cells: readonly InstanceCell[]): ReadonlyMap<string, readonly InstanceCell[]> {
  const index = new Map<string, InstanceCell[]>();
  for (const cell of cells) {
    for (const id of idsOf(cell)) {
      const key = keyOf(cell.slot, id);
      const known = index.get(key);
      if (known === undefined) index.set(key, [cell]);
      else known.push(cell);
    }
  }
  return index;
}

function idsOf({ vulnerability, aliases }: InstanceCell): readonly string[] {
  return [vulnerability, ...aliases];
}

function keyOf(slot: string, id: string): string {
  return `${placeOf(slot)}\0${id}`;
}

function failingGaps({ gaps }: FailOn, assessment: Assessment, baseline: Assessment | undefined): readonly Gap[] {
  if (gaps === 'none') return [];
  const known = new Set(gaps === 'new' ? baseline?.gaps.map(gapKey) : []);
  return assessment.gaps.filter((gap) => !known.has(gapKey(gap)));
}

/** Without the reason, which names dates and counts. */
function gapKey({ kind, target, location = '' }: Gap): string {
  return `${kind}\0${placeOf(target)}\0${location}`;
}

function describeCell({ slot, vulnerability, severity, fixable }: InstanceCell): string {
  return `${slot} ${vulnerability} ${severity}${fixable ? ' fixable' : ''}`;
}

function describeGap({ kind, target, location, reason }: Gap): string {
  return `${kind} ${target}${location === undefined ? '' : ` ${location}`}: ${reason}`;
}

function unknownWord(word: string): PlimsollError {
  const words = [...SEVERITY_LEVELS, 'any', 'fixable', 'gaps'].join(', ');
  return new PlimsollError('usage', `--fail-on: "${word}" is none of ${words}, or one of them behind ${NEW}`);
}

function counted(number: number, noun: string): string | undefined {
  return number === 0 ? undefined : `${number} ${noun}${number === 1 ? '' : 's'}`;
}
