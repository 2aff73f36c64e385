// The options that `nonroot` and `nonroot propose` share.
import type { Command } from 'commander';
import { OBJECT_WORDS } from './object-input.ts';
import { addTargetOptions } from './release-input.ts';

/** What a target is, for the help. */
export const NONROOT_TARGET = `${OBJECT_WORDS}; or images alone: docker://REFERENCE, oci:DIR, dir-tree:DIR …`;

/** Adds the options that say where images and policies are. */
export function addNonrootOptions(command: Command): Command {
  return addTargetOptions(command)
    .option('--images <target...>', 'where the images are besides their registries: dir-tree:DIR, csm:DIR')
    .option('--policies <path...>', 'Kyverno policies: Pods are judged as they would be admitted')
    .option('--store <file>', 'store of inventories (in the data directory of the user)');
}
