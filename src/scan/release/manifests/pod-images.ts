// Images of one Kubernetes object: reads any object, finds container lists and image volumes wherever a pod template stands in it.
// Kubernetes API reference v1.33: PodSpec (containers, initContainers, ephemeralContainers, volumes[].image.reference).
import { messageOf } from '../../../platform/errors.ts';
import type { Gap } from '../../../platform/gap.ts';
import { normalizeReference } from '../../image/reference.ts';
import { textAt, type YamlEntry, type YamlNode } from '../yaml.ts';
import { type ContainerStart, configMapVolumes, containerStart } from './container-needs.ts';

/** An image that an object names. */
export interface NamedImage {
  /** Reference in normal form. */
  readonly logical: string;
  /** As the object has it, when that is not the normal form. */
  readonly written?: string;
  readonly line: number;
  /** Of the container that runs it; absent for an image that is mounted. */
  readonly start?: ContainerStart;
}

/** What an object names, in its order. */
export interface PodImages {
  readonly images: readonly NamedImage[];
  readonly gaps: readonly Gap[];
}

const CONTAINER_LISTS: ReadonlySet<string> = new Set(['containers', 'initContainers', 'ephemeralContainers']);

/**
 * The images of an object.
 * @param file name for gaps
 */
export function findPodImages(object: YamlNode, file: string): PodImages {
  const apiVersion = textAt(object, 'apiVersion') ?? '';
  const search: Search = { file, custom: isCustom(apiVersion), images: [], gaps: [] };
  visit(object, search);
  return search;
}

interface Search {
  readonly file: string;
  /** A custom resource: its fields are not known to us. */
  readonly custom: boolean;
  readonly images: NamedImage[];
  readonly gaps: Gap[];
}

/** Kubernetes' own API groups have no dot or end in k8s.io. */
function isCustom(apiVersion: string): boolean {
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
  return group.includes('.') && !group.endsWith('.k8s.io');
}

function visit(node: YamlNode, search: Search): void {
  if (node.kind === 'list') for (const item of node.items) visit(item, search);
  if (node.kind !== 'map') return;
  for (const entry of node.entries) {
    if (CONTAINER_LISTS.has(entry.key) && entry.value.kind === 'list') {
      const volumes = configMapVolumes(node);
      const init = entry.key === 'initContainers';
      for (const container of entry.value.items)
        visitContainer(container, containerStart(container, init, volumes), search);
    } else if (entry.key === 'volumes' && entry.value.kind === 'list') {
      for (const volume of entry.value.items) visitVolume(volume, search);
    } else {
      if (search.custom) noteImageField(entry, search);
      visit(entry.value, search);
    }
  }
}

function visitContainer(container: YamlNode, start: ContainerStart, search: Search): void {
  if (container.kind !== 'map') return;
  const image = container.entries.findLast((entry) => entry.key === 'image');
  if (image !== undefined) addImage(image.value, search, start);
  else if (!search.custom) {
    const name = textAt(container, 'name') ?? 'without a name';
    search.gaps.push(gap('undecidable', search, container.line, `the container ${name} names no image`));
  }
  for (const entry of container.entries) if (entry.key !== 'image') visit(entry.value, search);
}

function visitVolume(volume: YamlNode, search: Search): void {
  if (volume.kind !== 'map') return;
  for (const entry of volume.entries) {
    const reference = entry.key === 'image' && entry.value.kind === 'map' ? entry.value.entries : [];
    for (const field of reference) if (field.key === 'reference') addImage(field.value, search);
    visit(entry.value, search);
  }
}

function addImage(value: YamlNode, search: Search, start?: ContainerStart): void {
  const text = value.kind === 'scalar' ? value.text : '';
  if (text === 'auto') {
    const reason = 'the image "auto" is filled in when the pod is created (Istio injection)';
    search.gaps.push(gap('undecidable', search, value.line, reason));
    return;
  }
  try {
    const logical = normalizeReference(text);
    search.images.push({
      logical,
      ...(text === logical ? {} : { written: text }),
      line: value.line,
      ...(start === undefined ? {} : { start }),
    });
  } catch (error) {
    search.gaps.push(gap(search.custom ? 'undecidable' : 'file-unparsed', search, value.line, messageOf(error)));
  }
}

/** A field of a custom resource outside container lists that may make an operator run an image: told, not counted. */
function noteImageField(entry: YamlEntry, search: Search): void {
  if (!/(?:^i|I)mage$/.test(entry.key)) return;
  const text = textAt(entry.value) ?? textAt(entry.value, 'repository') ?? '';
  if (!/^[\w.-]+(?::\d+)?\/\S+$|^[\w.-]+:[\w.-]+$/.test(text)) return;
  search.gaps.push(
    gap(
      'undecidable',
      search,
      entry.line,
      `${entry.key}: ${text} may name an image that a controller runs; it is not counted`,
    ),
  );
}

function gap(kind: Gap['kind'], search: Search, line: number, reason: string): Gap {
  return { kind, target: search.file, location: `line ${line}`, reason };
}
