// What collectors keep of a cluster and its nodes, and what checks read: allow-listed facts, each with where it was seen. Plain data, no behaviour.
// Checks are pure functions of it, so that they can be asked again when their definitions change. The files that carry it: part.ts, bundle.ts.
import type { Gap } from '../../platform/gap.ts';

/** What stands in the place of a secret that a collector took out. */
export const REDACTED = '[redacted]';

/** Everything that was collected of one cluster. Nodes are sorted by name, objects by API version, kind, namespace and name. */
export interface EvidenceBundle {
  readonly schemaVersion: 1;
  /** What joined the parts. */
  readonly tool: { readonly name: string; readonly version: string };
  /** Absent when no API server was asked. */
  readonly cluster?: ClusterIdentity;
  readonly nodes: readonly NodeEvidence[];
  readonly objects: readonly ObjectEvidence[];
  /** What was asked for and could not be read; `target` is a node, a kind of objects or the cluster. */
  readonly gaps: readonly Gap[];
}

/** Which cluster it is. */
export interface ClusterIdentity {
  /** Uid of the namespace kube-system: it lives as long as the cluster. */
  readonly id: string;
  /** Version of the API server, as `/version` writes it: `v1.20.2`. */
  readonly version: string;
  /** Address that was asked. */
  readonly server: string;
}

/** What one run of the collector saw on one node. */
export interface NodeEvidence {
  /** Name of the node: its host name, unless the collector was told another. */
  readonly node: string;
  /** SHA-256 in hexadecimal over a fixed word and /etc/machine-id, which itself must not be told (machine-id(5)). */
  readonly machineId?: string;
  /** RFC 3339, UTC, in seconds: `2026-11-22T18:00:00Z`. */
  readonly collectedAt: string;
  /** Version of the collector's format and probes. */
  readonly collector: string;
  /** Which probes ran: checks must not read the absence of a fact that nobody looked for. */
  readonly probes: readonly Probe[];
  /** In the order in which they were made. */
  readonly observations: readonly Observation[];
}

/** The collector's two parts: what the CIS Kubernetes Benchmark asks, and what a node's kernel and container runtimes are. */
export type Probe = 'benchmark' | 'node';

/** One fact of a node. */
export type Observation =
  | ProcessObservation
  | FileObservation
  | AbsentObservation
  | ContentObservation
  | CommandObservation
  | FailedObservation;

/** A running process of the allow-list: control plane, kubelet, etcd, container runtimes. */
export interface ProcessObservation {
  readonly kind: 'process';
  readonly pid: number;
  readonly ppid: number;
  /** Effective user: its name, or its number where it has none. */
  readonly user: string;
  /** Arguments with the program's own name first; values of flags that hold secrets read `[redacted]`. */
  readonly argv: readonly string[];
  /** Where the program's file is, when it could be told. */
  readonly exe?: string;
  /** `NAME=VALUE`, of etcd alone and only what configures it (`ETCD_…`): flags may stand there instead. Absent when it could not be read. */
  readonly environment?: readonly string[];
}

/** A file that is there, itself and not what a link leads to: that stands as an observation of its own. */
export interface FileObservation {
  readonly kind: 'file';
  readonly path: string;
  readonly type: 'file' | 'directory' | 'link' | 'other';
  /** Octal, as `stat -c %a` writes it: `644`, `4755`. */
  readonly mode: string;
  /** Name, or `UNKNOWN` where the number has none. */
  readonly owner: string;
  readonly group: string;
  readonly uid: number;
  readonly gid: number;
  /** Bytes. */
  readonly size: number;
  /** Seconds since 1970 of the last change of the content: for a kernel or a module's folder, when it was installed or built. */
  readonly modified: number;
  /** Where a link leads, as it is written in it. */
  readonly target?: string;
  /** Seen in the mount namespace of this process, where its flags point; absent: the node's own. */
  readonly pid?: number;
}

/** A path that was looked for and is not there. */
export interface AbsentObservation {
  readonly kind: 'absent';
  readonly path: string;
}

/** What stands in a file of the allow-list. */
export interface ContentObservation {
  readonly kind: 'content';
  readonly path: string;
  /** Secret values read `[redacted]`. */
  readonly text: string;
  /** SHA-256 in hexadecimal of `text`, hence of what was kept. */
  readonly sha256: string;
  /** Whether anything was replaced. */
  readonly redacted: boolean;
  /** Read in the mount namespace of this process, where its flags point; absent: the node's own. */
  readonly pid?: number;
}

/**
 * One of the collector's own fixed commands, and what it printed on stdout. `setuid PLACE` and `modules-of KERNEL` are searches: they are told once all of
 * the place was looked through, so that it is known when there was nothing to be found.
 */
export interface CommandObservation {
  readonly kind: 'command';
  readonly command: readonly string[];
  readonly exit: number;
  readonly output: string;
}

/** What could not be read, and why: no permission, no such program, larger than is kept. Never a reason to pass. */
export interface FailedObservation {
  readonly kind: 'failed';
  /** A path, a command, or a probe's name. */
  readonly what: string;
  readonly reason: string;
}

/** An object of the API, without managed fields and without what may hold secrets. */
export interface ObjectEvidence {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
  readonly object: Readonly<Record<string, unknown>>;
}
