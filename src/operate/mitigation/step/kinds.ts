// Every type of step: what it does, and which values it wants at which places. The list of types is here; what values mean to objects and nodes
// is not.
import { PlimsollError } from '../../../platform/errors.ts';
import { expandPattern, isMembers, type Value } from '../field/document.ts';
import { type Path, parsePath, parsePathPattern } from '../field/path.ts';
import { releaseTarget } from '../ledger/state.ts';
import { fileValue, type NodeEdit } from '../node/place.ts';
import { exemptPolicy, requireHarmless } from './exempt.ts';
import type { Manifest, ObjectReference, Step } from './step.ts';
import { targetOf, targetText } from './target.ts';

/** A value at a place of an object of the cluster. */
export interface ObjectEdit {
  readonly target: string;
  /** Places of the object as it is now. */
  readonly places: (document: Value) => readonly Path[];
  readonly value: Value;
}

/** What people are to do, and how to undo it. */
export interface HandWork {
  readonly do: string;
  readonly undo: string;
  readonly check: string;
}

/** What a step comes to. */
export interface StepWork {
  readonly objects: readonly ObjectEdit[];
  readonly node: readonly NodeEdit[];
  /** Unit of systemd that reads the node's files anew. */
  readonly reload?: string;
  readonly hand?: HandWork;
  /** Values of a chart release, which people set and the program reads back. */
  readonly release?: ReleaseValues;
}

/** Values of a chart release: `release NAMESPACE/NAME`. */
export interface ReleaseValues {
  readonly target: string;
  readonly edits: readonly { readonly path: Path; readonly value: Value }[];
}

/** `audit`: what could reject something reports only. */
export type Phase = 'audit' | 'enforce';

/** All types, and what each does. */
export const STEP_TITLES: Readonly<Record<Step['type'], string>> = {
  'create-object': 'makes an object',
  'set-field': 'sets a value of an object',
  'kyverno-policy': 'adds a policy of Kyverno',
  'network-policy': 'adds a network policy',
  'seccomp-profile': 'sets the seccomp profile of workloads',
  sysctl: 'sets a kernel setting on nodes',
  'kernel-module': 'takes a kernel module out',
  'file-mode': 'sets the mode of a file on nodes',
  file: 'puts a file on nodes',
  'runtime-rule': 'adds rules of a watching service on nodes',
  'helm-values': 'sets values of a chart release',
  manual: 'is done by people',
};

const SECCOMP_FOLDER = '/var/lib/kubelet/seccomp';
const POD_TEMPLATE = '/spec/template/spec';
const NOTHING: StepWork = { objects: [], node: [] };

/**
 * What a step comes to.
 * @throws PlimsollError `unsupported` for kinds of objects that are not known, and for policies of the platform's own namespaces
 */
export function stepWork(step: Step, phase: Phase): StepWork {
  switch (step.type) {
    case 'create-object':
      return { ...NOTHING, objects: [created(exemptPolicy(step.object, phase), step.plural)] };
    case 'set-field':
      requireHarmless(step.object);
      return { ...NOTHING, objects: [fieldEdit(step.object, step.path, step.value)] };
    case 'kyverno-policy':
      return { ...NOTHING, objects: [created(exemptPolicy(step.policy, phase))] };
    case 'network-policy':
      return { ...NOTHING, objects: [created(exemptPolicy(step.policy, phase))] };
    case 'seccomp-profile':
      return seccompWork(step);
    case 'sysctl': {
      const file = `/etc/sysctl.d/99-plimsoll-${step.key.replaceAll('/', '-')}.conf`;
      const dropIn = fileValue(`${step.key} = ${step.value}\n`, '0644');
      const value = step.value.replaceAll(/[ \t]+/g, ' ');
      // The file first: what is set while it cannot be written would be lost at the next start.
      return nodeWork({ kind: 'file', key: file, value: dropIn }, { kind: 'sysctl', key: step.key, value });
    }
    case 'kernel-module': {
      const { module } = step;
      const file = fileValue(`blacklist ${module}\ninstall ${module} /bin/false\n`, '0644');
      const blocked = { kind: 'file', key: `/etc/modprobe.d/plimsoll-${module}.conf`, value: file } as const;
      return nodeWork(blocked, { kind: 'module', key: module, value: 'absent' });
    }
    case 'file-mode':
      return nodeWork({ kind: 'mode', key: step.path, value: step.mode });
    case 'file':
      return nodeWork({ kind: 'file', key: step.path, value: fileValue(step.content, step.mode) });
    case 'runtime-rule':
      return {
        ...nodeWork({ kind: 'file', key: step.path, value: fileValue(step.content, '0644') }),
        reload: step.unit,
      };
    case 'helm-values':
      return { ...NOTHING, hand: helmWork(step), release: releaseValues(step) };
    case 'manual':
      return { ...NOTHING, hand: { do: step.do, undo: step.undo, check: step.check } };
  }
}

function nodeWork(...node: readonly NodeEdit[]): StepWork {
  return { objects: [], node };
}

function created(object: Manifest, plural?: string): ObjectEdit {
  const { apiVersion, kind, metadata } = object;
  const { name, namespace } = metadata;
  const reference = { apiVersion, kind, name };
  const target = targetOf({
    ...reference,
    ...(namespace === undefined ? {} : { namespace }),
    ...(plural === undefined ? {} : { plural }),
  });
  return { target: targetText(target), places: () => [[]], value: object };
}

function fieldEdit(object: ObjectReference, path: string, value: Value): ObjectEdit {
  const pattern = parsePathPattern(path);
  const places = (document: Value): readonly Path[] => {
    const found = expandPattern(document, pattern);
    if (found.length > 0) return found;
    throw new PlimsollError('unsupported', `${object.kind} ${object.name} has no place ${path}`);
  };
  return { target: targetText(targetOf(object)), places, value };
}

function seccompWork({ workloads, profile, content }: Extract<Step, { type: 'seccomp-profile' }>): StepWork {
  const value = profile === 'RuntimeDefault' ? { type: profile } : { type: 'Localhost', localhostProfile: profile };
  const path = `${POD_TEMPLATE}/securityContext/seccompProfile`;
  const objects = workloads.map((workload) => ({
    target: targetText(targetOf(workload)),
    places: () => [parsePath(workload.kind === 'CronJob' ? `/spec/jobTemplate${path}` : path)],
    value,
  }));
  if (content === undefined) return { objects, node: [] };
  return { objects, node: [{ kind: 'file', key: `${SECCOMP_FOLDER}/${profile}`, value: fileValue(content, '0644') }] };
}

type HelmStep = Extract<Step, { type: 'helm-values' }>;

function helmWork({ namespace, release, values }: HelmStep): HandWork {
  const where = `-n ${namespace}`;
  return {
    do: `set these values of the release ${release} in ${namespace} where it is deployed from, and deploy it: ${JSON.stringify(values)}`,
    undo: `give these values back what was captured, and no others: a rollback to an earlier revision would also undo what came since: ${leavesOf(
      values,
    )
      .map(({ path }) => path.join('.'))
      .join(', ')}`,
    check: `read back from the release's record, as \`helm get values ${where} ${release}\` shows it`,
  };
}

function releaseValues({ namespace, release, values }: HelmStep): ReleaseValues {
  return { target: releaseTarget(namespace, release), edits: leavesOf(values) };
}

/** Single values and lists; maps are merged by Helm. */
function leavesOf(value: Value, above: Path = []): readonly { readonly path: Path; readonly value: Value }[] {
  if (!isMembers(value) || Object.keys(value).length === 0) return [{ path: above, value }];
  return Object.entries(value).flatMap(([name, inner]) => leavesOf(inner, [...above, name]));
}
