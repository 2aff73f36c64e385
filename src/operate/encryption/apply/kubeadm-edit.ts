// kubeadm's ClusterConfiguration with an encryption configuration: what an upgrade writes new manifests from. kubeadm API reference, v1beta1 to v1beta3
// (`apiServer.extraArgs` is a mapping) and v1beta4 (a list of name and value); `apiServer.extraVolumes` in all of them.

import { posix } from 'node:path';
import { isMap, isScalar } from 'yaml';
import { z } from 'zod';
import { checkedYaml } from '../../../platform/checked-yaml.ts';
import { ParseError } from '../../../platform/errors.ts';
import { YamlEdit } from './yaml-edit.ts';

/** What a ClusterConfiguration says of encryption. */
export interface KubeadmFacts {
  /** Value of encryption-provider-config; absent when it is not there. */
  readonly flag?: string;
  /** Whether changes of the file are loaded by the running process. */
  readonly reload: boolean;
  /** Where the flag's file lies on the node; absent when no volume brings it into the container. */
  readonly path?: string;
}

const FLAG = 'encryption-provider-config';
const RELOAD = 'encryption-provider-config-automatic-reload';
const VOLUME = 'encryption-config';
const KIND = 'ClusterConfiguration';

const TEXT = z.union([z.string(), z.boolean(), z.number()]).transform(String);
const CLUSTER = z.looseObject({
  kind: z.literal(KIND),
  apiServer: z
    .looseObject({
      extraArgs: z
        .union([
          z.record(z.string(), TEXT),
          z
            .array(z.object({ name: z.string(), value: TEXT }))
            .transform((list) => Object.fromEntries(list.map(({ name, value }) => [name, value]))),
        ])
        .nullish(),
      extraVolumes: z.array(z.looseObject({ name: z.string(), hostPath: z.string(), mountPath: z.string() })).nullish(),
    })
    .nullish(),
});

/**
 * Reads the ClusterConfiguration of a file, which may have other documents beside it; undefined when it has none.
 * @param name of the file, for messages
 * @throws ParseError for YAML that cannot be read; LimitError
 */
export function readKubeadm(text: string, name: string): KubeadmFacts | undefined {
  const own = documentsOf(text).find(isCluster);
  if (own === undefined) return undefined;
  const { extraArgs, extraVolumes } = checkedYaml(own, name, CLUSTER).value.apiServer ?? {};
  const flag = extraArgs?.[FLAG];
  const reload = ['1', 't', 'T', 'true', 'TRUE', 'True'].includes(extraArgs?.[RELOAD] ?? '');
  const path = flag === undefined ? undefined : onNode(flag, extraVolumes ?? []);
  return { reload, ...(flag === undefined ? {} : { flag }), ...(path === undefined ? {} : { path }) };
}

/**
 * The file with the flag and its volume; the same text when it has both.
 * @param wanted path of the configuration in the container, and on the node
 * @throws ParseError for a file without a ClusterConfiguration, or one that cannot be changed; LimitError
 */
export function editKubeadm(
  text: string,
  name: string,
  wanted: { readonly flag: string; readonly path: string },
): string {
  const documents = documentsOf(text);
  const at = documents.findIndex(isCluster);
  const own = documents[at];
  if (own === undefined) throw new ParseError(`${name}: no ${KIND} of kubeadm`);
  const facts = readKubeadm(own, name);
  if (facts?.flag === wanted.flag && facts.path === wanted.path) return text;
  const edit = new YamlEdit(own, name);
  setFlag(edit, wanted.flag, own);
  if (readKubeadm(edit.toString(), name)?.path !== wanted.path) addVolume(edit, wanted);
  const changed = edit.toString();
  const after = readKubeadm(changed, name);
  if (after?.flag !== wanted.flag || after.path !== wanted.path) {
    throw new ParseError(`${name}: cannot be changed: another volume brings something else to ${wanted.flag}`);
  }
  return documents.with(at, changed).join('');
}

function setFlag(edit: YamlEdit, flag: string, text: string): void {
  const path = ['apiServer', 'extraArgs'];
  if (!/^apiVersion:.*\/v1beta[123]\s*$/m.test(text) && isListed(edit, path)) {
    const list = edit.list(path);
    const found = list.items.find((item) => isMap(item) && item.get('name') === FLAG);
    if (isMap(found)) found.set('value', flag);
    else list.add(edit.node({ name: FLAG, value: flag }));
    return;
  }
  edit.map(path).set(FLAG, flag);
}

/** v1beta4 has a list, also where there are none yet. */
function isListed(edit: YamlEdit, path: readonly string[]): boolean {
  try {
    edit.list(path);
    return true;
  } catch (error) {
    if (error instanceof ParseError) return false;
    throw error;
  }
}

function addVolume(edit: YamlEdit, { flag, path }: { readonly flag: string; readonly path: string }): void {
  const volumes = edit.list(['apiServer', 'extraVolumes']);
  const nameOf = (item: unknown): unknown => (isMap(item) ? item.get('name') : undefined);
  const taken = new Set(volumes.items.map(nameOf).map((name) => (isScalar(name) ? name.value : name)));
  let name = VOLUME;
  for (let number = 2; taken.has(name); number += 1) name = `${VOLUME}-${number}`;
  const folders = { hostPath: posix.dirname(path), mountPath: posix.dirname(flag) };
  volumes.add(edit.node({ name, ...folders, pathType: 'DirectoryOrCreate', readOnly: true }));
}

/** By the longest mount that holds it. */
function onNode(
  flag: string,
  volumes: readonly { readonly hostPath: string; readonly mountPath: string }[],
): string | undefined {
  const fitting = volumes
    .map(({ hostPath, mountPath }) => ({ hostPath, within: posix.relative(mountPath, flag) }))
    .filter(({ within }) => !within.startsWith('..') && !posix.isAbsolute(within))
    .sort((a, b) => a.within.length - b.within.length);
  const [found] = fitting;
  return found === undefined ? undefined : posix.resolve('/', found.hostPath, found.within);
}

/** The documents of a stream as they are written, each with the line that begins it. YAML 1.2.2 section 9.2. */
function documentsOf(text: string): readonly string[] {
  return text.split(/^(?=---(?:\s|$))/m);
}

function isCluster(text: string): boolean {
  return new RegExp(`^kind:\\s*["']?${KIND}["']?\\s*(?:#.*)?$`, 'm').test(text);
}
