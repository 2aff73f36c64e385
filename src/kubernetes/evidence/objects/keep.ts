// What of an object is kept as evidence: no managed fields, no copy of what was applied, no literal value of an environment variable, no identity of a machine.
// Kubernetes API reference: ObjectMeta, EnvVar, HTTPHeader, NodeSystemInfo, ContainerStatus.
import type { KubernetesObject } from '../../api/resource.ts';
import { type ObjectEvidence, REDACTED } from '../evidence.ts';
import { refuseNesting } from '../nesting.ts';
import type { EvidenceKind } from './kinds.ts';

/** Characters of an annotation's value, or of one argument, beyond which it is text of its own kind: a script, a document. */
const LONGEST = 2000;

/** Fields of metadata that checks read. */
const METADATA = [
  'name',
  'namespace',
  'labels',
  'uid',
  'creationTimestamp',
  'deletionTimestamp',
  'ownerReferences',
  'generation',
];

/** Names of values that are secret. */
const SECRET = /passw|passphrase|(?:^|[-_.])pass$|pwd$|secret|token|credential|api[-_]?key|private[-_]?key/i;

/** Settings of storage drivers. Kubernetes API reference: StorageClass, CSIPersistentVolumeSource, FlexVolumeSource. */
const DRIVER_VALUES: ReadonlySet<string> = new Set(['parameters', 'volumeAttributes', 'options']);

type Json = Readonly<Record<string, unknown>>;

/** The evidence of one object of a kind. @throws LimitError for one that is nested beyond all bounds */
export function keepObject(
  { kind, status }: EvidenceKind,
  apiVersion: string,
  object: KubernetesObject,
): ObjectEvidence {
  refuseNesting(object, kind);
  const { metadata, status: found, apiVersion: _version, kind: _kind, ...body } = object;
  const kept = status === true && isMap(found) ? statusOf(kind, found) : undefined;
  const { name = '', namespace } = metadata;
  return {
    apiVersion,
    kind,
    ...(namespace === undefined ? {} : { namespace }),
    name,
    object: {
      apiVersion,
      kind,
      metadata: keptMetadata(metadata),
      ...withoutSecrets(body),
      ...(kept === undefined ? {} : { status: kept }),
    },
  };
}

function keptMetadata(metadata: KubernetesObject['metadata']): Json {
  const kept = Object.fromEntries(
    METADATA.flatMap((field) => (metadata[field] === undefined ? [] : [[field, metadata[field]]])),
  );
  const annotations = Object.entries(metadata.annotations ?? {}).flatMap(([key, value]) => {
    if (key === 'kubectl.kubernetes.io/last-applied-configuration') return [];
    return [[key, (SECRET.test(key) && !isAnswer(value)) || value.length > LONGEST ? REDACTED : value] as const];
  });
  return annotations.length === 0 ? kept : { ...kept, annotations: Object.fromEntries(annotations) };
}

function statusOf(kind: string, status: Json): Json | undefined {
  if (kind === 'Node') return nodeStatus(status);
  if (kind !== 'Pod') return status;
  const { phase, hostIP, podIP, podIPs } = status;
  const lists = ['initContainerStatuses', 'containerStatuses', 'ephemeralContainerStatuses'].flatMap((list) => {
    const found = status[list];
    if (!Array.isArray(found)) return [];
    return [
      [
        list,
        found
          .filter(isMap)
          .map(({ name, image, imageID, containerID }) => defined({ name, image, imageID, containerID })),
      ],
    ];
  });
  return { ...defined({ phase, hostIP, podIP, podIPs }), ...Object.fromEntries(lists) };
}

function nodeStatus({ addresses, nodeInfo }: Json): Json {
  if (!isMap(nodeInfo)) return defined({ addresses });
  // Ids of the machine, its firmware and its boot are nobody's business (machine-id(5)).
  const { machineID: _machine, systemUUID: _system, bootID: _boot, ...info } = nodeInfo;
  return defined({ addresses, nodeInfo: info });
}

/** A copy in which values are replaced that may be secrets, wherever a pod template stands in it. */
function withoutSecrets(value: Json): Json {
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, keptMember(key, member)]));
}

function keptMember(key: string, member: unknown): unknown {
  if (key === 'caBundle') return REDACTED;
  if (Array.isArray(member)) {
    if (key === 'env' || key === 'httpHeaders')
      return member.map((one: unknown) => (isMap(one) ? withoutValue(one) : one));
    if (key === 'args' || key === 'command') return keptArguments(member);
    return member.map((one: unknown) => (isMap(one) ? withoutSecrets(one) : one));
  }
  if (!isMap(member)) return member;
  return DRIVER_VALUES.has(key) ? withoutValues(member) : withoutSecrets(member);
}

/** What a driver is given has names of the driver's own, by which nobody can tell what is secret: only that they are set is kept. */
function withoutValues(member: Json): Json {
  return Object.fromEntries(Object.keys(member).map((name) => [name, REDACTED]));
}

function withoutValue(variable: Json): Json {
  return 'value' in variable ? { ...variable, value: REDACTED } : variable;
}

/** Arguments as the collector keeps those of processes; a script is none. */
function keptArguments(words: readonly unknown[]): readonly unknown[] {
  return words.map((word, at) => {
    if (typeof word !== 'string') return word;
    if (word.length > LONGEST || word.includes('\n')) return REDACTED;
    const before = words[at - 1];
    const [, name = '', value = ''] = /^([^=]*)=(.*)$/.exec(word) ?? [];
    if (isSecretName(name) && !isAnswer(value)) return `${name}=${REDACTED}`;
    if (
      typeof before === 'string' &&
      /^-[^=]*$/.test(before) &&
      isSecretName(before) &&
      !/^--|^(true|false)$/.test(word)
    ) {
      return REDACTED;
    }
    return word.replace(/:\/\/[^/]*@/g, `://${REDACTED}@`);
  });
}

function isAnswer(value: string): boolean {
  return value === 'true' || value === 'false';
}

/** A flag that takes a secret itself, not a file with one or a number about it. */
function isSecretName(name: string): boolean {
  const about =
    /[-_](file|files|dir|path|config|ttl|expiration|syncs|period|timeout|issuer|webhook|auth|mode|version)$/i;
  return SECRET.test(name) && !about.test(name);
}

function defined(fields: Json): Json {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

function isMap(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
