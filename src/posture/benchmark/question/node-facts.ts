// What was collected of one node, for looking up: its processes, its files by path, what stands in them. What nobody looked for is told apart from what
// is not there. Paths are compared as they are written, without a slash at the end.
import type {
  AbsentObservation,
  ContentObservation,
  FailedObservation,
  FileObservation,
  NodeEvidence,
  ProcessObservation,
} from '../../../kubernetes/evidence/evidence.ts';
import { compareText } from '../../../platform/order.ts';

/** What is known of a path; `unseen`: nobody looked. */
export type PathFact = FileObservation | AbsentObservation | FailedObservation | { readonly kind: 'unseen' };

/** Facts of one node. */
export interface NodeFacts {
  readonly node: string;
  /** By number. */
  readonly processes: readonly ProcessObservation[];
  readonly at: (path: string) => PathFact;
  readonly contentOf: (path: string) => ContentObservation | undefined;
  /** Files and folders below a path, itself among them, sorted. */
  readonly below: (root: string) => readonly FileObservation[];
  /** What could not be read at or below a path. */
  readonly failedBelow: (root: string) => FailedObservation | undefined;
}

/** Links that are followed one after the other; Linux follows 40. */
const MOST_LINKS = 40;

/** The facts of a node. Where a path was seen twice, the later observation counts. */
export function factsOf({ node, observations }: NodeEvidence): NodeFacts {
  const processes: ProcessObservation[] = [];
  const files = new Map<string, FileObservation | AbsentObservation>();
  const contents = new Map<string, ContentObservation>();
  const failures = new Map<string, FailedObservation>();
  for (const one of observations) {
    if (one.kind === 'process') processes.push(one);
    else if (one.kind === 'file' || one.kind === 'absent') files.set(plainPath(one.path), one);
    else if (one.kind === 'content') contents.set(plainPath(one.path), one);
    else if (one.kind === 'failed') failures.set(plainPath(one.what), one);
  }
  const paths = [...files.keys()].sort(compareText);
  return {
    node,
    processes: processes.toSorted((a, b) => a.pid - b.pid),
    at: (path) => files.get(plainPath(path)) ?? failures.get(plainPath(path)) ?? { kind: 'unseen' },
    contentOf: (path) => contents.get(plainPath(path)),
    below: (root) =>
      paths.flatMap((path) => {
        const file = files.get(path);
        return file?.kind === 'file' && isBelow(path, root) ? [file] : [];
      }),
    failedBelow: (root) => [...failures.values()].find(({ what }) => isBelow(plainPath(what), root)),
  };
}

/** The file behind links, where it was seen; the link itself where it leads to nothing that was. */
export function followed(facts: NodeFacts, file: FileObservation): FileObservation {
  let current = file;
  for (let links = 0; links < MOST_LINKS && current.type === 'link' && current.target !== undefined; links += 1) {
    const next = facts.at(placed(current.target, current.path));
    if (next.kind !== 'file') return file;
    current = next;
  }
  return current.type === 'link' ? file : current;
}

/** Names under which a process runs: of its first argument and of its program's file. */
export function namesOf({ argv, exe }: ProcessObservation): readonly string[] {
  return [argv[0] ?? '', exe ?? ''].map((path) => path.slice(path.lastIndexOf('/') + 1)).filter((name) => name !== '');
}

function plainPath(path: string): string {
  return path.length > 1 ? path.replace(/\/+$/, '') : path;
}

function isBelow(path: string, root: string): boolean {
  const plain = plainPath(root);
  return path === plain || path.startsWith(plain === '/' ? '/' : `${plain}/`);
}

/** A link's target as a path: relative ones count from the link's folder (path_resolution(7)). */
function placed(target: string, link: string): string {
  const parts = target.startsWith('/') ? [] : link.split('/').slice(1, -1);
  for (const part of target.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}
