// Where the program keeps what it makes: the XDG data directory, unless a command is told otherwise.
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { PlimsollError } from '../platform/errors.ts';
import type { CommandContext } from './command.ts';

/** The folder for data of this user (XDG Base Directory Specification 0.8). */
function dataFolder(context: CommandContext): string {
  return join(context.environment['XDG_DATA_HOME'] || join(homeFolder(context), '.local/share'), 'plimsoll');
}

/** The folder for what can be fetched again; may be emptied at any time. */
export function cacheFolder(context: CommandContext): string {
  return join(context.environment['XDG_CACHE_HOME'] || join(homeFolder(context), '.cache'), 'plimsoll');
}

/** A user id that no account has, as in many containers, has no home unless the environment names one. */
function homeFolder(context: CommandContext): string {
  const home = context.environment['HOME'] || homeOfAccount();
  if (home !== '') return home;
  const remedy = 'set HOME or XDG_DATA_HOME, or name the files with --store and --advisories';
  throw new PlimsollError('usage', `there is no home directory to keep files in: ${remedy}`);
}

/** Empty without an account, and where HOME is set to nothing: the working directory is no home. */
function homeOfAccount(): string {
  try {
    return homedir();
  } catch {
    return '';
  }
}

/** The store: the file that `--store` names, else `plimsoll/store.db` among the user's data. */
export function storePath(context: CommandContext, option: string | undefined): string {
  return option === undefined ? join(dataFolder(context), 'store.db') : resolve(context.workingDirectory, option);
}

/** The advisory set that `advisories update` writes and `scan` uses when no other is named. */
export function defaultAdvisoriesPath(context: CommandContext): string {
  return join(dataFolder(context), 'advisories.db');
}

/** Folder of the ledgers of mitigations, one a site. */
export function mitigationSitesPath(context: CommandContext): string {
  return join(dataFolder(context), 'mitigations');
}

/** The ledger of mitigations: the folder that `--ledger` names, else one a site among the user's data. */
export function mitigationsPath(context: CommandContext, option: string | undefined, site: string): string {
  if (option !== undefined) return resolve(context.workingDirectory, option);
  if (!/^[A-Za-z0-9][\w.-]{0,99}$/.test(site)) {
    throw new PlimsollError('usage', `"${site}" is no name of a site: letters, digits, dots and dashes, 100 at most`);
  }
  return join(mitigationSitesPath(context), site);
}
