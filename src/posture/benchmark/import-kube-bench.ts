// Results of `kube-bench --json` as a benchmark's result, so that those who run it already can compare and publish. Its JSON is one object with `Controls`, a
// list of those, or one of them alone (its own versions differ). It names no node: the name comes from whoever imports.
import { ParseError } from '../../platform/errors.ts';
import { isList, isMap, type Json, listOf, textOf, valueAt } from '../../platform/json.ts';
import { LIMITS } from '../../platform/limits.ts';
import { SECTION_TYPES, type SectionType } from './definition/definition.ts';
import { fanIn } from './judge/fan-in.ts';
import { isAskedOfNodes, ROLE_NAMES } from './judge/roles.ts';
import type { BenchmarkResult, CheckResult, ResultPart } from './result/result.ts';
import { summary } from './result/summary.ts';
import type { KubeBenchState } from './tests/run-check.ts';

/** The results of one run on one node. */
export interface KubeBenchRun {
  readonly node: string;
  readonly text: string;
  /** Name of the file, for messages. */
  readonly file: string;
}

interface ImportedCheck {
  readonly id: string;
  readonly title: string;
  readonly section: SectionType;
  readonly scored: boolean;
  readonly remediation: string;
  readonly part: ResultPart;
}

const STATES: readonly KubeBenchState[] = ['PASS', 'FAIL', 'WARN', 'INFO'];
/** How kube-bench begins the reason of a result whose command failed. */
const FAILED_COMMAND = /^failed to run: /;

/**
 * Joins the runs of several nodes.
 * @throws ParseError for what is no result of kube-bench, or when the runs are of different benchmarks
 */
export function importKubeBench(runs: readonly KubeBenchRun[], day: string): BenchmarkResult {
  const names = new Set<string>();
  const checks = runs.flatMap((run) =>
    controlsOf(run).flatMap((control) => {
      names.add(textOf(control, 'version') ?? 'unknown');
      return checksOf(control, run);
    }),
  );
  if (names.size > 1) throw new ParseError(`the runs are of different benchmarks: ${[...names].sort().join(', ')}`);
  if (checks.length === 0) throw new ParseError(`${runs[0]?.file ?? 'the file'}: there are no results of kube-bench`);
  const benchmark = [...names][0] ?? 'unknown';
  const results = [...Map.groupBy(checks, ({ id }) => id).values()].map(joined);
  return {
    benchmark,
    as: 'kube-bench',
    nodes: [...new Set(runs.map(({ node }) => node))].sort(),
    asOf: day,
    ...summary(benchmark, results),
    results,
    waivers: [],
    attestations: [],
    gaps: [],
  };
}

function controlsOf({ text, file }: KubeBenchRun): readonly Json[] {
  const values = jsonValues(text, file);
  const controls = values.flatMap((value) => {
    if (isList(value)) return value;
    return valueAt(value, 'Controls') === undefined ? [value] : listOf(value, 'Controls');
  });
  for (const control of controls) {
    if (!isMap(control) || !Array.isArray(control['tests'])) {
      throw new ParseError(`${file}: it is no result of kube-bench --json`);
    }
  }
  return controls;
}

/** One value, or, as older versions print it, one a line for each kind of node. */
function jsonValues(text: string, file: string): readonly Json[] {
  const parsed = (part: string): Json => JSON.parse(part) as Json;
  try {
    return [parsed(text)];
  } catch (cause) {
    const lines = text.split('\n').filter((line) => line.trim() !== '');
    try {
      if (lines.length > 1) return lines.map(parsed);
    } catch {
      // What is wrong with the whole is told.
    }
    throw new ParseError(`${file}: it is no JSON`, { cause });
  }
}

function checksOf(control: Json, run: KubeBenchRun): readonly ImportedCheck[] {
  const type = textOf(control, 'node_type');
  const section = SECTION_TYPES.find((one) => one === type);
  if (section === undefined) throw new ParseError(`${run.file}: there is no kind of node ${type ?? ''}`);
  const checks = listOf(control, 'tests').flatMap((group) => listOf(group, 'results'));
  if (checks.length > LIMITS.benchmarkChecks)
    throw new ParseError(`${run.file}: more than ${LIMITS.benchmarkChecks} results`);
  return checks.map((check) => checkOf(check, section, run));
}

function checkOf(check: Json, section: SectionType, { node, file }: KubeBenchRun): ImportedCheck {
  const id = textOf(check, 'test_number') ?? '';
  const state = STATES.find((one) => one === textOf(check, 'status'));
  if (id === '' || state === undefined)
    throw new ParseError(`${file}: a result has no number, or a status that is none of ${STATES.join(', ')}`);
  const reason = textOf(check, 'reason') ?? '';
  const expected = textOf(check, 'expected_result') ?? '';
  const actual = textOf(check, 'actual_value') ?? '';
  const type = textOf(check, 'type') ?? '';
  return {
    id,
    title: textOf(check, 'test_desc') ?? '',
    section,
    scored: valueAt(check, 'scored') === true,
    remediation: textOf(check, 'remediation') ?? '',
    part: {
      subject: isAskedOfNodes(section) ? node : 'cluster',
      verdict: verdictOf(state, type, reason),
      evidence: actual === '' ? [] : [actual],
      reason: reason || (expected === '' ? `kube-bench says ${state}` : `expected: ${expected}`),
      settings: actual === '' ? [] : [{ name: 'actual value', value: actual }],
      kubeBench: state,
    },
  };
}

/** Its WARN stands for three things: a manual check, a command that failed, and a check that is not scored and failed. */
function verdictOf(state: KubeBenchState, type: string, reason: string): ResultPart['verdict'] {
  if (state === 'PASS') return 'pass';
  if (state === 'FAIL') return 'fail';
  if (state === 'INFO') return 'not-applicable';
  return type === 'manual' || FAILED_COMMAND.test(reason) ? 'no-evidence' : 'warn';
}

function joined(checks: readonly ImportedCheck[]): CheckResult {
  const [first] = checks;
  if (first === undefined) throw new ParseError('a check has no result');
  const { id, title, section, scored, remediation } = first;
  const noun = isAskedOfNodes(section) ? ROLE_NAMES[section] : (['cluster', 'clusters'] as const);
  const said = fanIn(
    checks.map(({ part }) => part),
    checks.length,
    noun,
  );
  const needsWork = said.verdict === 'fail' || said.verdict === 'warn';
  return {
    check: id,
    subject: isAskedOfNodes(section) ? noun[1] : 'cluster',
    verdict: said.verdict,
    evidence: said.evidence,
    reason: said.reason,
    ...(needsWork && remediation !== '' ? { remediation } : {}),
    title,
    section,
    scored,
    judged: checks.length,
    parts: said.parts,
  };
}
