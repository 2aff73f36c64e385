// The running kube-apiserver of a node, from /proc: when it started and with which flag. proc(5): field 22 of stat in clock ticks since the boot, which
// was as long ago as uptime says; `btime` says it in whole seconds only. Linux has 100 ticks a second for programs on every architecture (USER_HZ).
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { ProcessFacts } from './control-plane.ts';
import { flagOf } from './manifest.ts';

const TICKS = 100;
const FLAGS = ['--encryption-provider-config', '--experimental-encryption-provider-config'];

/**
 * The process; `none` when there is none. Undefined when it cannot be told: no /proc, or several API servers.
 * @param root folder that stands for `/` of the node: of several API servers on one machine, the one whose arguments name it
 * @param now of this moment
 * @param proc where procfs is mounted
 */
export function serverProcess(root: string, now: () => Date, proc = '/proc'): ProcessFacts | 'none' | undefined {
  const boot = bootSeconds(now, proc);
  if (boot === undefined) return undefined;
  const found = apiServers(proc).filter(({ args }) => root === '/' || args.some((arg) => arg.includes(`${root}/`)));
  const [only, ...more] = found;
  // A folder that is a copy of another machine's has no process here; that says nothing of that machine.
  if (only === undefined) return root === '/' ? 'none' : undefined;
  if (more.length > 0) return undefined;
  const path = flagOf(only.args, FLAGS);
  const own = root !== '/' && path?.startsWith(`${root}/`) === true ? path.slice(root.length) : path;
  return {
    startedAt: new Date((boot + only.ticks / TICKS) * 1000).toISOString(),
    flag: { known: true, ...(own === undefined ? {} : { path: own }) },
  };
}

interface ApiServerProcess {
  readonly args: readonly string[];
  readonly ticks: number;
}

function apiServers(proc: string): readonly ApiServerProcess[] {
  return readdirSync(proc)
    .filter((name) => /^[0-9]+$/.test(name))
    .flatMap((pid) => {
      const command = readText(join(proc, pid, 'cmdline'));
      const stat = readText(join(proc, pid, 'stat'));
      const args = (command ?? '').split('\0').slice(0, -1);
      // The name in parentheses may hold anything; the fields behind the last one are numbers. Field 3 is the first of them.
      const ticks = Number(stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19]);
      return basename(args[0] ?? '') === 'kube-apiserver' && Number.isFinite(ticks) ? { args, ticks } : [];
    });
}

function bootSeconds(now: () => Date, proc: string): number | undefined {
  const uptime = /^([0-9]+\.[0-9]+) /.exec(readText(join(proc, 'uptime')) ?? '')?.[1];
  return uptime === undefined ? undefined : now().getTime() / 1000 - Number(uptime);
}

/** Processes end while they are looked at. */
function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
