// A benchmark's results as text for a terminal: the totals, each check that needs work with what was seen, then what could not be judged; and two results
// compared.
import { type BenchmarkComparison, type ChangedCheck, valueText } from '../../posture/benchmark/compare.ts';
import type { BenchmarkResult, CheckResult } from '../../posture/benchmark/result/result.ts';
import { benchmarkTitle, CAUSE_WORDS, comparisonTitle, disagreements, resultsOf, totalsText } from '../benchmark.ts';
import { alignedRows } from './columns.ts';
import { glyphsOf, type Ink, indented, paint, shown, type TerminalOptions, wrap } from './terminal.ts';

/** Pieces of evidence of one check that are shown. */
const SHOWN = 3;
const LEAST_COLUMNS = 48;

/** Lines of at most the given columns (when these are 48 or more), each ended by a line feed. */
export function benchmarkTable(result: BenchmarkResult, options: TerminalOptions): string {
  const width = Math.max(LEAST_COLUMNS, options.columns);
  const note = (text: string) => wrap(shown(text, options), width, '  ');
  const open = resultsOf(result, 'fail', 'warn');
  const unjudged = resultsOf(result, 'no-evidence', 'unsupported');
  const other = disagreements(result);
  const ids = (title: string, checks: readonly CheckResult[]) =>
    checks.length === 0 ? [] : note(`${title} (${checks.length}): ${checks.map(({ check }) => check).join(', ')}`);
  const lines = [
    ...note(`${glyphsOf(options).mark} ${benchmarkTitle(result)}`).map((text) =>
      paint(text, inkOf(result.verdict.verdict), options),
    ),
    ...note(totalsText(result)),
    ...open.flatMap((one) => ['', ...checkLines(one, width, options)]),
    ...(unjudged.length === 0 ? [] : ['', ...note(`Not judged (${unjudged.length})`)]),
    ...[...Map.groupBy(unjudged, ({ reason }) => reason)].flatMap(([reason, of]) =>
      indented('  ', shown(`${of.map(({ check }) => check).join(', ')}: ${reason}`, options), width),
    ),
    '',
    ...ids('Attested', resultsOf(result, 'attested')),
    ...ids('Passed', resultsOf(result, 'pass')),
    ...ids('Not applicable', resultsOf(result, 'not-applicable')),
    ...(result.as === 'plimsoll' ? ids('kube-bench says otherwise of', other) : []),
    ...sidesLines(result, width, options),
  ];
  return lines.map((text) => `${text}\n`).join('');
}

/** What differs between two results. */
export function benchmarkComparisonTable(comparison: BenchmarkComparison, options: TerminalOptions): string {
  const width = Math.max(LEAST_COLUMNS, options.columns);
  const { causes, changes } = comparison;
  const rows = Object.entries(causes).flatMap(([cause, number]) =>
    number === 0 ? [] : [[CAUSE_WORDS[cause as ChangedCheck['cause']], String(number)]],
  );
  const lines = [
    ...wrap(shown(`${glyphsOf(options).mark} ${comparisonTitle(comparison)}`, options), width, '  ').map((text) =>
      paint(text, 'strong', options),
    ),
    ...alignedRows(rows, width, glyphsOf(options).cut),
    ...changes.flatMap((one) => ['', ...changeLines(one, width, options)]),
  ];
  return lines.map((text) => `${text}\n`).join('');
}

function checkLines(one: CheckResult, width: number, options: TerminalOptions): readonly string[] {
  const { check, title, verdict, reason, evidence, remediation, waiver } = one;
  const head = `${verdict} ${check} ${title}${waiver === undefined ? '' : ` [waived: ${waiver}]`}`;
  const more = evidence.length - SHOWN;
  const todo = remediation?.replace(/\s+/g, ' ');
  return [
    ...wrap(shown(head, options), width, '  ').map((text) =>
      paint(text, verdict === 'fail' ? 'high' : 'warning', options),
    ),
    ...indented('  ', shown(reason, options), width),
    ...evidence.slice(0, SHOWN).flatMap((text) => indented('    ', shown(text, options), width)),
    ...(more > 0 ? [`    and ${more} more in --format json`] : []),
    ...(todo === undefined
      ? []
      : indented('  ', shown(`do: ${todo}`, options), width).map((text) => paint(text, 'faint', options))),
  ];
}

/** Waivers and attestations that do not hold any more, or that nothing needs. */
function sidesLines(
  { waivers, attestations }: BenchmarkResult,
  width: number,
  options: TerminalOptions,
): readonly string[] {
  const texts = [
    ...waivers.flatMap(({ check, owner, expires, state }) =>
      state === 'active'
        ? []
        : [`waiver of ${check} by ${owner}: ${state === 'expired' ? `expired on ${expires}` : 'nothing needs it'}`],
    ),
    ...attestations.flatMap(({ check, by, expires, state }) =>
      state === 'used'
        ? []
        : [`attestation of ${check} by ${by}: ${state === 'expired' ? `expired on ${expires}` : STATE_WORDS[state]}`],
    ),
  ];
  return texts.flatMap((text) =>
    indented('  ', shown(text, options), width).map((line) => paint(line, 'warning', options)),
  );
}

const STATE_WORDS = { 'not-needed': 'nothing needs it', 'unknown-check': 'the benchmark has no such check' } as const;

function changeLines(one: ChangedCheck, width: number, options: TerminalOptions): readonly string[] {
  const { check, title, from, to, cause, reason, settings, worse } = one;
  const head = `${check} ${title}: ${from ?? 'not there'} -> ${to ?? 'not there'}, ${CAUSE_WORDS[cause]}`;
  const told =
    settings.length === 0
      ? [reason]
      : settings.map(({ name, from: before, to: after }) => `${name}: ${valueText(before)} -> ${valueText(after)}`);
  return [
    ...wrap(shown(head, options), width, '  ').map((text) => paint(text, worse ? 'high' : 'plain', options)),
    ...told.flatMap((text) => indented('    ', shown(text, options), width)),
  ];
}

function inkOf(verdict: string): Ink {
  return verdict === 'fail' ? 'critical' : verdict === 'pass' ? 'strong' : 'warning';
}
