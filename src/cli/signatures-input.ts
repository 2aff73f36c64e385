// What `--signatures` and `--key` of a command name: the places of images, which are asked for what is kept beside them, and the keys that are trusted.
import { readFileSync, statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { messageOf, PlimsollError } from '../platform/errors.ts';
import { LIMITS } from '../platform/limits.ts';
import type { Config } from '../platform/settings.ts';
import type { SignatureEvidence } from '../posture/hygiene/signature/evidence.ts';
import { readTrustedKeys } from '../posture/hygiene/signature/trusted-keys.ts';
import { registryAccess } from '../scan/image/registry/access.ts';
import type { CommandContext, CommonOptions } from './command.ts';
import { readRelease } from './release-input.ts';
import { progressFor, remarker } from './talk.ts';

/** Options that ask for signatures. */
export interface SignatureOptions extends CommonOptions {
  readonly signatures?: readonly string[];
  readonly key?: readonly string[];
}

/**
 * What is kept beside the images of the targets; undefined when nobody asked.
 * @throws PlimsollError `usage` for keys that are none, or that nothing is to be held against; what reading the targets throws.
 */
export async function readSignatures(
  options: SignatureOptions,
  config: Config,
  context: CommandContext,
): Promise<SignatureEvidence | undefined> {
  const { signatures: targets, key: named } = options;
  if (targets === undefined) {
    if (named === undefined) return undefined;
    throw new PlimsollError(
      'usage',
      'signatures are verified where somebody asks for them: name their place with --signatures',
    );
  }
  // A key on the command line is meant alone: one of the configuration must not let an image pass that it did not sign.
  const keys = (named ?? config.hygiene?.keys ?? []).flatMap((path) =>
    readTrustedKeys(readKeyFile(resolve(context.workingDirectory, path), path), basename(path)),
  );
  const { openRelease } = await import('../scan/open-images.ts');
  const { gatherSignatures } = await import('../posture/hygiene/signature/gather.ts');
  const progress = progressFor(context, options);
  try {
    const release = await readRelease(targets, {}, config, context, remarker(context, options, progress));
    const access = registryAccess(context.environment, config.registries);
    const opened = await openRelease(release, { access, onProgress: progress.update });
    return await gatherSignatures(opened, { keys, access, onProgress: progress.update });
  } finally {
    progress.done();
  }
}

/** @throws PlimsollError `usage` */
function readKeyFile(path: string, name: string): string {
  try {
    const status = statSync(path);
    if (!status.isFile() || status.size > LIMITS.settingsBytes) throw new TypeError('it is no file of keys');
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new PlimsollError('usage', `--key ${name} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}
