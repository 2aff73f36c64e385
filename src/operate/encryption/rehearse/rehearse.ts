// Proves a plan on a snapshot: at every moment of it, every server's list opens every value that is within reach then, and everything that any server
// writes. In memory; nothing is changed.

import { PlimsollError } from '../../../platform/errors.ts';
import type { Provider } from '../configuration/configuration.ts';
import { inspectFile } from '../inspect/inspect-file.ts';
import { JudgedResources } from '../inspect/judged-resources.ts';
import type { EncryptionState } from '../plan/state.ts';
import type { Done, Goal, Refused, Step } from '../plan/step.ts';
import type { TransformerId } from '../plan/transformer-id.ts';
import type { RandomBytes } from '../provider/ciphers.ts';
import type { EtcdPath } from '../status/evidence.ts';
import { momentsOf } from './moments.ts';
import { isService, RehearsalReader, type Unreadable } from './rehearsal-reader.ts';

/** What a rehearsal needs. */
export interface RehearsalInput {
  readonly state: EncryptionState;
  readonly goal: Goal;
  readonly resource: string;
  /** Keys of all transformers of the plan. */
  readonly providers: readonly Provider[];
  readonly random: RandomBytes;
}

/** One server at one moment. */
export interface ServerRehearsal extends Unreadable {
  readonly name: string;
}

/** One moment: before the plan, or after a step. */
export interface RehearsedMoment {
  readonly step?: Step;
  readonly servers: readonly ServerRehearsal[];
}

/** What came of it. */
export interface Rehearsal {
  /**
   * `proved`: after no step can a server read less than before, and at the end all read everything. `refuted`: a step takes reading away. `not-proved`:
   * neither, since something could not be opened or foreseen.
   */
  readonly verdict: 'proved' | 'refuted' | 'not-proved';
  readonly reason: string;
  /** Values that were opened and sealed again. */
  readonly values: number;
  readonly moments: readonly RehearsedMoment[];
  readonly end?: Done | Refused;
}

/**
 * Rehearses the plan of a state on one database or snapshot.
 * @throws PlimsollError `input-missing`, `input-unreadable`; ParseError, LimitError
 */
export async function rehearse({ path, name }: EtcdPath, input: RehearsalInput): Promise<Rehearsal> {
  const { state, goal, resource, providers, random } = input;
  const { moments, end } = momentsOf(state, goal);
  const reader = new RehearsalReader(moments, providers, random);
  const judged = new JudgedResources([resource]);
  const inspected = await inspectFile(path, name, { judged, newOpener: () => reader });
  if (inspected === undefined) throw new PlimsollError('input-unreadable', `${name}: no database or snapshot of etcd`);
  const rows = reader.unreadable().map((servers, index): RehearsedMoment => {
    const step = moments[index]?.step;
    return {
      ...(step === undefined ? {} : { step }),
      servers: [...servers].map(([server, unreadable]) => ({ name: server, ...unreadable })),
    };
  });
  const { right, wrong } = reader.result();
  const writers = [...new Set(moments.flatMap((moment) => moment.writers))];
  const unsealed = writers.filter((id) => !isService(id) && !reader.canSeal(id));
  const bytesUnread = inspected.unread.filter((reason) => !inspected.unjudged.includes(reason));
  const problems = [
    ...(wrong === 0 ? [] : [`no key opens ${wrong} values, such as ${reader.unopenedKeys.join(', ')}`]),
    ...(unsealed.length === 0 ? [] : [`the keys to write with are not here: ${unsealed.join(', ')}`]),
    ...bytesUnread,
    ...servicesProblem(reader.outside, writers),
    ...(right === 0 && reader.outside.length === 0 ? [`${name} holds no value to rehearse with`] : []),
    ...(end?.kind === 'done' ? [] : [end === undefined ? 'the data decides what comes next' : end.reason]),
  ];
  return {
    ...judge(rows, problems, right),
    values: right,
    moments: rows,
    ...(end === undefined ? {} : { end }),
  };
}

/** A copy of the data shows nothing of a key management service: what was seen, what was not, and what does show it. */
function servicesProblem(outside: RehearsalReader['outside'], writers: readonly TransformerId[]): readonly string[] {
  const values = outside.map(([id, count]) => `${count} values of ${id}`);
  const writing = writers.filter(isService).map((id) => `what servers write with ${id}`);
  const what = [...values, ...writing];
  if (what.length === 0) return [];
  return [
    `only the key management service opens ${what.join(', and ')}: seen is which server names it after each step, not whether it answers there; instead ask every server for /readyz?verbose (its line kms-provider) before each step, let encryption apply read its canaries, and keep a backup that needs no service`,
  ];
}

function judge(
  moments: readonly RehearsedMoment[],
  problems: readonly string[],
  values: number,
): Pick<Rehearsal, 'verdict' | 'reason'> {
  for (const [index, { servers }] of moments.entries()) {
    const before = new Map((moments[index - 1] ?? { servers }).servers.map((server) => [server.name, server]));
    for (const { name, stored, written, keys } of servers) {
      const lost = stored - (before.get(name)?.stored ?? 0);
      const unwritten = written - (before.get(name)?.written ?? 0);
      if (lost <= 0 && unwritten <= 0) continue;
      const what = lost > 0 ? `${lost} values` : `what is written for ${unwritten} of them`;
      return {
        verdict: 'refuted',
        reason: `step ${index}: ${name} could no longer read ${what}, such as ${keys.join(', ')}`,
      };
    }
  }
  const [problem] = problems;
  if (problem !== undefined) return { verdict: 'not-proved', reason: problem };
  const left = moments.at(-1)?.servers.find(({ stored, written }) => stored + written > 0);
  if (left !== undefined) {
    return { verdict: 'refuted', reason: `at the end ${left.name} cannot read ${left.stored + left.written} values` };
  }
  const steps = moments.length - 1;
  return { verdict: 'proved', reason: `values that every server reads after each of ${steps} steps: ${values}` };
}
