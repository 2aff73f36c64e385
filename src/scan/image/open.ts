// Opens an image whatever its transport: gives its verified manifest and configuration and where its layers' bytes are.
import { existsSync } from 'node:fs';
import { PlimsollError } from '../../platform/errors.ts';
import { parsePlatform } from './platform.ts';
import { parseReference } from './reference.ts';
import type { RegistryClient } from './registry/client.ts';
import type { ImageSource } from './source.ts';
import { type ImageTarget, parseTarget } from './target.ts';
import { imageArchiveFiles } from './transport/archive-index.ts';
import { openDir } from './transport/dir.ts';
import { openDockerArchive } from './transport/docker-archive.ts';
import { directoryFiles } from './transport/layout-files.ts';
import { openOciLayout } from './transport/oci.ts';
import { openRegistryImage } from './transport/registry.ts';
import { openRootfs } from './transport/rootfs.ts';
import { openSif, openSquashfs } from './transport/squashfs.ts';

/** How to open images. */
export interface OpenOptions {
  /** For images in registries; without it they are refused. */
  readonly client?: RegistryClient;
  /** `os/architecture[/variant]`; without it indexes give linux/amd64 and a lone image is taken whatever its platform. */
  readonly platform?: string;
}

/**
 * Opens the image that a target names.
 * @throws PlimsollError `usage`, `input-missing`, `input-unreadable`, `not-found`, `unauthorized`, `registry`, `digest-mismatch`, `unsupported`; ParseError; LimitError.
 */
export async function openImage(target: string | ImageTarget, options: OpenOptions): Promise<ImageSource> {
  const { transport, argument } = typeof target === 'string' ? parseTarget(target) : target;
  const wanted = options.platform === undefined ? undefined : parsePlatform(options.platform);
  switch (transport) {
    case 'docker': {
      const reference = parseReference(argument);
      if (options.client !== undefined) return openRegistryImage(reference, options.client, wanted);
      throw new PlimsollError('usage', `${argument} is in a registry, and registries are not to be asked here`);
    }
    case 'oci': {
      const { path, name } = splitName(argument);
      return openOciLayout(directoryFiles(path), name, wanted);
    }
    case 'oci-archive': {
      const { path, name } = splitName(argument);
      return openOciLayout(await imageArchiveFiles(path), name, wanted);
    }
    case 'docker-archive': {
      const { path, name } = splitName(argument);
      return openDockerArchive(await imageArchiveFiles(path), name, wanted);
    }
    case 'dir':
      return openDir(argument, wanted);
    case 'rootfs':
      return openRootfs(argument);
    case 'squashfs':
      return openSquashfs(argument);
    case 'sif':
      return openSif(argument);
  }
}

/**
 * `PATH[:NAME]` taken apart: the path ends at the first colon before which something exists, so that paths with colons work too.
 * @throws PlimsollError `input-missing` when nothing does.
 */
export function splitName(argument: string): { path: string; name: string | undefined } {
  if (existsSync(argument)) return { path: argument, name: undefined };
  for (let at = argument.indexOf(':'); at !== -1; at = argument.indexOf(':', at + 1)) {
    const path = argument.slice(0, at);
    if (path !== '' && existsSync(path)) return { path, name: argument.slice(at + 1) };
  }
  throw new PlimsollError('input-missing', `${argument} does not exist`);
}
