// What a kubelet does with static pods, without containers: starts what the manifests in a folder say, again when it ends, anew when a manifest is
// replaced, and stops it when the manifest is gone. As with the kubelet every file of the folder counts but those that begin with a dot, so a copy
// left there is a second pod of the same name; here the last one by name wins.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Child, startChild } from './child.ts';
import { readPod, type StaticPod } from './pod.ts';

/** A program that runs now. */
export interface RunningProgram {
  readonly pid: number;
  readonly startedAt: Date;
  /** How often it was started, this time included. */
  readonly starts: number;
}

const POLL_MS = 100;
/** Pause before a program that ended is started again: the kubelet's is ten seconds and longer. */
const AGAIN_MS = 500;

interface Slot {
  pod: StaticPod | undefined;
  /** The pod that `child` was started for. */
  started: StaticPod | undefined;
  child: Child | undefined;
  starts: number;
  notBefore: number;
  held: boolean;
  /** Something is being done about it. */
  busy: Promise<void> | undefined;
}

/** Runs one node's static pods. */
export class Supervisor {
  readonly #root: string;
  readonly #manifests: string;
  readonly #logs: string;
  readonly #slots = new Map<string, Slot>();
  readonly #problems: string[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(root: string, manifests: string, logs: string) {
    this.#root = root;
    this.#manifests = manifests;
    this.#logs = logs;
  }

  start(): void {
    this.#look();
    this.#timer = setInterval(() => this.#look(), POLL_MS);
    this.#timer.unref();
  }

  /** Kills everything for good: nothing of a test cluster is worth an orderly end. */
  killAll(): void {
    clearInterval(this.#timer);
    for (const slot of this.#slots.values()) {
      slot.held = true;
      slot.child?.kill('SIGKILL');
    }
  }

  /** Settles when nothing runs after `killAll`. */
  async ended(): Promise<void> {
    for (const { busy, child } of this.#slots.values()) {
      await busy;
      await child?.ended;
    }
  }

  /** The program of a pod, when it runs. */
  running(pod: string): RunningProgram | undefined {
    const slot = this.#slots.get(pod);
    if (slot?.child === undefined || slot.child.hasEnded()) return undefined;
    const { pid, startedAt } = slot.child;
    return { pid, startedAt, starts: slot.starts };
  }

  /** Kills a pod's program; it is started again. */
  async kill(pod: string, signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const child = this.#slots.get(pod)?.child;
    child?.kill(signal);
    await child?.ended;
  }

  /** Stops a pod's program and leaves it so. */
  async hold(pod: string): Promise<void> {
    const slot = this.#slotOf(pod);
    slot.held = true;
    await slot.busy;
    await slot.child?.stop();
  }

  /** Starts a pod's program again after `hold`. */
  release(pod: string): void {
    const slot = this.#slotOf(pod);
    slot.held = false;
    slot.notBefore = 0;
    this.#look();
  }

  /** What was wrong with manifests, in the order in which it was found. */
  get problems(): readonly string[] {
    return this.#problems;
  }

  #look(): void {
    const pods = this.#wanted();
    for (const name of pods.keys()) this.#slotOf(name);
    for (const [name, slot] of this.#slots) {
      slot.pod = pods.get(name);
      slot.busy ??= this.#settle(name, slot).finally(() => {
        slot.busy = undefined;
      });
    }
  }

  #wanted(): ReadonlyMap<string, StaticPod> {
    const pods = new Map<string, StaticPod>();
    for (const file of readdirSync(this.#manifests).sort()) {
      if (file.startsWith('.')) continue;
      try {
        const pod = readPod(readFileSync(join(this.#manifests, file), 'utf8'), this.#root);
        pods.set(pod.name, pod);
      } catch (error) {
        // A file that is being written, or one that is wrong: the kubelet, too, goes on without it.
        const problem = `${file}: ${error instanceof Error ? error.message : String(error)}`;
        if (this.#problems.at(-1) !== problem) this.#problems.push(problem);
      }
    }
    return pods;
  }

  /** Brings one pod to what is wanted of it now. */
  async #settle(name: string, slot: Slot): Promise<void> {
    const { child, started } = slot;
    if (child !== undefined && started?.fingerprint !== slot.pod?.fingerprint) {
      await child.stop();
      slot.child = undefined;
      slot.notBefore = 0;
    } else if (child?.hasEnded() === true) {
      slot.child = undefined;
      slot.notBefore = Date.now() + AGAIN_MS;
    }
    const { pod } = slot;
    if (slot.child !== undefined || pod === undefined || slot.held || Date.now() < slot.notBefore) return;
    slot.started = pod;
    slot.starts += 1;
    slot.child = startChild(pod.program, pod.args, join(this.#logs, `${name}.log`));
  }

  #slotOf(pod: string): Slot {
    const known = this.#slots.get(pod);
    if (known !== undefined) return known;
    const slot: Slot = {
      pod: undefined,
      started: undefined,
      child: undefined,
      starts: 0,
      notBefore: 0,
      held: false,
      busy: undefined,
    };
    this.#slots.set(pod, slot);
    return slot;
  }
}
