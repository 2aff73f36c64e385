// Runs a container with runc, on an unpacked image, under settings that stand in a Pod: user, groups, capabilities, no_new_privs, mounts, sysctls, as
// containerd would hand them on. Everything else is what `runc spec` writes.
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder or file that is mounted. */
export interface RuncMount {
  readonly path: string;
  /** `folder` is made with this owner and mode, `file` with the content too. */
  readonly kind: 'folder' | 'file';
  readonly uid?: number;
  readonly gid?: number;
  readonly mode: number;
  readonly content?: string;
}

/** What is run. */
export interface RuncContainer {
  /** Unpacked archives, lowest first. */
  readonly layers: readonly Uint8Array[];
  readonly args: readonly string[];
  readonly cwd: string;
  readonly environment: readonly string[];
  readonly uid: number;
  readonly gid: number;
  readonly groups: readonly number[];
  /** With `CAP_`. */
  readonly bounding: readonly string[];
  readonly noNewPrivileges: boolean;
  readonly readOnlyRoot: boolean;
  readonly mounts: readonly RuncMount[];
  readonly sysctls: Readonly<Record<string, string>>;
}

/** How it ended. */
export interface RuncOutcome {
  readonly status: number | null;
  readonly output: string;
}

const SECONDS = 20;
let number = 0;

/** Runs it to its end. */
export function runContainer(container: RuncContainer): RuncOutcome {
  const { bundle, id, remove } = prepared(container);
  try {
    const run = spawnSync('runc', ['run', '--bundle', bundle, id], { encoding: 'utf8', timeout: SECONDS * 1000 });
    return { status: run.status, output: `${run.stdout}${run.stderr}` };
  } finally {
    remove();
  }
}

/** Starts it; `work` gets the id by which `runc exec` finds it. It is ended afterwards. */
export function withContainer<T>(container: RuncContainer, work: (id: string) => T): T {
  const { bundle, id, remove } = prepared(container);
  try {
    const started = spawnSync('runc', ['run', '--detach', '--bundle', bundle, id], { stdio: 'ignore' });
    if (started.status !== 0) throw new Error('the container does not start');
    return work(id);
  } finally {
    remove();
  }
}

function prepared(container: RuncContainer): {
  readonly bundle: string;
  readonly id: string;
  readonly remove: () => void;
} {
  const bundle = mkdtempSync(join(tmpdir(), 'plimsoll-runc-'));
  number += 1;
  const id = `plimsoll-${process.pid}-${number}`;
  const remove = (): void => {
    spawnSync('runc', ['delete', '--force', id], { stdio: 'ignore' });
    rmSync(bundle, { recursive: true, force: true });
  };
  try {
    chmodSync(bundle, 0o755);
    unpack(container.layers, join(bundle, 'rootfs'));
    execFileSync('runc', ['spec', '--bundle', bundle], { stdio: 'pipe' });
    const path = join(bundle, 'config.json');
    writeFileSync(path, JSON.stringify(specOf(JSON.parse(readFileSync(path, 'utf8')), container, bundle)));
    return { bundle, id, remove };
  } catch (error) {
    remove();
    throw error;
  }
}

function unpack(layers: readonly Uint8Array[], root: string): void {
  mkdirSync(root);
  for (const layer of layers) {
    const options = ['--xattrs', '--xattrs-include=*', '--numeric-owner', '--same-owner', '-p', '-x', '-C', root];
    execFileSync('tar', options, { input: layer, stdio: ['pipe', 'pipe', 'pipe'] });
  }
}

interface Spec {
  readonly process: Readonly<Record<string, unknown>>;
  readonly root: Readonly<Record<string, unknown>>;
  readonly mounts: readonly unknown[];
  readonly linux: Readonly<Record<string, unknown>>;
}

function specOf(spec: Spec, container: RuncContainer, bundle: string): unknown {
  const { args, cwd, environment, uid, gid, groups, bounding, noNewPrivileges, readOnlyRoot, sysctls } = container;
  const effective = uid === 0 ? bounding : [];
  return {
    ...spec,
    process: {
      ...spec.process,
      terminal: false,
      user: { uid, gid, additionalGids: groups },
      args,
      env: environment,
      cwd,
      capabilities: { bounding, effective, permitted: effective, inheritable: [], ambient: [] },
      noNewPrivileges,
    },
    root: { ...spec.root, readonly: readOnlyRoot },
    mounts: [...spec.mounts, ...container.mounts.map((mount, index) => bound(mount, join(bundle, `mount-${index}`)))],
    linux: { ...spec.linux, sysctl: sysctls },
  };
}

function bound({ path, kind, uid = 0, gid = 0, mode, content = '' }: RuncMount, source: string): unknown {
  if (kind === 'folder') mkdirSync(source);
  else writeFileSync(source, content);
  chownSync(source, uid, gid);
  chmodSync(source, mode);
  return { destination: path, type: 'bind', source, options: ['rbind', 'rw'] };
}
