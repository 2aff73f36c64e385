// A static-pod manifest as what is to be started: program, arguments, and where the paths in them lie on the node. A path that no volume brings into
// the container is not found there, as it would not be in a real one.
import { join, posix } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { clusterProgram, type ServerVersion } from './assets.ts';

const Pod = z.object({
  metadata: z.object({ name: z.string() }),
  spec: z.object({
    containers: z
      .array(
        z.object({
          command: z.array(z.string()).min(1),
          args: z.array(z.string()).default([]),
          image: z.string(),
          volumeMounts: z.array(z.object({ name: z.string(), mountPath: z.string() })).default([]),
        }),
      )
      .length(1),
    volumes: z.array(z.object({ name: z.string(), hostPath: z.object({ path: z.string() }).optional() })).default([]),
  }),
});

/** One pod to run. */
export interface StaticPod {
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  /** Of the whole manifest, annotations too: the kubelet makes a static pod's identity of all of it. */
  readonly fingerprint: string;
}

/**
 * Reads a manifest.
 * @param root folder that stands for the node's file system
 * @throws Error for what is no such pod, and for programs that are not there
 */
export function readPod(text: string, root: string): StaticPod {
  const written: unknown = parse(text);
  const { metadata, spec } = Pod.parse(written);
  const [container] = spec.containers;
  if (container === undefined) throw new Error('no container');
  const [command = '', ...flags] = [...container.command, ...container.args];
  const mounts = container.volumeMounts
    .flatMap(({ name, mountPath }) => {
      const host = spec.volumes.find((volume) => volume.name === name)?.hostPath?.path;
      return host === undefined ? [] : [{ mountPath, host }];
    })
    .toSorted((a, b) => b.mountPath.length - a.mountPath.length);
  const onNode = (path: string): string => {
    for (const { mountPath, host } of mounts) {
      const within = posix.relative(mountPath, path);
      if (!within.startsWith('..')) return join(root, host, within);
    }
    return join(root, 'not-mounted', path);
  };
  const args = flags.map((flag) =>
    flag.replace(/^(--[\w-]+=(?:unix:\/\/)?)(\/.*)$/s, (_whole, name: string, path: string) => name + onNode(path)),
  );
  return {
    name: metadata.name,
    program: programOf(command, container.image),
    args,
    fingerprint: JSON.stringify(written),
  };
}

function programOf(command: string, image: string): string {
  if (command !== 'etcd' && command !== 'kube-apiserver')
    throw new Error(`only control planes run here, not ${command}`);
  const version: ServerVersion = /:v1\.20\./.test(image) ? '1.20' : 'current';
  const program = clusterProgram(command, version);
  if (program === undefined) throw new Error(`no program for ${image}`);
  return program;
}
