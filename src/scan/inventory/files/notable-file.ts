// A file that stands out, and why: what the walk keeps of entries whose content no cataloguer reads.
import type { Digest } from '../../../platform/canonical.ts';

/** A file that later checks ask about. */
export interface NotableFile {
  readonly path: string;
  readonly layer: Digest;
  readonly traits: readonly FileTrait[];
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

/** Why a file is notable, in the order in which traits are told. */
export const FILE_TRAITS = [
  'setuid',
  'setgid',
  'capabilities',
  'world-writable',
  'shell',
  'package-manager',
  'tool',
] as const;
export type FileTrait = (typeof FILE_TRAITS)[number];
