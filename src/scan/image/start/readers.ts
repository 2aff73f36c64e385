// The readers that look into a layer for what decides whether a container can run as another user than root: accounts, groups, files that are started, and
// file capabilities. They read nothing by themselves: the paths depend on how a workload starts the image, and are asked for one by one.

import { LIMITS } from '../../../platform/limits.ts';
import type { Reader } from '../layer/reader.ts';
import { readAccounts, readGroups } from './accounts.ts';
import { readCapabilities } from './capability.ts';
import { readStarted } from './program.ts';

/** Readers of what is asked for by path; `capability` gives that of every file that has one. */
export const START_READERS = [
  {
    id: 'accounts',
    version: 1,
    reads: [],
    maxBytes: LIMITS.startFileBytes,
    read: (body) => ({ data: readAccounts(body) }),
  },
  {
    id: 'groups',
    version: 1,
    reads: [],
    maxBytes: LIMITS.startFileBytes,
    read: (body) => ({ data: readGroups(body) }),
  },
  {
    id: 'started',
    version: 1,
    reads: [],
    maxBytes: LIMITS.startFileBytes,
    read: (body) => ({ data: readStarted(body) }),
  },
  {
    id: 'capability',
    version: 1,
    reads: [],
    look: ({ capability }) => (capability === undefined ? undefined : readCapabilities(capability)),
  },
] as const satisfies readonly Reader[];

/** Ids of the readers. */
export type StartReaderId = (typeof START_READERS)[number]['id'];
