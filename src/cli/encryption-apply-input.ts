// What `encryption apply` is given beside the plan: keys that are not in the node's own file, and a backup to look at.
import { resolve } from 'node:path';
import type { Provider } from '../operate/encryption/configuration/configuration.ts';
import { parseConfiguration } from '../operate/encryption/configuration/read.ts';
import { readSealedKey, unsealKey } from '../operate/encryption/key/sealed.ts';
import type { DataState } from '../operate/encryption/plan/state.ts';
import { dataOf, examineFile } from '../operate/encryption/status/evidence.ts';
import { PlimsollError } from '../platform/errors.ts';
import type { CommandContext, CommonOptions } from './command.ts';
import { processInput, readInput, readPassphrase } from './encryption-input.ts';

/** Where keys come from. */
export interface KeyOptions extends CommonOptions {
  readonly keyFile?: string;
  readonly passphraseFile?: string;
  readonly keys: readonly string[];
}

/** Keys from outside of the node's own file. @throws PlimsollError `digest-mismatch` for a key that the plan does not name */
export async function keysFor(
  transformers: readonly string[],
  options: KeyOptions,
  context: CommandContext,
): Promise<readonly Provider[]> {
  const { keyFile, passphraseFile, keys } = options;
  const providers: Provider[] = [];
  for (const name of keys) {
    const { rules } = parseConfiguration(await readInput(name, context, processInput), name);
    providers.push(...rules.flatMap((rule) => rule.providers));
  }
  if (keyFile === undefined) return providers;
  const sealed = readSealedKey(await readInput(keyFile, context, processInput), keyFile);
  const { provider, name, fingerprint } = sealed;
  if (!transformers.includes(`${provider}:${name}#${fingerprint}`)) {
    throw new PlimsollError('digest-mismatch', `${keyFile}: ${provider}:${name} ${fingerprint} is no key of this step`);
  }
  const key = unsealKey(sealed, await readPassphrase(passphraseFile, context, processInput, options), fingerprint);
  return [...providers, { kind: provider, keys: [{ name: key.name, secret: key.secret }] }];
}

/** A backup as it is examined with the keys at hand; undefined without one. @throws PlimsollError `input-missing`, `input-unreadable`; ParseError, LimitError */
export async function examinedBackup(
  name: string | undefined,
  resource: string,
  providers: readonly Provider[],
  { workingDirectory }: CommandContext,
): Promise<DataState | undefined> {
  if (name === undefined) return undefined;
  const file = await examineFile({ name, path: resolve(workingDirectory, name) }, { resource, providers });
  return dataOf([file], []);
}
