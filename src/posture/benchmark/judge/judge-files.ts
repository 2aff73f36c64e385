// A check of modes and owners on one node: each file that it is about is held against the conditions. Links are judged by where they lead.

import type { FileObservation } from '../../../kubernetes/evidence/evidence.ts';
import { VERDICTS } from '../../check-outcome.ts';
import type { Check, CheckTests } from '../definition/definition.ts';
import { statLine } from '../question/answer.ts';
import { type Asked, type FileQuestion, type FoundFile, filesOf, NoAnswer, wholeTree } from '../question/files.ts';
import { followed } from '../question/node-facts.ts';
import { processesOf, resolve } from '../question/places.ts';
import type { Setting } from '../result/result.ts';
import { type Found, findFlag } from '../tests/find-value.ts';
import { heldAgainst } from '../tests/run-check.ts';
import { decide, type Judgement, joinJudgements, unjudged } from './judgement.ts';
import { wantedText } from './wanted.ts';

/** Where network plug-ins are configured unless a kubelet says otherwise (Kubernetes documentation, "Network Plugins"). */
const NETWORK_PLUGINS = '/etc/cni/net.d';
/** Files of one check on one node that are told one by one. */
const TOLD = 20;

/** Judges a check about files. */
export function judgeFiles(check: Check, tests: CheckTests, question: FileQuestion, asked: Asked): Judgement {
  let files: readonly FoundFile[];
  try {
    files = question.kind === 'network-files' ? networkFiles(question, asked) : filesOf(question, asked);
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    return idle(question, asked) ?? unjudged(error.kind, error.message);
  }
  const there = files.flatMap((file) => (file.kind === 'file' ? [file] : []));
  if (there.length === 0) return missing(check, tests, question, files, asked);
  const judged = there.map((file) => judgeFile(check, tests, question, followed(asked.facts, file), file.path));
  const whole = joinJudgements(judged, VERDICTS) ?? unjudged('no-evidence', 'there is nothing to judge');
  const wrong = judged.filter(({ verdict }) => verdict !== 'pass');
  const told = (wrong.length > 0 ? wrong : judged).flatMap(({ evidence }) => evidence);
  const more = told.length - TOLD;
  return {
    ...whole,
    evidence: [...told.slice(0, TOLD), ...(more > 0 ? [`and ${more} more`] : [])],
    settings: settingsOf(whole, wrong),
  };
}

/** Of a tree that is as asked one setting is enough to compare; of one that is not, what is wrong. */
function settingsOf({ settings }: Judgement, wrong: readonly Judgement[]): readonly Setting[] {
  if (settings.length <= TOLD) return settings;
  const values = [...new Set(settings.map(({ value }) => value ?? ''))].sort();
  const summary = { name: `${settings.length} files`, value: values.join(' ') };
  return [summary, ...wrong.flatMap((one) => one.settings).slice(0, TOLD)];
}

/** Files of the network plug-in, without folders: those need a mode that files do not. */
function networkFiles(question: FileQuestion, asked: Asked): readonly FoundFile[] {
  const found = filesOf(question, asked);
  const all = found.length === 0 ? wholeTree(NETWORK_PLUGINS, asked) : found;
  return all.filter((file) => file.kind === 'absent' || file.type !== 'directory');
}

function judgeFile(
  check: Check,
  tests: CheckTests,
  { format }: FileQuestion,
  file: FileObservation,
  path: string,
): Judgement {
  if (file.type === 'link') return unjudged('no-evidence', `${path} is a link, and what it leads to was not collected`);
  const line = statLine({ ...file, path }, format).trim();
  const found = tests.items.map((item) => ({ item, found: findWhole(line, item.flag) }));
  const strange = found.find((one) => one.found.unsupported === true)?.found;
  if (strange !== undefined) return unjudged('unsupported', strange.problem ?? '');
  const answers = found.map((one) => ({ holds: heldAgainst(one.item, 'audit', one.found).holds }));
  const value = line.endsWith(` ${path}`) ? line.slice(0, -path.length - 1) : line;
  const shown = file.path === path ? path : `${path} -> ${file.path}`;
  return {
    verdict: decide(answers, tests).holds === true ? 'pass' : check.scored ? 'fail' : 'warn',
    reason: `asked: ${wantedText(tests)}`,
    evidence: [`${shown}: ${value}`],
    settings: [{ name: path, value }],
  };
}

/** A word of a line as a whole: `notroot:root` is not root:root, though it holds it. */
function findWhole(line: string, flag: string): Found {
  const words = line.split(' ').flatMap((word) => [word, word.slice(word.indexOf('=') + 1)]);
  const isThere = words.some((word) => word === flag || word.startsWith(`${flag}=`));
  const found = findFlag(line, flag);
  return isThere || found.unsupported === true ? found : { present: false, value: '' };
}

/** Not applicable where the check allows that there is no file, or nothing would read one; else there is no evidence. */
function missing(
  { title }: Check,
  { items }: CheckTests,
  question: FileQuestion,
  files: readonly FoundFile[],
  asked: Asked,
): Judgement {
  const paths = files.map(({ path }) => path);
  const settings = paths.map((name): Setting => ({ name }));
  const told = (verdict: 'no-evidence' | 'not-applicable', reason: string): Judgement => {
    return { verdict, reason, evidence: paths.map((path) => `${path} is not there`), settings };
  };
  const unused = idle(question, asked);
  if (unused !== undefined) return { ...told('not-applicable', unused.reason) };
  const says = question.kind === 'stat' && typeof question.missing === 'object' ? question.missing.says : undefined;
  if (items.some(({ flag }) => flag === says))
    return told('not-applicable', 'the check allows that there is no such file');
  if (/^If\b/i.test(title)) return told('not-applicable', 'the check is about a file that is not there');
  if (paths.length === 0) return told('no-evidence', 'there is no such file in the evidence');
  return told('no-evidence', `there is no ${paths.join(', ')}: it was not found where the benchmark looks`);
}

/** The component whose file it is does not run here, so that nothing reads the file. */
function idle(question: FileQuestion, asked: Asked): Judgement | undefined {
  const [word] = question.kind === 'stat' ? question.files : question.kind === 'tree' ? [question.root] : [];
  const component = word === undefined ? undefined : resolve(word, asked.components, asked.facts)?.component;
  if (component === undefined || component.programs.length === 0) return undefined;
  if (processesOf(component, asked.facts).length > 0) return undefined;
  return unjudged('not-applicable', `${component.name} does not run here`);
}
