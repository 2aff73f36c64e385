// Components of Kubernetes that only pretend: programs of their names that run and do nothing, and files at the places of a kube-bench folder, all below
// one folder of the test's own. The names are drawn, so that nothing else on the machine answers to them.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FileObservation, NodeEvidence, Observation } from '../../src/kubernetes/evidence/evidence.ts';

/** A file to make: its path in the real world, and what it has. */
export interface PretendFile {
  readonly path: string;
  readonly text?: string;
  /** Octal. */
  readonly mode?: string;
}

/** A program to run: its name in the real world, and its flags. */
export interface PretendProgram {
  readonly name: string;
  readonly flags: readonly string[];
}

/** Folders of the real world that stand below the test's own. */
const MOVED = [
  '/etc/kubernetes',
  '/var/lib/etcd',
  '/var/lib/kubelet',
  '/etc/systemd',
  '/lib/systemd',
  '/etc/etcd',
] as const;
const NAMES: Readonly<Record<string, string>> = {
  'kube-apiserver': 'kas',
  'kube-scheduler': 'ksc',
  'kube-controller-manager': 'kcm',
  'kube-proxy': 'kpx',
  etcd: 'etd',
  kubelet: 'kubelet',
};

/** A world of programs and files. Stop it when it is no longer needed. */
export class PretendWorld {
  readonly #root: string;
  readonly #running: ChildProcess[] = [];

  /** @param root an empty folder of the test's own */
  constructor(root: string) {
    this.#root = root;
    mkdirSync(join(root, 'bin'), { recursive: true });
  }

  /** Text of a kube-bench folder as it is in this world: with moved folders and the drawn names of programs. */
  moved(text: string): string {
    let moved = text;
    for (const folder of MOVED)
      moved = moved.replaceAll(new RegExp(`(?<![\\w/])${folder}(?=[/"'\\s]|$)`, 'gm'), this.#root + folder);
    return moved;
  }

  /** The places of a kube-bench folder in this world. */
  movedPlaces(text: string): string {
    let moved = this.moved(text);
    for (const name of Object.keys(NAMES)) moved = moved.replaceAll(`- "${name}"`, `- "${this.#program(name)}"`);
    return moved;
  }

  #program(name: string): string {
    return `${NAMES[name] ?? name}-${process.pid.toString(36)}`;
  }

  write({ path, text = '', mode = '644' }: PretendFile): void {
    const file = join(this.#root, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    execFileSync('chmod', [mode, file]);
  }

  /** Runs the programs, each a shell that waits for its input to end and takes what follows `--` for arguments. */
  async run(programs: readonly PretendProgram[]): Promise<void> {
    for (const { name, flags } of programs) {
      const file = join(this.#root, 'bin', this.#program(name));
      copyFileSync('/bin/sh', file);
      const child = spawn(file, ['-s', '--', ...flags.map((flag) => this.moved(flag))], {
        stdio: ['pipe', 'ignore', 'ignore'],
      });
      this.#running.push(child);
    }
    // Until execve() is through, a process has the name of its parent.
    for (const { pid } of this.#running) {
      while (!readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes(this.#root)) await sleep(5);
    }
  }

  /** What a collector would see of this world. */
  evidence(): NodeEvidence {
    const seen = readdirSync(this.#root, { recursive: true, encoding: 'utf8' }).map((path) => join(this.#root, path));
    const paths = seen.filter((path) => !path.startsWith(join(this.#root, 'bin')));
    const files = paths.length === 0 ? [] : statAll(paths);
    const contents = paths.flatMap((path): Observation[] => {
      if (!statSync(path).isFile()) return [];
      return [{ kind: 'content', path, text: readFileSync(path, 'utf8'), sha256: '', redacted: false }];
    });
    return {
      node: 'pretended',
      collectedAt: '2022-04-20T00:00:00Z',
      collector: '0',
      probes: ['benchmark'],
      observations: [...this.#running.map(processOf), ...files, ...contents],
    };
  }

  async stop(): Promise<void> {
    for (const child of this.#running) {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.stdin?.end();
      await ended;
    }
    this.#running.length = 0;
  }
}

function statAll(paths: readonly string[]): readonly FileObservation[] {
  const output = execFileSync('stat', ['-c', '%n\t%F\t%a\t%U\t%G\t%u\t%g\t%s', ...paths], { encoding: 'utf8' });
  return output
    .trim()
    .split('\n')
    .map((line): FileObservation => {
      const [path = '', kind = '', mode = '', owner = '', group = '', uid, gid, size] = line.split('\t');
      const type = kind === 'directory' ? 'directory' : 'file';
      return {
        kind: 'file',
        path,
        type,
        mode,
        owner,
        group,
        uid: Number(uid),
        gid: Number(gid),
        size: Number(size),
        modified: 0,
      };
    });
}

function processOf({ pid = 0 }: ChildProcess): Observation {
  const argv = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, -1);
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return { kind: 'process', pid, ppid: Number(/^PPid:\s*(\d+)/m.exec(status)?.[1]), user: 'root', argv };
}
