// One check on one node: by our rules, and as kube-bench would have answered there.
import type { Check } from '../definition/definition.ts';
import { answer } from '../question/answer.ts';
import type { Asked } from '../question/files.ts';
import type { Question } from '../question/question.ts';
import { recognise } from '../question/recognise.ts';
import type { VerdictWord } from '../result/result.ts';
import {
  type CheckOutputs,
  type CheckRun,
  type KubeBenchState,
  runCheck,
  stateWithoutOutput,
} from '../tests/run-check.ts';
import { judgeEncryption } from './judge-encryption.ts';
import { judgeFiles } from './judge-files.ts';
import { judgeProcesses } from './judge-processes.ts';
import { type Judgement, unjudged } from './judgement.ts';

/** kube-bench's words in ours. */
export const VERDICT_OF: Readonly<Record<KubeBenchState, VerdictWord>> = {
  PASS: 'pass',
  FAIL: 'fail',
  WARN: 'warn',
  INFO: 'not-applicable',
};

/** What is said of a check that people have to judge. */
export const NEEDS_PEOPLE = 'no evidence decides it: people have to look, and attest what they saw';

/** Judges a check by our rules. */
export function judgeNode(check: Check, asked: Asked): Judgement {
  const { tests, type } = check;
  if (type === 'skip') return unjudged('not-applicable', 'the benchmark skips it');
  if (type === 'manual' || check.audit === '') return unjudged('no-evidence', NEEDS_PEOPLE);
  if (tests === undefined || tests.items.length === 0) return unjudged('no-evidence', 'the check states no conditions');
  if (!['', 'and', 'or'].includes(tests.operation)) {
    return unjudged('unsupported', `the check joins its conditions by ${tests.operation}`);
  }
  const question = recognise(check.audit);
  const config = check.auditConfig === '' ? undefined : recognise(check.auditConfig);
  if (question === undefined) return unsupported('audit');
  if (check.auditConfig !== '' && config?.kind !== 'content') return unsupported('audit_config');
  if (question.kind === 'processes') {
    return judgeProcesses(check, tests, question, config?.kind === 'content' ? config : undefined, asked);
  }
  if (question.kind === 'first-provider') return judgeEncryption(check, tests, question, asked);
  if (question.kind === 'content') return judgeText(check, question, asked);
  return judgeFiles(check, tests, question, asked);
}

/** What kube-bench would say of the check there; undefined where the evidence or this program cannot tell. */
export function kubeBenchState(check: Check, asked: Asked): CheckRun | undefined {
  const early = stateWithoutOutput(check);
  if (early !== undefined) return early;
  const commands = { audit: check.audit, config: check.auditConfig, environment: check.auditEnv };
  const outputs: Record<string, { readonly text: string; readonly exit: number }> = {};
  for (const [name, command] of Object.entries(commands)) {
    if (command === '') continue;
    const question = recognise(command);
    const told = question === undefined ? undefined : answer(question, asked);
    if (told?.kind !== 'output') return undefined;
    outputs[name] = told;
  }
  return runCheck(check, outputs satisfies CheckOutputs);
}

/** kube-bench's answer in our words. */
export function judgeAsKubeBench(check: Check, asked: Asked): Judgement {
  const run = kubeBenchState(check, asked);
  if (run?.state === undefined)
    return unjudged('unsupported', run?.reason ?? 'what its commands would print is not known');
  const evidence = run.items.map(({ item, source, found }) => {
    const name = source === 'audit' ? item.flag : source === 'config' ? item.path : item.env;
    return found.present ? `${name}: ${found.value}` : `${name} is not there`;
  });
  const reason = run.reason ?? (run.state === 'PASS' ? 'its conditions hold' : 'its conditions do not hold');
  return { verdict: VERDICT_OF[run.state], reason, evidence: [...new Set(evidence)], settings: [] };
}

function judgeText(check: Check, question: Question, asked: Asked): Judgement {
  const told = answer(question, asked);
  if (told.kind !== 'output') return unjudged(told.kind, told.reason);
  if (told.exit !== 0) return unjudged('no-evidence', told.text.trim());
  const run = runCheck(check, { audit: told });
  if (run.state === undefined) return unjudged('unsupported', run.reason ?? '');
  const evidence = run.items.map(({ item, found }) => `${item.flag}: ${found.present ? found.value : 'not there'}`);
  return { verdict: VERDICT_OF[run.state], reason: run.reason ?? 'what stands in the file', evidence, settings: [] };
}

function unsupported(what: string): Judgement {
  return unjudged('unsupported', `its ${what} is none that is recognised: it is not run, and nothing is concluded`);
}
