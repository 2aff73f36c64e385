// Waits for an API server to come back: a process that began after its manifest was written, with the list that its file says, ready and its informers
// in step. `/readyz` of Kubernetes 1.16 and later; `informer-sync` fails on a server that cannot read all Secrets.
import { statSync } from 'node:fs';
import { messageOf } from '../../../platform/errors.ts';
import { listText, sameList, type TransformerId } from '../plan/transformer-id.ts';
import { serverStateOf } from '../status/control-plane.ts';
import { lookAtSite, type NodeSite, placeOf } from './node-site.ts';
import { readPrivateFile } from './private-file.ts';

/** How waiting ended. `replaced`: another tool changed the manifest meanwhile. */
export type Waited = { readonly state: 'ready' } | { readonly state: 'late' | 'replaced'; readonly reason: string };

const POLL_MS = 500;
const PROBE_MS = 5000;

/** @param manifest its text as it was written @param list what the server shall have */
export async function waitForServer(
  site: NodeSite,
  manifest: string,
  list: readonly TransformerId[],
  timeoutMs: number,
): Promise<Waited> {
  const end = site.now().getTime() + timeoutMs;
  for (;;) {
    if (readPrivateFile(placeOf(site, site.paths.manifest)) !== manifest) {
      return {
        state: 'replaced',
        reason: `${site.paths.manifest} was changed by another while the server was awaited`,
      };
    }
    const reason = await notYet(site, list);
    if (reason === undefined) return { state: 'ready' };
    if (site.now().getTime() >= end) return { state: 'late', reason: `${reason}, after ${timeoutMs / 1000} seconds` };
    await site.sleep(POLL_MS);
  }
}

/** Why the server is not back, in words; undefined when it is. */
async function notYet(site: NodeSite, list: readonly TransformerId[]): Promise<string | undefined> {
  const plane = await lookAtSite(site);
  const { running } = serverStateOf(plane);
  if (plane.process === undefined || plane.process === 'none' || running.state === 'down') return 'it is down';
  const written = statSync(placeOf(site, site.paths.manifest)).mtime.toISOString();
  if (plane.process.startedAt <= written) return 'the process of before still runs, or runs again';
  if (running.state === 'unknown') return 'what its process loaded is not known';
  if (!sameList(running.transformers, list)) return `it loaded ${listText(running.transformers)}`;
  return notReady(site);
}

async function notReady({ client }: NodeSite): Promise<string | undefined> {
  try {
    const { status, text } = await client.raw('/readyz?verbose', { timeoutMs: PROBE_MS });
    const failing = [...text.matchAll(/^\[-\]([\w/.-]+) failed/gm)].flatMap(([, name = '']) => name);
    if (status !== 200) return `it is not ready${failing.length === 0 ? '' : `: ${failing.join(', ')}`}`;
    return /^\[\+\]informer-sync ok/m.test(text) ? undefined : 'it does not say that its informers are in step';
  } catch (error) {
    return `it does not say whether it is ready: ${messageOf(error)}`;
  }
}
