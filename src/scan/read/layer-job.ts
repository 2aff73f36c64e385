// The jobs that the scan hands to its worker threads, and where their entry is.
import type { Digest } from '../../platform/canonical.ts';
import type { StoredBlob } from '../image/blob.ts';
import type { LayerReport } from '../image/layer/layer-report.ts';
import type { ExtraRead } from '../image/layer/readers.ts';
import type { FileTree } from '../image/source.ts';

/** `read` walks a layer, `hash` only computes the digests of a local blob that no manifest pins, `tree` walks files that lie in no layer. */
export type LayerJob =
  | {
      readonly kind: 'read';
      readonly blob: StoredBlob;
      readonly expected?: Digest;
      readonly extra?: readonly ExtraRead[];
      /** Not the cataloguers read, but those of scan/image/start what `extra` asks for. */
      readonly start?: true;
    }
  | { readonly kind: 'hash'; readonly blob: StoredBlob }
  | { readonly kind: 'tree'; readonly tree: FileTree; readonly extra?: readonly ExtraRead[] };

/** `report` for `read` and `tree`, `diffId` (digest of the unpacked bytes) for `hash`, `digest` for all. */
export interface LayerJobResult {
  readonly digest: Digest;
  readonly diffId?: Digest;
  readonly report?: LayerReport;
}

/** The worker's module: beside this one in the sources, at the top of the built program. */
export function layerWorkerEntry(): URL {
  const here = import.meta.url;
  return here.endsWith('.ts')
    ? new URL('./layer-worker.ts', here)
    : new URL(here.includes('/chunks/') ? '../layer-worker.js' : './layer-worker.js', here);
}
