// The program in a process of its own that is killed when something is seen of its work, as by a crash or an impatient operator.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const POLL_MS = 5;

/**
 * Runs `plimsoll ARGS` and kills it as soon as `isTime` says so.
 * @returns what it printed, when it ended before
 * @throws Error with what it said, when it ended with another exit code than 0 and 1
 */
export async function runKilled(
  args: readonly string[],
  folder: string,
  isTime: () => boolean | Promise<boolean>,
): Promise<{ readonly killed: boolean; readonly stdout: string }> {
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    cwd: folder,
    env: { HOME: folder, PATH: '/usr/bin:/bin' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (piece) => {
    stdout += String(piece);
  });
  child.stderr.on('data', (piece) => {
    stderr += String(piece);
  });
  const ended = once(child, 'close');
  while (child.exitCode === null && child.signalCode === null) {
    if (await isTime()) child.kill('SIGKILL');
    await sleep(POLL_MS);
  }
  await ended;
  const { exitCode, signalCode } = child;
  if (signalCode !== 'SIGKILL' && exitCode !== 0 && exitCode !== 1) throw new Error(`${exitCode}: ${stderr}`);
  return { killed: signalCode === 'SIGKILL', stdout };
}
