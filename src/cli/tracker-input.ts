// The tracker that a command speaks to: a folder, or the one that the configuration names, with a token from the environment or a file.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { messageOf, PlimsollError } from '../platform/errors.ts';
import type { Config } from '../platform/settings.ts';
import { CLIENT_DEFAULTS } from '../respond/tickets/client.ts';
import { openFiles } from '../respond/tickets/files.ts';
import type { Tracker } from '../respond/tickets/tracker.ts';
import type { CommandContext } from './command.ts';

/** Options that name one. */
export interface TrackerOptions {
  readonly files?: string;
  readonly tokenFile?: string;
}

const TOKEN_VARIABLE = 'PLIMSOLL_TICKETS_TOKEN';

/** Opens it. @throws PlimsollError `usage` where none is named or there is no token; what openTracker throws */
export async function namedTracker(
  { tickets }: Config,
  options: TrackerOptions,
  context: CommandContext,
): Promise<Tracker> {
  const { workingDirectory, now } = context;
  if (options.files !== undefined) {
    const today = now().toISOString().slice(0, 10);
    return openFiles(resolve(workingDirectory, options.files), options.files, today);
  }
  if (tickets === undefined) {
    const remedy =
      'name it as `tickets:` in plimsoll.yaml and give the file with --config, or keep files with --files FOLDER';
    throw new PlimsollError('usage', `no tracker is named: ${remedy}`);
  }
  const token = tokenOf(options, context);
  const { openTracker } = await import('../respond/tickets/open-tracker.ts');
  return openTracker(tickets, token, { ...CLIENT_DEFAULTS, now });
}

/** Never part of a message. @throws PlimsollError `usage`, `input-unreadable` */
function tokenOf({ tokenFile }: TrackerOptions, { environment, workingDirectory }: CommandContext): string {
  const text =
    tokenFile === undefined ? environment[TOKEN_VARIABLE] : readToken(resolve(workingDirectory, tokenFile), tokenFile);
  const token = text?.trim() ?? '';
  if (token === '') {
    throw new PlimsollError(
      'usage',
      `the tracker wants a token: set ${TOKEN_VARIABLE}, or name a file with --token-file`,
    );
  }
  if (!/^[\x21-\x7e]+$/.test(token)) {
    throw new PlimsollError('usage', 'the token holds characters that no token has: is it one line of text?');
  }
  return token;
}

function readToken(path: string, name: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new PlimsollError('input-unreadable', `${name} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}
