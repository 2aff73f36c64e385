// The worker thread of a scan: takes layer jobs, reads the bytes wherever they are, and answers with reports. Between jobs it keeps connections, and its place
// in a packed archive.
import { parentPort, workerData } from 'node:worker_threads';
import { messageOf, PlimsollError } from '../../platform/errors.ts';
import type { WorkerReply } from '../../platform/pool.ts';
import { BlobReader } from '../image/blob.ts';
import { hashLayer } from '../image/layer/hash-layer.ts';
import type { LayerReport } from '../image/layer/layer-report.ts';
import { readLayer } from '../image/layer/read-layer.ts';
import type { ExtraRead } from '../image/layer/readers.ts';
import { readRootfs } from '../image/layer/rootfs.ts';
import { readSquashfs } from '../image/layer/squashfs.ts';
import type { RegistryAccess } from '../image/registry/access.ts';
import { RegistryClient } from '../image/registry/client.ts';
import type { FileTree } from '../image/source.ts';
import { withRegion } from '../image/squashfs/region-file.ts';
import { START_READERS } from '../image/start/readers.ts';
import { CATALOGUERS } from '../inventory/registry.ts';
import type { LayerJob, LayerJobResult } from './layer-job.ts';

const access = workerData as RegistryAccess;
let client: RegistryClient | undefined;
const blobs = new BlobReader(() => {
  client ??= new RegistryClient(access);
  return client;
});

parentPort?.on('message', async (job: LayerJob) => {
  parentPort?.postMessage(await answer(job));
});

async function answer(job: LayerJob): Promise<WorkerReply<LayerJobResult>> {
  try {
    return { ok: true, result: await work(job) };
  } catch (error) {
    const code = error instanceof PlimsollError ? error.code : 'internal';
    return { ok: false, code, message: messageOf(error) };
  }
}

function readTree(tree: FileTree, extra: readonly ExtraRead[]): LayerReport {
  if (tree.kind === 'directory') return readRootfs(tree.path, CATALOGUERS, extra);
  const { unread } = tree;
  return withRegion(tree, (region) => readSquashfs(region, { readers: CATALOGUERS, extra, unread }));
}

async function work(job: LayerJob): Promise<LayerJobResult> {
  if (job.kind === 'hash') return hashLayer(blobs.read(job.blob));
  const extra = job.extra ?? [];
  const report =
    job.kind === 'tree'
      ? readTree(job.tree, extra)
      : await readLayer(() => blobs.read(job.blob), {
          readers: job.start === true ? START_READERS : CATALOGUERS,
          extra,
          ...(job.expected === undefined ? {} : { expected: job.expected }),
        });
  return { digest: report.digest, report };
}
