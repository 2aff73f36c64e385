// The static-pod manifest of kube-apiserver with an encryption configuration: the flag, the volume and the mount that bring the file into the container,
// and an annotation that makes another pod of it, which the kubelet starts anew. Kubernetes documentation, "Encrypting Confidential Data at Rest".
import { posix } from 'node:path';
import { isMap, isScalar, isSeq, Scalar, type YAMLSeq } from 'yaml';
import { ParseError } from '../../../platform/errors.ts';
import { readManifest, readServerPod } from '../status/manifest.ts';
import { YamlEdit, type YamlPath } from './yaml-edit.ts';

/** Changed with every application: the kubelet takes a changed manifest for another pod. */
export const TURN_ANNOTATION = 'plimsoll/encryption-turn';
const FLAG = '--encryption-provider-config';
const VOLUME = 'encryption-config';

/** What the manifest shall say. */
export interface ManifestChange {
  /** Path of the configuration, on the node and in the container; of no account where the manifest names one already. */
  readonly configuration: string;
  /** Any text that no earlier application had. */
  readonly turn: string;
}

/** The configuration's path on the node that a manifest names, or would after the change. @throws ParseError, LimitError */
export function configurationPlace(text: string, name: string, configuration: string): string {
  const flag = readManifest(text, name).flag ?? configuration;
  return readServerPod(text, name).onNode(flag) ?? flag;
}

/**
 * The changed manifest.
 * @param name of the file, for messages
 * @throws ParseError for what is no manifest of an API server, or none that can be changed; LimitError
 */
export function editManifest(text: string, name: string, { configuration, turn }: ManifestChange): string {
  const { flag } = readManifest(text, name);
  const edit = new YamlEdit(text, name);
  const container: YamlPath = ['spec', 'containers', containerAt(edit, name)];
  if (flag === undefined) addWord(wordsOf(edit, container, name), `${FLAG}=${configuration}`);
  const path = flag ?? configuration;
  if (readServerPod(text, name).onNode(path) === undefined) addVolume(edit, container, posix.dirname(path));
  // Quoted: readers of YAML 1.1 take a time for something else than a text.
  const quoted = new Scalar(turn);
  quoted.type = Scalar.QUOTE_DOUBLE;
  edit.map(['metadata', 'annotations']).set(TURN_ANNOTATION, quoted);
  const changed = edit.toString();
  const after = readManifest(changed, name);
  if (after.flag !== path || after.path === undefined) {
    throw new ParseError(`${name}: the manifest cannot be changed: ${FLAG} would be ${after.flag ?? 'absent'}`);
  }
  return changed;
}

function containerAt(edit: YamlEdit, name: string): number {
  const containers = edit.list(['spec', 'containers']);
  const at = containers.items.findIndex((item) => isMap(item) && item.get('name') === 'kube-apiserver');
  if (at >= 0) return at;
  if (containers.items.length === 1) return 0;
  throw new ParseError(`${name}: no container is named kube-apiserver`);
}

/** The list that holds the flags: `command`, as kubeadm has it, or `args`. */
function wordsOf(edit: YamlEdit, container: YamlPath, name: string): YAMLSeq {
  const lists = ['command', 'args']
    .filter((key) => edit.has([...container, key]))
    .map((key) => edit.list([...container, key]));
  const found = lists.find(({ items }) => items.some((item) => wordOf(item).startsWith('-'))) ?? lists.at(-1);
  if (found === undefined) throw new ParseError(`${name}: the container has neither command nor args`);
  return found;
}

/** Among flags in the order of the alphabet it takes its place there. */
function addWord(words: YAMLSeq, word: string): void {
  const at = words.items.findIndex((item) => wordOf(item).startsWith('--') && wordOf(item) > word);
  words.items.splice(at < 0 ? words.items.length : at, 0, new Scalar(word));
}

function addVolume(edit: YamlEdit, container: YamlPath, folder: string): void {
  const volumes = edit.list(['spec', 'volumes']);
  const taken = new Set(volumes.items.map((item) => (isMap(item) ? item.get('name') : undefined)));
  let name = VOLUME;
  for (let number = 2; taken.has(name); number += 1) name = `${VOLUME}-${number}`;
  const mount = { mountPath: folder, name, readOnly: true };
  edit.list([...container, 'volumeMounts']).add(edit.node(mount));
  volumes.add(edit.node({ hostPath: { path: folder, type: 'DirectoryOrCreate' }, name }));
}

function wordOf(item: unknown): string {
  return isScalar(item) && !isSeq(item) ? String(item.value) : '';
}
