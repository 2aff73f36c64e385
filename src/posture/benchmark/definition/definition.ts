// A benchmark as a kube-bench `cfg` folder states it: sections of checks, and where each component of Kubernetes is looked for. Plain data. The format is
// that of aquasecurity/kube-bench (docs/controls.md there); titles and remediation are the user's copy of it, none of them ships with the program.

/** The kinds of node that sections speak of; the last two are asked once a cluster. */
export const SECTION_TYPES = ['master', 'etcd', 'controlplane', 'node', 'policies', 'managedservices'] as const;
export type SectionType = (typeof SECTION_TYPES)[number];

/** One condition on what an audit printed. */
export interface TestItem {
  /** Looked for in the output of `audit`; a regular expression of Go. */
  readonly flag: string;
  /** JSONPath into the output of `auditConfig`. */
  readonly path: string;
  /** Variable in the output of `auditEnv`. */
  readonly env: string;
  /** Whether it must be there; true unless stated. */
  readonly set: boolean;
  /** How its value is held against another; absent: being there is enough. */
  readonly compare?: { readonly op: string; readonly value: string };
}

/** The conditions of a check. */
export interface CheckTests {
  readonly items: readonly TestItem[];
  /** `and`, `or`, or empty, which is `and`; anything else is an error when the check is judged. */
  readonly operation: string;
}

/** One check of a benchmark. */
export interface Check {
  /** As written: `1.2.10`. */
  readonly id: string;
  readonly title: string;
  /** Shell text. It is recognised, never run. */
  readonly audit: string;
  readonly auditConfig: string;
  readonly auditEnv: string;
  /** `manual`, `skip`, or empty. */
  readonly type: string;
  readonly tests?: CheckTests;
  readonly remediation: string;
  /** A failed check that is not scored only warns. */
  readonly scored: boolean;
  /** Every line of the output must meet the conditions. */
  readonly multiple: boolean;
}

/** Checks under one heading. */
export interface CheckGroup {
  readonly id: string;
  readonly title: string;
  readonly checks: readonly Check[];
}

/** One file of checks. */
export interface Section {
  readonly id: string;
  readonly title: string;
  readonly type: SectionType;
  readonly groups: readonly CheckGroup[];
}

/** A benchmark of the folder. */
export interface Benchmark {
  /** Name of its folder: `cis-1.20`. */
  readonly name: string;
  /** By number. */
  readonly sections: readonly Section[];
  readonly places: Places;
}

/** Where one component is looked for: `kubelet`, `apiserver`. */
export interface ComponentPlaces {
  readonly name: string;
  /** It need not run on the nodes of the section. */
  readonly optional: boolean;
  /** Names of its program, the first that runs counts. */
  readonly programs: readonly string[];
  /** Candidates by what they are, the first that is there counts. */
  readonly files: Readonly<Record<PlaceKind, FilePlaces>>;
}

/** Kinds of file with the word that stands behind the component in a variable: `$kubeletconf`. */
export const PLACE_KINDS = ['conf', 'svc', 'kubeconfig', 'cafile', 'datadir'] as const;
export type PlaceKind = (typeof PLACE_KINDS)[number];

/** Candidates for one file. */
export interface FilePlaces {
  readonly candidates: readonly string[];
  /** Stands when none of the candidates is there. */
  readonly fallback?: string;
}

/** Components by the section that names them. */
export type Places = ReadonlyMap<SectionType, readonly ComponentPlaces[]>;
