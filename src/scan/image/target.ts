// What an image target is: the transport that its prefix names, or that the content of the path shows, and the argument behind it.
// Transport words are skopeo's (containers-transports(5)) where they exist.
import { PlimsollError } from '../../platform/errors.ts';
import { parseReference } from './reference.ts';
import { recognizePath } from './transport/recognize.ts';

/** Where images come from. */
export type ImageTransport =
  | 'docker'
  | 'oci'
  | 'oci-archive'
  | 'docker-archive'
  | 'dir'
  | 'rootfs'
  | 'squashfs'
  | 'sif';

/** A classified target. */
export interface ImageTarget {
  readonly transport: ImageTransport;
  /** What stands behind the prefix: a path with or without `:TAG`, a path, or a reference. */
  readonly argument: string;
  /** True when no prefix named the transport: worth telling the user. */
  readonly recognized: boolean;
}

const PREFIXES: readonly (readonly [prefix: string, transport: ImageTransport])[] = [
  ['docker://', 'docker'],
  ['oci:', 'oci'],
  ['oci-archive:', 'oci-archive'],
  ['docker-archive:', 'docker-archive'],
  ['dir:', 'dir'],
  ['rootfs:', 'rootfs'],
  ['squashfs:', 'squashfs'],
  ['sif:', 'sif'],
];

/**
 * Classifies an image target. A bare argument that exists as a path is recognised by what is in it, else it is a reference.
 * @throws PlimsollError `usage` for an empty argument, `unsupported` for paths that hold no image, `input-missing`, `input-unreadable`;
 * ParseError for what is neither path nor reference.
 */
export function parseTarget(text: string): ImageTarget {
  for (const [prefix, transport] of PREFIXES) {
    if (!text.startsWith(prefix)) continue;
    const argument = text.slice(prefix.length);
    if (argument === '')
      throw new PlimsollError('usage', `${text} names nothing; write ${prefix} and where the image is`);
    return { transport, argument, recognized: false };
  }
  const found = recognizePath(text);
  if (found === 'other') {
    throw new PlimsollError(
      'unsupported',
      `${text} holds neither an OCI layout, an image archive, a dir: image, a squashfs or SIF file nor a root file system; name what it is with a prefix (rootfs:${text}, docker://${text})`,
    );
  }
  if (found !== undefined) return { transport: found, argument: text, recognized: true };
  if (/^\.{0,2}\//.test(text)) throw new PlimsollError('input-missing', `${text} does not exist`);
  parseReference(text);
  return { transport: 'docker', argument: text, recognized: true };
}

/** The target as text with its transport, to tell the user what was recognised: `oci:build/layout`, `docker://alpine`. */
export function formatTarget(target: ImageTarget): string {
  return `${target.transport}:${target.transport === 'docker' ? '//' : ''}${target.argument}`;
}
