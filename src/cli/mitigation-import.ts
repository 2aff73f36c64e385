// `plimsoll mitigation import`: a hotfix directory as a bundle with what it lacks; and `sign`: a bundle that the site stands for.
import { existsSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import type { Command } from 'commander';
import { readBundle, signBundle } from '../operate/mitigation/bundle/read.ts';
import { type HotfixFiles, importHotfix } from '../operate/mitigation/hotfix.ts';
import { readSigningKey } from '../platform/dsse.ts';
import { LimitError, PlimsollError } from '../platform/errors.ts';
import { LIMITS } from '../platform/limits.ts';
import { addDays } from '../statements/day.ts';
import { isoDate } from './arguments.ts';
import { type CommandContext, type CommonOptions, newCommand, writeResult } from './command.ts';
import { bundleAt, readTextFile } from './mitigation-input.ts';
import { replaceFile } from './replace-file.ts';
import { remarker } from './talk.ts';

interface ImportOptions extends CommonOptions {
  readonly owner: string;
  readonly expires?: string;
}

interface SignOptions extends CommonOptions {
  readonly key: string;
}

/** Days for which a hotfix is taken over when nobody says until when. */
const DAYS = 90;

/** `mitigation import`. */
export function importMitigationCommand(context: CommandContext): Command {
  const summary = 'a hotfix directory (csm-hotfixes) as a bundle; on stderr what it lacks. Its scripts are never run';
  const example =
    'plimsoll mitigation import csm-1.0/CASMREL-847 --owner "platform security" --output CASMREL-847.yaml';
  return newCommand('import', summary, ['yaml'], example)
    .argument('<dir>', 'the directory')
    .requiredOption('--owner <name>', 'who answers for it here')
    .option('--expires <date>', `until when it is meant to stay (${DAYS} days from now)`, isoDate)
    .action((directory: string, options: ImportOptions) => importOne(directory, options, context));
}

/** `mitigation sign`. */
export function signMitigationCommand(context: CommandContext): Command {
  const summary = 'sign a bundle after reading it: its signature is written beside it';
  return newCommand('sign', summary, ['text'], 'plimsoll mitigation sign site/userns-off --key site.pem')
    .argument('<bundle>', 'folder or file of the bundle')
    .requiredOption('--key <file>', 'private key: Ed25519 or P-256, PEM')
    .action((name: string, options: SignOptions) => {
      if (!existsSync(resolve(context.workingDirectory, name))) {
        throw new PlimsollError(
          'usage',
          `${name} is no file here: copy the bundle that you want to stand for, read it, and sign the copy`,
        );
      }
      const stored = bundleAt(name, context);
      const key = readSigningKey(readTextFile(options.key, context), options.key);
      replaceFile(stored.signaturePath, signBundle(stored, key));
      const { mitigation, version } = stored.bundle;
      writeResult(
        context,
        options,
        `${mitigation} ${version} (${stored.digest}) is signed: ${basename(stored.signaturePath)}`,
      );
    });
}

function importOne(directory: string, options: ImportOptions, context: CommandContext): void {
  const created = context.now().toISOString().slice(0, 10);
  const keeper = { owner: options.owner, created, expires: options.expires ?? addDays(created, DAYS) };
  const { yaml, lacks } = importHotfix(hotfixFiles(resolve(context.workingDirectory, directory), directory), keeper);
  readBundle(yaml, directory);
  writeResult(context, options, yaml);
  const talk = remarker(context, options);
  for (const lack of lacks) talk(`${basename(directory)} lacks ${lack}`);
}

/** The files that such directories have, in their own layout or with flat names. @throws PlimsollError `input-missing`, LimitError */
function hotfixFiles(path: string, name: string): HotfixFiles {
  const first = (...names: readonly string[]): string | undefined => {
    const found = names.map((one) => join(path, one)).find((one) => existsSync(one));
    if (found === undefined) return undefined;
    const text = readFileSync(found, 'utf8');
    if (text.length > LIMITS.mitigationFileBytes) throw new LimitError(`${found} is too long`);
    return text;
  };
  const members = {
    readme: first('README.md'),
    dockerIndex: first('docker/index.yaml', 'docker-index.yaml'),
    helmIndex: first('helm/index.yaml', 'helm-index.yaml'),
    installScript: first('install-hotfix.sh', 'install.sh'),
    rollbackScript: first('rollback.sh', 'rollback-hotfix.sh'),
  };
  if (members.readme === undefined && members.installScript === undefined) {
    throw new PlimsollError('input-missing', `${name} has neither README.md nor install-hotfix.sh: it is no hotfix`);
  }
  const present = Object.entries(members).flatMap(([key, value]) =>
    value === undefined ? [] : [[key, value] as const],
  );
  return { name: basename(path), ...Object.fromEntries(present) };
}
