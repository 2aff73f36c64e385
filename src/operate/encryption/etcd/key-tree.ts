// The branches of etcd's key bucket, which by far is the largest: its leaves are marked, not read. All leaves of a bbolt tree lie on one level, so that
// the first leaf tells that its whole level are leaves. Format: go.etcd.io/bbolt, node.go.
import { branchChildren } from './bolt-buckets.ts';
import type { ByteWindow } from './byte-window.ts';
import { KEY_LEAF, type ReachedPages } from './reached-pages.ts';

/** Marks the leaves below a page as KEY_LEAF, the branches and their continuations as reached. */
export async function markKeyLeaves(window: ByteWindow, reached: ReachedPages, root: number): Promise<void> {
  let level = reached.reach(root, KEY_LEAF) ? [root] : [];
  while (level.length > 0) {
    const next: number[] = [];
    for (const id of level) {
      const page = await reached.read(id);
      if (page === undefined) continue;
      if (!page.isBranch && id === level[0]) return;
      if (!page.isBranch || !reached.claim(page)) continue;
      for (const child of branchChildren(window.bytes, page)) if (reached.reach(child, KEY_LEAF)) next.push(child);
    }
    level = next.sort((a, b) => a - b);
  }
}
