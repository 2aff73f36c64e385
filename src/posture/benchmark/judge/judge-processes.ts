// A check of a component's flags on one node: each of its own processes is held against the conditions, and where a flag is not given, the configuration
// that the process itself names.

import { type ProcessObservation, REDACTED } from '../../../kubernetes/evidence/evidence.ts';
import { VERDICTS } from '../../check-outcome.ts';
import type { Check, CheckTests, TestItem } from '../definition/definition.ts';
import { contentAt } from '../question/answer.ts';
import { type Asked, NoAnswer, psLine, textOf } from '../question/files.ts';
import { namesOf } from '../question/node-facts.ts';
import { processesOf, type Resolved, resolve, runs } from '../question/places.ts';
import type { Question, Word } from '../question/question.ts';
import type { Setting } from '../result/result.ts';
import { type Found, findFlag, findPath } from '../tests/find-value.ts';
import { heldAgainst, type Source } from '../tests/run-check.ts';
import { flagValue, hasFlags } from './flag-value.ts';
import { decide, type ItemAnswer, type Judgement, joinJudgements, unjudged } from './judgement.ts';
import { wantedText } from './wanted.ts';

/** Flags by which a program reads its settings from a file. */
const FILE_FLAGS: readonly string[] = ['--config', '--config-file'];

interface Item extends ItemAnswer {
  readonly setting: Setting;
  readonly shown: string;
}

/** Judges a check whose audit lists processes. */
export function judgeProcesses(
  check: Check,
  tests: CheckTests,
  { program }: Question & { readonly kind: 'processes' },
  config: (Question & { readonly kind: 'content' }) | undefined,
  asked: Asked,
): Judgement {
  const resolved = resolve(program, asked.components, asked.facts);
  if (resolved === undefined)
    return unjudged('unsupported', `no component of the benchmark has the variable ${program}`);
  const processes = running(resolved, asked);
  if (processes.length === 0) return unjudged('not-applicable', `${resolved.text} does not run here`);
  const judged = processes.map((process) => judgeOne(check, tests, process, config?.file, asked));
  return joinJudgements(judged, VERDICTS) ?? unjudged('not-applicable', `${resolved.text} does not run here`);
}

function running({ component, text }: Resolved, asked: Asked): readonly ProcessObservation[] {
  if (component !== undefined) return processesOf(component, asked.facts);
  return asked.facts.processes.filter((process) => runs(process, text));
}

function judgeOne(
  check: Check,
  tests: CheckTests,
  process: ProcessObservation,
  file: Word | undefined,
  asked: Asked,
): Judgement {
  let items: readonly Item[];
  try {
    const configuration = file === undefined ? undefined : () => configurationOf(process, file, asked);
    items = tests.items.map((item) => judgeItem(item, check, process, configuration));
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    return unjudged(error.kind, error.message);
  }
  const { holds, unknown } = decide(items, tests);
  const evidence = [...new Set(items.map(({ shown }) => shown))];
  const settings = items.map(({ setting }) => setting);
  if (holds === undefined) return { verdict: 'no-evidence', reason: unknown ?? '', evidence, settings };
  const verdict = holds ? 'pass' : check.scored ? 'fail' : 'warn';
  return { verdict, reason: `asked: ${wantedText(tests)}`, evidence, settings };
}

interface Configuration {
  readonly path: string;
  /** Undefined where there is no such file. */
  readonly text: string | undefined;
}

/**
 * The configuration of a process: the file that its --config names. A program that names none reads none, whatever lies about.
 * @throws NoAnswer when the file was not collected
 */
function configurationOf(process: ProcessObservation, file: Word, asked: Asked): Configuration | undefined {
  const { component } = resolve(file, asked.components, asked.facts) ?? {};
  const stated = flagValue(process, '--config');
  const folder = flagValue(process, '--config-dir');
  if (folder !== undefined) {
    throw new NoAnswer(
      'no-evidence',
      `${namesOf(process)[0] ?? ''} also reads the files of ${folder}, which are not collected`,
    );
  }
  if (component !== undefined && stated === undefined) return undefined;
  const path = stated ?? textOf(file, asked);
  return { path, text: contentAt(path, asked) };
}

function judgeItem(
  item: TestItem,
  check: Check,
  process: ProcessObservation,
  configuration: (() => Configuration | undefined) | undefined,
): Item {
  const program = namesOf(process)[0] ?? '';
  const found = findInProcess(item, process);
  if (found.unsupported === true) throw new NoAnswer('unsupported', found.problem ?? '');
  if (found.present) return told(item, 'audit', found, item.flag, program);
  const read = configuration?.();
  let answer = told(item, 'audit', found, item.flag || item.env, program);
  if (read !== undefined && item.path !== '') {
    if (read.text === undefined) {
      throw new NoAnswer('no-evidence', `${read.path}, which ${program} reads, is not there`);
    }
    const there = findPath(read.text, item.path);
    if (there.unsupported === true) throw new NoAnswer('unsupported', there.problem ?? '');
    if (there.takenOut === true) {
      throw new NoAnswer(
        'no-evidence',
        `${item.path} of ${read.path}, from which secrets were taken out: ${there.problem}`,
      );
    }
    answer = told(item, 'config', there, item.flag || item.path, read.path);
    if (there.present) return answer;
  }
  const elsewhere =
    (configuration === undefined ? fileElsewhere(process) : undefined) ?? environmentElsewhere(item, check, process);
  return elsewhere === undefined ? answer : { ...answer, holds: undefined, unknown: elsewhere };
}

/** A flag by its whole name; words that are no flags are looked for in the whole line. */
function findInProcess(item: TestItem, process: ProcessObservation): Found {
  if (!item.flag.startsWith('--')) return findFlag(psLine(process), item.flag);
  const value = flagValue(process, item.flag, item.compare?.op);
  return value === undefined ? { present: false, value: '' } : { present: true, value };
}

function told(item: TestItem, source: Source, found: Found, name: string, where: string): Item {
  const { holds, problem } = heldAgainst(item, source, found);
  const setting = found.present ? { name, value: found.value } : { name };
  const joint = source === 'audit' && name.startsWith('-') ? '=' : ': ';
  const text = found.present ? `${name}${name === found.value ? '' : `${joint}${found.value}`}` : `${name} is not set`;
  const shown = `${where}: ${text}${problem === undefined ? '' : ` (${problem})`}`;
  if (item.compare !== undefined && item.set && found.present && found.value.includes(REDACTED)) {
    return { holds: undefined, unknown: `the value of ${name} was not collected`, setting, shown };
  }
  return { holds, setting, shown };
}

/** The file that may set a flag which is not given, and for which the benchmark does not ask. What a kubelet reads, it asks for. */
function fileElsewhere(process: ProcessObservation): string | undefined {
  const program = namesOf(process)[0] ?? '';
  if (program === 'kubelet') return undefined;
  const file = FILE_FLAGS.map((flag) => flagValue(process, flag)).find((one) => one !== undefined);
  return file === undefined
    ? undefined
    : `${program} reads its settings from ${file}, which the benchmark does not ask for`;
}

/** Whether the environment may set a flag that is not given: where the benchmark asks for it, or the program was started without any flag. */
function environmentElsewhere(item: TestItem, check: Check, process: ProcessObservation): string | undefined {
  if (item.env === '' || (check.auditEnv === '' && hasFlags(process))) return undefined;
  return `${namesOf(process)[0] ?? ''} may have ${item.env} in its environment, which is not collected`;
}
