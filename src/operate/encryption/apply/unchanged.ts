// Whether servers are as a plan found them. A process that is the same loaded what it had loaded; one that began since may read and write with another list.
import type { PlannedServer } from '../plan/plan-file.ts';
import { sameList } from '../plan/transformer-id.ts';
import { type ControlPlane, isSameStart, serverStateOf } from '../status/control-plane.ts';
import type { Answer } from './node-site.ts';

/** What is another way on this node than the plan found it, in words: file, then process. */
export function ownChanges(planned: PlannedServer, plane: ControlPlane): readonly string[] {
  const { file } = serverStateOf(plane);
  const isSame =
    file.state === 'read' && planned.file.state === 'read'
      ? sameList(file.transformers, planned.file.transformers)
      : file.state === planned.file.state;
  const address = plane.manifest?.address;
  return [
    ...(address === planned.address
      ? []
      : [
          `${planned.name} listens at ${address ?? 'no known address'}, the plan knows it at ${planned.address ?? 'none'}`,
        ]),
    ...(isSame ? [] : [`the configuration of ${planned.name} is not the one that the plan found`]),
    ...(plane.process === undefined
      ? []
      : processChanges(planned, plane.process === 'none' ? 'refused' : plane.process)),
  ];
}

/** What is another way with a server's process. */
export function processChanges({ name, running }: PlannedServer, answer: Answer): readonly string[] {
  if (typeof answer === 'object' && 'problem' in answer) {
    return running.state === 'down' ? [] : [`${name} does not answer: ${answer.problem}`];
  }
  if (answer === 'refused') return running.state === 'down' ? [] : [`${name} is down`];
  if (running.state === 'down') return [`${name} was down and is up`];
  // What an unknown process does is not taken for known: canaries show it.
  if (running.state === 'unknown') return [];
  const { startedAt, reloadedAt } = answer;
  const since = reloadedAt !== undefined && reloadedAt > startedAt ? reloadedAt : startedAt;
  return isSameStart({ startedAt: since }, running)
    ? []
    : [`${name} began anew, or loaded its file anew, since the plan`];
}
