// Whether an API server writes Secrets encrypted: its EncryptionConfiguration is read as the server reads it. The first rule that covers a resource counts,
// and of its providers the first one writes (Kubernetes documentation, "Encrypting Confidential Data at Rest"). The benchmark's own command looks at the
// line behind the last `providers:` of the file, whatever it is for. Only names of resources and providers are read, never a key.

import type { ProcessObservation } from '../../../kubernetes/evidence/evidence.ts';
import { LimitError, ParseError } from '../../../platform/errors.ts';
import { isMap, type Json, listOf } from '../../../platform/json.ts';
import { readValues } from '../../../scan/release/manifests/values.ts';
import { VERDICTS } from '../../check-outcome.ts';
import type { Check, CheckTests } from '../definition/definition.ts';
import { contentAt } from '../question/answer.ts';
import { type Asked, NoAnswer } from '../question/files.ts';
import { processesOf, resolve } from '../question/places.ts';
import type { Question } from '../question/question.ts';

import { heldAgainst } from '../tests/run-check.ts';
import { flagValue } from './flag-value.ts';
import { decide, type Judgement, joinJudgements, unjudged } from './judgement.ts';
import { wantedText } from './wanted.ts';

const FLAG = '--encryption-provider-config';
/** What the check is about. */
const RESOURCE = 'secrets';
/** Patterns that cover it: itself, the core group, everything (Kubernetes 1.27). */
const COVERING: ReadonlySet<string> = new Set([RESOURCE, '*.', '*.*']);

/** Providers in the order of the first rule that covers Secrets; undefined where none does. */
export function providersOfSecrets(text: string): readonly string[] | undefined {
  const [document] = readValues(text, 'EncryptionConfiguration');
  for (const rule of listOf(document, 'resources')) {
    if (!listOf(rule, 'resources').some((name) => typeof name === 'string' && COVERING.has(name))) continue;
    return listOf(rule, 'providers').map((provider: Json) => (isMap(provider) ? (Object.keys(provider)[0] ?? '') : ''));
  }
  return undefined;
}

/** Judges a check whose audit looks for the provider that encrypts. */
export function judgeEncryption(
  check: Check,
  tests: CheckTests,
  { program }: Question & { readonly kind: 'first-provider' },
  asked: Asked,
): Judgement {
  const component = resolve(program, asked.components, asked.facts)?.component;
  const processes = component === undefined ? [] : processesOf(component, asked.facts);
  const judged = processes.map((process) => judgeServer(check, tests, process, asked));
  return joinJudgements(judged, VERDICTS) ?? unjudged('not-applicable', 'no API server runs here');
}

function judgeServer(check: Check, tests: CheckTests, process: ProcessObservation, asked: Asked): Judgement {
  const bad = check.scored ? 'fail' : 'warn';
  const path = flagValue(process, FLAG);
  if (path === undefined) {
    const reason = `${RESOURCE} are stored as they are: ${FLAG} is not set`;
    return { verdict: bad, reason, evidence: [`${FLAG} is not set`], settings: [{ name: FLAG }] };
  }
  try {
    const text = contentAt(path, asked);
    if (text === undefined) return unjudged('no-evidence', `${path}, which the API server reads, is not there`);
    const providers = providersOfSecrets(text);
    const [first = 'none'] = providers ?? [];
    const answers = tests.items.map((item) => heldAgainst(item, 'audit', { present: true, value: first }));
    const isRight = providers !== undefined && first !== 'identity' && decide(answers, tests).holds === true;
    return {
      verdict: isRight ? 'pass' : bad,
      reason:
        providers === undefined
          ? `no rule of ${path} covers ${RESOURCE}: they are stored as they are`
          : `${RESOURCE} are written by ${first}; asked: ${wantedText(tests)}`,
      evidence: [`${path}: ${RESOURCE}: ${providers?.join(', ') ?? 'not covered'}`],
      settings: [
        { name: `providers of ${RESOURCE}`, ...(providers === undefined ? {} : { value: providers.join(', ') }) },
      ],
    };
  } catch (error) {
    if (error instanceof NoAnswer) return unjudged(error.kind, error.message);
    if (error instanceof ParseError || error instanceof LimitError) {
      return unjudged('no-evidence', `${path} cannot be read: ${error.message}`);
    }
    throw error;
  }
}
