// The tracker that the settings name, with its credentials.
import { PlimsollError } from '../../platform/errors.ts';
import type { TicketSettings } from '../../platform/settings.ts';
import { type ClientOptions, openClient } from './client.ts';
import { GITHUB_HEADERS, openGithub } from './github.ts';
import { openGitlab } from './gitlab.ts';
import { openJira } from './jira.ts';
import type { Tracker } from './tracker.ts';

/** What new issues are in Jira unless the settings say otherwise. */
const ISSUE_TYPE = 'Task';

/** Patience, which tests shorten. */
export type Patience = Omit<ClientOptions, 'address' | 'headers'>;

/**
 * Opens it.
 * @throws PlimsollError `usage` where the settings are incomplete; `unauthorized`, `tracker`, `not-found` from the first requests
 */
export async function openTracker(settings: TicketSettings, token: string, patience: Patience): Promise<Tracker> {
  const { tracker, project, account, issueType = ISSUE_TYPE } = settings;
  const address = addressOf(settings);
  const clientWith = (headers: Readonly<Record<string, string>>) => openClient({ ...patience, address, headers });
  switch (tracker) {
    case 'github': {
      const client = clientWith({ ...GITHUB_HEADERS, authorization: `Bearer ${token}` });
      return openGithub(client, address, project, account);
    }
    case 'gitlab':
      return openGitlab(clientWith({ 'private-token': token }), address, project);
    case 'jira':
      return openJira(clientWith({ authorization: `Bearer ${token}` }), address, project, { cloud: false, issueType });
    case 'jira-cloud': {
      if (account === undefined) {
        throw new PlimsollError(
          'usage',
          'tickets.account: Jira Cloud wants the e-mail address of the account of the token',
        );
      }
      const basic = Buffer.from(`${account}:${token}`).toString('base64');
      return openJira(clientWith({ authorization: `Basic ${basic}` }), address, project, { cloud: true, issueType });
    }
  }
}

function addressOf({ tracker, address }: TicketSettings): string {
  const stated = address?.replace(/\/+$/, '');
  if (stated !== undefined) return stated;
  if (tracker === 'github') return 'https://api.github.com';
  if (tracker === 'gitlab') return 'https://gitlab.com/api/v4';
  throw new PlimsollError('usage', 'tickets.address: name the site of Jira: https://jira.example');
}
