// How an image is configured to run (OCI image-spec config.md): as whom, through a shell, on which ports.
import { z } from 'zod';
import { checkTemplate } from '../check.ts';
import { type ImageJudgement, judgeTraits } from '../release-view.ts';

/** Ports below this one need a right of their own (Linux, ip_unprivileged_port_start). */
const FIRST_FREE_PORT = 1024;

/** A kubelet that must not start root refuses a name, too: it cannot tell whose it is (Kubernetes, runAsNonRoot). */
export const user = checkTemplate('user', z.strictObject({}), (input) =>
  judgeTraits(input, ({ user: configured }): ImageJudgement => {
    if (configured === undefined)
      return { verdict: 'fail', evidence: [], reason: 'no user is configured: it runs as root' };
    const evidence = [`User: ${configured}`];
    const [name = ''] = configured.split(':');
    if (name === '' || name === 'root' || /^0+$/.test(name))
      return { verdict: 'fail', evidence, reason: 'it runs as root' };
    if (/^\d+$/.test(name)) return { verdict: 'pass', evidence, reason: `it runs as user ${name}` };
    return {
      verdict: 'warn',
      evidence,
      reason: `it runs as "${name}": runAsNonRoot needs a number to tell that this is not root`,
    };
  }),
);

/** The shell form of an entry point or command. */
export const shellForm = checkTemplate('shell-form', z.strictObject({}), (input) =>
  judgeTraits(input, ({ entry }): ImageJudgement => {
    if (entry === undefined)
      return { verdict: 'not-applicable', evidence: [], reason: 'the image starts nothing by itself' };
    const evidence = [`starts ${entry.program}`];
    if (!entry.shellForm) return { verdict: 'pass', evidence, reason: 'it starts its program itself' };
    return {
      verdict: 'fail',
      evidence,
      reason: `${entry.program} interprets what it starts: signals end at the shell, and there must be one`,
    };
  }),
);

/** Ports that only root, or who has a capability, may open. */
export const privilegedPorts = checkTemplate('privileged-ports', z.strictObject({}), (input) =>
  judgeTraits(input, ({ ports }): ImageJudgement => {
    const low = ports.filter((port) => Number.parseInt(port, 10) < FIRST_FREE_PORT);
    if (low.length === 0) return { verdict: 'pass', evidence: ports, reason: 'no port below 1024 is exposed' };
    return { verdict: 'fail', evidence: low, reason: `ports below 1024 are exposed: ${low.join(', ')}` };
  }),
);
