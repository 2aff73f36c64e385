// Podman-HPC: rootless Podman with hooks and modules of the site, which run in the containers of all users.
// Source: NERSC/podman-hpc, README ("configuration file and environment variables") and podman_hpc/siteconfig.py.
import { z } from 'zod';
import { checkedYaml } from '../../../platform/checked-yaml.ts';
import { LimitError, ParseError } from '../../../platform/errors.ts';
import { aboutThing, type NodeCheck, type NodeJudgement, type NodeUnderCheck } from '../check.ts';
import { aboutOption, type Configuration, eachConfiguration, judgePath } from './judge.ts';

/** Where all users share a folder. */
const SHARED_FOLDER = /^\/(?:tmp|var\/tmp|dev\/shm)(?:\/|$)/;

/** What the site puts into containers, and where users keep theirs. */
export const PODMAN_HPC_CHECKS: readonly NodeCheck[] = [
  {
    id: 'podman-hpc-paths',
    title: "Hooks, modules and shared images of Podman-HPC are root's alone",
    severity: 'high',
    why: 'Whoever writes a hook, a module or an image of an additional store runs programs in the containers of all users, with their rights.',
    remediation: 'give the path and all folders above it to root, writable by root alone',
    reference: 'podman-hpc README: hooks_dir, modules_dir, additional_stores',
    judge: (node) => eachConfiguration(node, 'podman-hpc', (configuration) => judgePaths(node, configuration)),
  },
  {
    id: 'podman-hpc-storage',
    title: 'Containers of users do not lie in a folder that all share',
    severity: 'low',
    why: 'A path in /tmp that carries the number of its user can be made by another user first.',
    remediation: 'set graph_root and run_root to folders that the user alone can make, as below XDG_RUNTIME_DIR',
    reference: 'podman-hpc README: graph_root, default /tmp/{uid}_hpc/storage',
    judge: (node) => eachConfiguration(node, 'podman-hpc', (configuration) => [judgeStorage(node, configuration)]),
  },
];

function judgePaths(node: NodeUnderCheck, configuration: Configuration): readonly NodeJudgement[] {
  const settings = settingsOf(configuration);
  if (settings === undefined) return [unreadable(node, configuration)];
  const stores: unknown = settings['additional_stores'];
  const named = [
    ...['hooks_dir', 'modules_dir'].map((key) => [key, settings[key]] as const),
    ...(Array.isArray(stores) ? stores : [stores]).map((store: unknown) => ['additional_stores', store] as const),
  ].flatMap(([key, path]) =>
    // A path with a part that is filled in for each user is the user's own.
    typeof path === 'string' && path.startsWith('/') && !path.includes('{')
      ? [judgePath(node, path.replace(/\/+$/, ''), key)]
      : [],
  );
  return [judgePath(node, configuration.path, 'configuration'), ...named];
}

function judgeStorage(node: NodeUnderCheck, configuration: Configuration): NodeJudgement {
  const settings = settingsOf(configuration);
  if (settings === undefined) return unreadable(node, configuration);
  const root = settings['graph_root'] ?? '/tmp/{uid}_hpc/storage';
  if (typeof root !== 'string') return unreadable(node, configuration);
  const isShared = SHARED_FOLDER.test(root);
  const reason = isShared ? `graph_root is ${root}` : `graph_root is ${root}, in no folder that all share`;
  return aboutOption(node, configuration, `graph_root: ${root}`, isShared ? 'fail' : 'pass', reason);
}

function settingsOf({ path, text }: Configuration): Readonly<Record<string, unknown>> | undefined {
  try {
    return checkedYaml(text, path, z.record(z.string(), z.unknown())).value;
  } catch (error) {
    if (error instanceof ParseError || error instanceof LimitError) return undefined;
    throw error;
  }
}

function unreadable(node: NodeUnderCheck, { path }: Configuration): NodeJudgement {
  return aboutThing(node, path, 'no-evidence', 'it is no configuration that can be read');
}
