// What applying a patch set restarts.

/** Kinds of restart, from the smallest to the largest (CSAF 2.0, 3.2.3.12.6, restart_required). */
export const RESTART_CATEGORIES = [
  'none',
  'vulnerable_component',
  'service',
  'parent',
  'dependencies',
  'connected',
  'machine',
  'zone',
  'system',
] as const;
export type RestartCategory = (typeof RESTART_CATEGORIES)[number];

/** One restart. */
export interface PatchRestart {
  readonly category: RestartCategory;
  /** `namespace/release`, or the slot of an image that no chart of the release names. */
  readonly subject: string;
  readonly details: string;
}
