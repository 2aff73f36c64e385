// The static-pod manifest of kube-apiserver, as far as encryption is concerned: its flags, and where the path in the container lies on the node.
// Kubernetes API reference, Pod; kubeadm puts it at /etc/kubernetes/manifests/kube-apiserver.yaml.
import { posix } from 'node:path';
import { z } from 'zod';
import { checkedYaml } from '../../../platform/checked-yaml.ts';
import type { ManifestFacts } from './control-plane.ts';

const MANIFEST = z.looseObject({
  kind: z.literal('Pod'),
  spec: z.looseObject({
    containers: z.array(
      z.looseObject({
        name: z.string(),
        image: z.string().nullish(),
        command: z.array(z.string()).nullish(),
        args: z.array(z.string()).nullish(),
        volumeMounts: z.array(z.looseObject({ name: z.string(), mountPath: z.string() })).nullish(),
      }),
    ),
    volumes: z
      .array(z.looseObject({ name: z.string(), hostPath: z.looseObject({ path: z.string() }).nullish() }))
      .nullish(),
  }),
});

type Pod = z.infer<typeof MANIFEST>;

/** The flag's name; before Kubernetes 1.13 it was experimental. */
const FLAGS = ['--encryption-provider-config', '--experimental-encryption-provider-config'] as const;
const SECURE_PORT = '6443';

/**
 * Reads a manifest.
 * @param name of the file, for messages
 * @throws ParseError for what is no manifest of an API server; LimitError
 */
export function readManifest(text: string, name: string): ManifestFacts {
  const { flags, onNode, version } = readServerPod(text, name);
  const flag = flagOf(flags, FLAGS);
  const path = flag === undefined ? undefined : onNode(flag);
  const host = flagOf(flags, ['--bind-address']);
  const address =
    host === undefined || host === '0.0.0.0' || host === '::' ? flagOf(flags, ['--advertise-address']) : host;
  const port = flagOf(flags, ['--secure-port']) ?? SECURE_PORT;
  return {
    ...(flag === undefined ? {} : { flag }),
    ...(path === undefined ? {} : { path }),
    reload: isSet(flags, '--encryption-provider-config-automatic-reload'),
    ...(address === undefined
      ? {}
      : { address: `https://${address.includes(':') ? `[${address}]` : address}:${port}` }),
    ...(version === undefined ? {} : { version }),
  };
}

/** The API server of a manifest. */
export interface ServerPod {
  /** The words of its command line. */
  readonly flags: readonly string[];
  /** Where a path in the container lies on the node; undefined when no volume brings it there. */
  readonly onNode: (path: string) => string | undefined;
  /** As the image's tag says it; undefined where it says none. */
  readonly version?: string;
}

/**
 * Reads what a manifest starts.
 * @param name of the file, for messages
 * @throws ParseError for what is no manifest of an API server; LimitError
 */
export function readServerPod(text: string, name: string): ServerPod {
  const { spec } = checkedYaml(text, name, MANIFEST).value;
  const container = spec.containers.find((one) => isApiServer(one)) ?? spec.containers[0];
  const version = versionOf(container?.image ?? '');
  return {
    ...(version === undefined ? {} : { version }),
    flags: [...(container?.command ?? []), ...(container?.args ?? [])],
    onNode: (path) => (container === undefined ? undefined : placeOnNode(path, container, spec.volumes ?? [])),
  };
}

/** The value of a flag as Go's flag parser takes it: `--flag=value` or `--flag value`, one or two dashes, the last one counts. */
export function flagOf(words: readonly string[], names: readonly string[]): string | undefined {
  let value: string | undefined;
  for (const [index, word] of words.entries()) {
    for (const name of names) {
      if (word === name || `-${word}` === name) value = words[index + 1] ?? '';
      else if (word.startsWith(`${name}=`)) value = word.slice(name.length + 1);
    }
  }
  return value;
}

/** The tag of a reference: behind the last colon that no slash follows, before a digest. */
function versionOf(image: string): string | undefined {
  return /:(v?\d+\.\d+\.\d+[\w.-]*)(?:@.*)?$/s.exec(image)?.[1];
}

function isApiServer({ name, command }: Pod['spec']['containers'][number]): boolean {
  return name === 'kube-apiserver' || posix.basename(command?.[0] ?? '') === 'kube-apiserver';
}

/** Whether a flag that is true or false is set; it has no value in the next word. */
function isSet(words: readonly string[], name: string): boolean {
  const last = words.findLast((word) => word === name || word.startsWith(`${name}=`));
  const value = last?.slice(name.length + 1);
  return value !== undefined && ['', '1', 't', 'T', 'true', 'TRUE', 'True'].includes(value);
}

/** The path on the node of a path in the container: by the longest mount that holds it. */
function placeOnNode(
  path: string,
  { volumeMounts }: Pod['spec']['containers'][number],
  volumes: NonNullable<Pod['spec']['volumes']>,
): string | undefined {
  const fitting = (volumeMounts ?? [])
    .map(({ name, mountPath }) => ({ name, within: posix.relative(mountPath, path) }))
    .filter(({ within }) => !within.startsWith('..') && !posix.isAbsolute(within))
    .sort((a, b) => a.within.length - b.within.length);
  for (const { name, within } of fitting) {
    const host = volumes.find((volume) => volume.name === name)?.hostPath?.path;
    // A path that climbs above the root stays at the root: the folder of another machine leads nowhere else.
    if (host !== undefined) return posix.resolve('/', host, within);
  }
  return undefined;
}
