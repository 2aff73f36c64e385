// A plan of encryption as text for a terminal: what is wrong, the next step with all that is checked around it, and the steps to come.
import type { Fault } from '../../operate/encryption/plan/faults.ts';
import type { Check, Done, Goal, Refused, Step } from '../../operate/encryption/plan/step.ts';
import { idText, listText, nameOf } from '../../operate/encryption/plan/transformer-id.ts';
import { faultLines } from './encryption-status.ts';
import { glyphsOf, indented, paint, shown, type TerminalOptions, wrap } from './terminal.ts';

/** What is shown. */
export interface ShownPlan {
  readonly resource: string;
  readonly goal: Goal;
  readonly faults: readonly Fault[];
  readonly steps: readonly Step[];
  readonly end?: Done | Refused;
}

const CHECKS: Readonly<Record<Check, string>> = {
  'state-unchanged': 'servers and data are as this plan found them',
  'key-fingerprints': 'the keys have the fingerprints of this plan',
  'all-ready': 'every server answers /readyz with yes',
  'server-ready': 'the server answers /readyz with yes, its process younger than its file',
  'canary-each-way': 'a canary Secret written through each server is read through each other one',
  'canary-from-server':
    'a canary Secret written through the server is read through each other one, and has the expected writer',
  'canary-of-unknown': 'canaries through servers whose process is not known show nothing that the plan did not know of',
  'backup-since-rewrite': 'there is a backup that was made after the values were rewritten',
  'data-examined': 'the data is examined anew',
  'members-compacted': 'every etcd member has compacted',
};

/** Lines of at most the given columns (when these are 48 or more), each ended by a line feed. */
export function encryptionPlanText(
  { resource, goal, faults, steps, end }: ShownPlan,
  options: TerminalOptions,
): string {
  const width = Math.max(48, options.columns);
  const [next, ...later] = steps;
  const title = `${glyphsOf(options).mark} ${goal.kind} ${resource} with ${idText(goal.target)}`;
  const lines = [
    ...wrap(shown(title, options), width, '  ').map((line) => paint(line, 'strong', options)),
    ...faultLines(faults, width, options),
    ...(next === undefined ? [] : ['', ...nextLines(next, goal, width, options)]),
    ...(later.length === 0 ? [] : ['', 'Then, each step planned anew:']),
    ...later.flatMap((step, index) =>
      indented(`${index + 2}. `.padStart(5), shown(whatText(step, goal), options), width),
    ),
    ...(end === undefined ? [] : ['', ...endLines(end, width, options)]),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

/** What a step does, in one line. */
export function whatText(step: Step, { target }: Goal): string {
  switch (step.kind) {
    case 'apply':
      return `apply on ${step.server}: ${listText(step.transformers)}`;
    case 'restart':
      return `restart ${step.server} with the file that it has`;
    case 'rewrite':
      return 'rewrite every object as it is';
    case 'compact':
      return `wait for the compaction of old revisions (5 minutes unless the servers were told otherwise), or plimsoll encryption verify --compact --goal ${nameOf(target)}`;
    case 'inspect':
      return 'examine the data again';
  }
}

function nextLines(step: Step, goal: Goal, width: number, options: TerminalOptions): readonly string[] {
  const checks = (when: string, list: readonly Check[]): readonly string[] =>
    list.flatMap((check) => indented(`     ${when}: `, shown(CHECKS[check], options), width));
  return [
    ...indented('Next: ', shown(whatText(step, goal), options), width).map((line) => paint(line, 'strong', options)),
    ...indented('     because ', shown(step.reason, options), width),
    ...checks('before', step.before),
    ...checks('after', step.after),
  ];
}

function endLines(end: Done | Refused, width: number, options: TerminalOptions): readonly string[] {
  if (end.kind === 'done') return indented('Done: ', shown(end.reason, options), width);
  return [
    ...indented('Refused: ', shown(end.reason, options), width).map((line) => paint(line, 'critical', options)),
    ...indented('Way out: ', shown(end.wayOut, options), width),
  ];
}
