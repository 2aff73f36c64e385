// CISA's SSVC answers as CVE records and NVD carry them: a list of questions with their answers, in varying case.
import type { Ssvc } from '../advisory.ts';
import { fieldsOf, listOf, textOf } from '../fields.ts';

const ANSWERS = {
  exploitation: ['none', 'poc', 'active'],
  automatable: ['yes', 'no'],
  technicalImpact: ['partial', 'total'],
} as const satisfies { readonly [Question in keyof Ssvc]: readonly Ssvc[Question][] };

/** The answers of a list such as [{"Exploitation": "poc"}, {"Automatable": "no"}, {"Technical Impact": "total"}]; undefined unless all are given. */
export function readSsvc(options: unknown): Ssvc | undefined {
  const said = new Map<string, string>();
  for (const member of listOf(options)) {
    for (const [question, answer] of Object.entries(fieldsOf(member))) {
      said.set(question.toLowerCase().replace(/\s+/g, ''), textOf(answer)?.toLowerCase() ?? '');
    }
  }
  const exploitation = ANSWERS.exploitation.find((answer) => answer === said.get('exploitation'));
  const automatable = ANSWERS.automatable.find((answer) => answer === said.get('automatable'));
  const technicalImpact = ANSWERS.technicalImpact.find((answer) => answer === said.get('technicalimpact'));
  if (exploitation === undefined || automatable === undefined || technicalImpact === undefined) return undefined;
  return { exploitation, automatable, technicalImpact };
}
