// Places of a node that steps change, and their values as one line of text each, in which scripts and ledger compare them.
import type { Path } from '../field/path.ts';

/** Kinds of places. */
export const NODE_PLACES = ['sysctl', 'file', 'mode', 'module'] as const;
export type NodePlaceKind = (typeof NODE_PLACES)[number];

/** A place of a node, and what is to stand there. */
export interface NodeEdit {
  readonly kind: NodePlaceKind;
  /** `user.max_user_namespaces`, a path, the name of a module. */
  readonly key: string;
  /**
   * sysctl: its value. file: `0644 0:0 BASE64`, absent for no file. mode: `0755`, found as `4755 SHA256` with the digest of the file's content, by which a
   * file that a package update replaced is told. module: `loaded` or `absent`.
   */
  readonly value?: string;
}

/** Where the place stands in the document that the ledger keeps of a node. */
export function nodePath({ kind, key }: Pick<NodeEdit, 'kind' | 'key'>): Path {
  return [kind, key];
}

/** The value of a file with the content, owned by root. */
export function fileValue(content: string, mode: string): string {
  return `${mode} 0:0 ${Buffer.from(content).toString('base64')}`;
}

/** Whether the value that was found is the one that was wanted: of a mode, the digest of the file's content does not count. */
export function isWanted(kind: NodePlaceKind, found: string | undefined, wanted: string | undefined): boolean {
  if (kind !== 'mode') return found === wanted;
  return found?.split(' ')[0] === wanted?.split(' ')[0];
}
