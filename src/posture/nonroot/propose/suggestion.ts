// What is proposed for one container, as data.
import type { JsonMap } from '../../../platform/json.ts';

/** What is proposed for one container. */
export interface Suggestion {
  readonly uid: number;
  readonly gid: number;
  /** Where the user comes from. */
  readonly why: string;
  /** Members of the container's securityContext. */
  readonly settings: JsonMap;
  /** Folders that get an empty volume, sorted. */
  readonly emptyFolders: readonly string[];
  /** The Pod needs an fsGroup, and has none. */
  readonly fsGroup: boolean;
  /** Sysctls that the Pod needs, by name. */
  readonly sysctls: Readonly<Record<string, string>>;
}
