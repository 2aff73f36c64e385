// Where the programs of a control plane are: KUBEBUILDER_ASSETS, the cache that `npm run cluster:assets` fills, or PATH. Tests that need them are
// skipped by name without them.
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { findProgram } from '../support/needs.ts';

/** Versions of the API server that a test may ask for: that of the platform, or a current one. */
export type ServerVersion = '1.20' | 'current';

/** The API server of the platform release: what Debian 12 has the sources of. */
export const PLATFORM_VERSION = 'v1.20.2';
/** The current API server. */
export const CURRENT_VERSION = 'v1.34.4';

/** Programs of a control plane. */
export type ClusterProgram = 'etcd' | 'etcdctl' | 'kube-apiserver' | 'kubectl';

/** Where `npm run cluster:assets` puts them: PLIMSOLL_CLUSTER_ASSETS, else below the user's cache. */
export function assetsFolder(environment: Readonly<Record<string, string | undefined>> = process.env): string {
  const cache = environment['XDG_CACHE_HOME'] || join(homedir(), '.cache');
  return environment['PLIMSOLL_CLUSTER_ASSETS'] || join(cache, 'plimsoll-cluster');
}

/** Full path of a program, or undefined. The current API server stands in the folder `current` of the assets and nowhere else. */
export function clusterProgram(program: ClusterProgram, version: ServerVersion = '1.20'): string | undefined {
  const folders = [process.env['KUBEBUILDER_ASSETS'] || undefined, assetsFolder()].filter((path) => path !== undefined);
  const within = version === 'current' && program === 'kube-apiserver' ? 'current' : '';
  const found = folders.map((folder) => join(folder, within, program)).find((path) => existsSync(path));
  return found ?? (within === '' ? findProgram(program) : undefined);
}

/** Versions of the API server that are there, for tests that run on each. The current one is never required: building it needs the Go module proxy. */
export function clusterVersions(): readonly ServerVersion[] {
  return clusterProgram('kube-apiserver', 'current') === undefined ? ['1.20'] : ['1.20', 'current'];
}

/** Options for a test that starts a cluster: skipped, with the reason, when something it needs is not there. */
export function needsCluster(
  version: ServerVersion = '1.20',
  ...others: readonly ClusterProgram[]
): { skip: string | false } {
  const programs: readonly ClusterProgram[] = ['etcd', 'kube-apiserver', ...others];
  const missing = programs.find((program) => clusterProgram(program, version) === undefined);
  if (missing !== undefined) {
    const which = missing === 'kube-apiserver' ? `${missing} ${version}` : missing;
    return { skip: `needs the program ${which} (npm run cluster:assets)` };
  }
  return { skip: findProgram('openssl') === undefined ? 'needs the program openssl' : false };
}
