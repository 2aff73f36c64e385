// Starts an API server anew as an operator would who edits the manifest by hand: for what somebody does behind the program's back.
import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseDocument } from 'yaml';
import type { TestNode } from './node.ts';

/** A changed annotation is another pod, which the kubelet starts anew. Does not wait until it is ready. */
export async function startAnew(node: TestNode): Promise<void> {
  const starts = node.running('kube-apiserver')?.starts ?? 0;
  const manifest = parseDocument(readFileSync(node.manifest, 'utf8'));
  manifest.setIn(['metadata', 'annotations', 'test/turn'], String(starts));
  writeFileSync(node.manifest, String(manifest), { mode: 0o600 });
  while ((node.running('kube-apiserver')?.starts ?? 0) <= starts) await sleep(50);
}
