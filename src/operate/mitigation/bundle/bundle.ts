// What a mitigation bundle says: what it is for, where it applies, which steps it takes, how it is verified, and until when it is meant to stay. The file is
// `mitigation.yaml`; its form: docs/guide/mitigations.md.
import type { JUSTIFICATIONS } from '../../../statements/statement.ts';
import type { VersionScheme } from '../../../versions/scheme.ts';
import type { Step } from '../step/step.ts';

/** A bundle as it was read and checked. */
export interface Bundle {
  /** Its id, the same in all its versions; a name of a file. */
  readonly mitigation: string;
  readonly version: number;
  readonly title: string;
  /** Ids of mitigations whose place it takes. */
  readonly supersedes: readonly string[];
  readonly cves: readonly string[];
  /** Who answers for it. */
  readonly owner: string;
  /** ISO date. */
  readonly created: string;
  /** ISO date after which it is to be renewed, replaced by the fix, or backed out. */
  readonly expires: string;
  /** How well it is known to work. */
  readonly assurance: 'untested' | 'canary' | 'tested';
  /** What it does about the risk; `none`: the vulnerability cannot be mitigated, only found, avoided and patched. */
  readonly effect: 'removes' | 'lowers' | 'none';
  /** What stops working, in words. */
  readonly impact: string;
  /** What must be started anew before it is in force. */
  readonly restarts: 'none' | 'pods' | 'services' | 'nodes';
  /** A page on how to live with it: an address, or a file beside the bundle. */
  readonly runbook?: string;
  /** All must hold for it to apply to a subject; none: it applies to every one. */
  readonly applies: readonly Condition[];
  /** None may hold. */
  readonly conflicts: readonly { readonly when: Condition; readonly reason: string }[];
  readonly steps: readonly Step[];
  readonly verify: readonly Verification[];
  /** What is said to users while it is active. */
  readonly vex?: VexText;
}

/** A question about one fact of a subject. Of several values of a fact one must fit. */
export type Condition =
  | { readonly fact: string; readonly present: boolean }
  | { readonly fact: string; readonly equals: string }
  | { readonly fact: string; readonly not: string }
  | VersionCondition;

/** A version in one of the ranges, by a scheme's own order. */
export interface VersionCondition {
  readonly fact: string;
  readonly scheme: VersionScheme;
  /** From a version on, and before another. */
  readonly ranges: readonly { readonly from?: string; readonly before?: string }[];
}

/** How it is told that the control works. The values of all steps are read back in any case. */
export type Verification = ProbeVerification | DeniedVerification | PodsVerification | HelmTestsVerification;

/** A harmless program on every node, run by the script. */
export interface ProbeVerification {
  readonly type: 'probe';
  readonly id: string;
  readonly command: readonly string[];
  /** The exit status that says that the control works. Before the mitigation it must be the other. */
  readonly passes: 'zero' | 'nonzero';
  /** Why it does no harm. */
  readonly harmless: string;
}

/** An object that the API server must refuse, tried without keeping it. */
export interface DeniedVerification {
  readonly type: 'denied';
  readonly id: string;
  readonly object: Readonly<Record<string, unknown>>;
}

/** A value that every running pod of a selection must have: pods that are older than the control do not, until they are started anew. */
export interface PodsVerification {
  readonly type: 'pods';
  readonly id: string;
  readonly namespaces?: readonly string[];
  readonly labels?: string;
  readonly path: string;
  /** Absent: nothing may stand there. */
  readonly value?: unknown;
}

/** Tests of chart releases, to be run before, after and after back-out. */
export interface HelmTestsVerification {
  readonly type: 'helm-tests';
  readonly id: string;
  readonly releases: readonly { readonly namespace: string; readonly name: string }[];
}

/** Words of a VEX statement. */
export interface VexText {
  readonly status: 'affected' | 'not_affected';
  readonly justification?: (typeof JUSTIFICATIONS)[number];
  /** With `affected`: what users do, or what was done. */
  readonly action?: string;
  /** With `not_affected`: why. */
  readonly impact?: string;
  readonly images?: readonly string[];
  readonly packages?: readonly string[];
}
