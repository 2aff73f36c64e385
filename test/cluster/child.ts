// One process of a test cluster: its output goes to a file, and it ends when the test process does, however that ends.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { findProgram } from '../support/needs.ts';

/**
 * Milliseconds that a program has to end before it is killed. The kubelet gives 30 s, and API servers take all of it: they wait for their own watches.
 * What they were asked is answered long before.
 */
const GRACE_MS = 2000;

/** A running program. */
export interface Child {
  readonly pid: number;
  readonly startedAt: Date;
  /** Settles when the program has ended, with its exit code or signal. */
  readonly ended: Promise<string>;
  hasEnded(): boolean;
  /** Asks it to end, and kills it when it does not. */
  stop(): Promise<void>;
  kill(signal: NodeJS.Signals): void;
}

/** Starts a program; what it writes is added to `log`. */
export function startChild(program: string, args: readonly string[], log: string): Child {
  const output = openSync(log, 'a');
  // The kernel kills it when this process is gone (prctl PR_SET_PDEATHSIG): handlers of our own do not run when we are killed.
  const bound = findProgram('setpriv');
  const [command, all] =
    bound === undefined ? [program, args] : [bound, ['--pdeathsig', 'KILL', '--', program, ...args]];
  const child: ChildProcess = spawn(command, all, {
    stdio: ['ignore', output, output],
    env: { PATH: '/usr/bin:/bin' },
  });
  closeSync(output);
  const { pid } = child;
  if (pid === undefined) throw new Error(`${program} cannot be started`);
  const ended = once(child, 'exit').then(([code, signal]) => String(signal ?? code));
  const hasEnded = (): boolean => child.exitCode !== null || child.signalCode !== null;
  return {
    pid,
    startedAt: new Date(),
    ended,
    hasEnded,
    kill: (signal) => {
      child.kill(signal);
    },
    stop: async () => {
      if (hasEnded()) return;
      child.kill('SIGTERM');
      const waiting = new AbortController();
      await Promise.race([ended, sleep(GRACE_MS, undefined, { signal: waiting.signal }).catch(() => {})]);
      waiting.abort();
      if (!hasEnded()) child.kill('SIGKILL');
      await ended;
    },
  };
}
