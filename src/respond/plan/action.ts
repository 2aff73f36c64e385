// An action: one thing that somebody does, and the findings that it removes. Tickets, patch sets and the build queue speak of these.
import type { SeverityLevel } from '../../scan/advisory/advisory.ts';

/** What can be done. */
export const ACTION_KINDS = [
  'rebuild-base',
  'rebuild-image',
  'newer-base',
  'minimal-base',
  'bump-dependency',
  'upgrade-third-party',
  'remove-package',
] as const;
export type ActionKind = (typeof ACTION_KINDS)[number];

/** An instance (slot and vulnerability) that an action removes, when it is fully fixable. */
export interface ClosedInstance {
  readonly slot: string;
  readonly vulnerability: string;
  readonly severity: SeverityLevel;
  /** Packages to be updated for it, `name fixedVersion`, sorted. */
  readonly packages: readonly string[];
}

/** One action. */
export interface Action {
  /** Stable over releases and rebuilds: kind and target, `rebuild-base sha256:…`, `bump-dependency pkg:npm/minimist in quay.io/x`. */
  readonly key: string;
  readonly kind: ActionKind;
  /** What is acted on: a base (its name or lowest layers), an image's logical repository, a package in its source. */
  readonly target: string;
  /** One line for people: "Rebuild the base of 14 images with zlib 1.2.12-r0". */
  readonly title: string;
  /** Slots that it touches, sorted. */
  readonly slots: readonly string[];
  /** Instances that it removes, sorted by severity, then slot and vulnerability. */
  readonly closes: readonly ClosedInstance[];
  /** Instances of several packages of which it updates some: they disappear when another action updates the others. Absent when there are none. */
  readonly helpsClose?: readonly ClosedInstance[];
  /** Instances without a fix where they are, which disappear with the package or the old base. Absent when there are none. */
  readonly alsoRemoves?: readonly ClosedInstance[];
  /** Whose images or packages these are. */
  readonly origin: 'own' | 'third-party' | 'mixed';
  /** Release line that the assessment belongs to, where lines.yaml names one. */
  readonly line?: string;
}
