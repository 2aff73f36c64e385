// The steps of a mitigation, as data. Each is made of values at places (of objects of the cluster, of nodes) or is a procedure for people; capturing,
// comparing, applying, reading back and undoing is the same for all values, so that no step has an undo of its own that nobody ever tried.

/** An object as it is written in a manifest. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly [field: string]: unknown;
  };
  readonly [field: string]: unknown;
}

/** The name of an object that is there. */
export interface ObjectReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
  /** Plural name, for kinds that the program does not know. */
  readonly plural?: string;
}

interface Named {
  /** Unique within the bundle, kebab-case. */
  readonly id: string;
}

/** Makes an object that is not there. */
export interface CreateObjectStep extends Named {
  readonly type: 'create-object';
  readonly object: Manifest;
  readonly plural?: string;
}

/** Sets one value of an object, or takes it away. */
export interface SetFieldStep extends Named {
  readonly type: 'set-field';
  readonly object: ObjectReference;
  /** A path; `[*]` stands for every entry of a list that has a name. */
  readonly path: string;
  /** Absent: nothing may stand there. */
  readonly value?: unknown;
}

/** A policy of Kyverno's. It audits first; the platform's own namespaces are exempt. */
export interface KyvernoPolicyStep extends Named {
  readonly type: 'kyverno-policy';
  readonly policy: Manifest;
}

/** A NetworkPolicy. Never in the platform's own namespaces. */
export interface NetworkPolicyStep extends Named {
  readonly type: 'network-policy';
  readonly policy: Manifest;
}

/** Sets the seccomp profile of workloads; a profile of one's own is put on the nodes. */
export interface SeccompProfileStep extends Named {
  readonly type: 'seccomp-profile';
  readonly workloads: readonly ObjectReference[];
  /** `RuntimeDefault`, or the path of a profile below the kubelet's folder of profiles. */
  readonly profile: string;
  /** JSON of the profile, when it is one's own. */
  readonly content?: string;
}

/** A setting of the kernel, now and after every start. */
export interface SysctlStep extends Named {
  readonly type: 'sysctl';
  readonly key: string;
  readonly value: string;
}

/** Takes a kernel module out, and keeps it out. */
export interface KernelModuleStep extends Named {
  readonly type: 'kernel-module';
  readonly module: string;
}

/** The mode of a file of the system. */
export interface FileModeStep extends Named {
  readonly type: 'file-mode';
  readonly path: string;
  /** Octal, four digits. */
  readonly mode: string;
}

/** A file of root's on nodes. */
export interface FileStep extends Named {
  readonly type: 'file';
  readonly path: string;
  readonly content: string;
  readonly mode: string;
}

/** A file of rules of a service that watches the node, which reads it anew. */
export interface RuntimeRuleStep extends Named {
  readonly type: 'runtime-rule';
  readonly path: string;
  readonly content: string;
  /** Unit of systemd. */
  readonly unit: string;
}

/** Values of a chart release, which its owner sets with his own tools. */
export interface HelmValuesStep extends Named {
  readonly type: 'helm-values';
  readonly namespace: string;
  readonly release: string;
  readonly values: Readonly<Record<string, unknown>>;
}

/** What people do, and undo. */
export interface ManualStep extends Named {
  readonly type: 'manual';
  readonly do: string;
  readonly undo: string;
  /** How to tell that it is done. */
  readonly check: string;
}

export type Step =
  | CreateObjectStep
  | SetFieldStep
  | KyvernoPolicyStep
  | NetworkPolicyStep
  | SeccompProfileStep
  | SysctlStep
  | KernelModuleStep
  | FileModeStep
  | FileStep
  | RuntimeRuleStep
  | HelmValuesStep
  | ManualStep;
