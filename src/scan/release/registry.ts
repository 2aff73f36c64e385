// All release adapters. Order matters for paths given without a scheme: the first that recognises what is there takes it.
import type { ReleaseAdapter } from './adapter.ts';
import { chart } from './chart/index.ts';
import { cluster } from './cluster/index.ts';
import { csm } from './csm/index.ts';
import { dirTree } from './dir-tree/index.ts';
import { images } from './images/index.ts';
import { manifests } from './manifests/index.ts';
import { sbom } from './sbom/index.ts';

/** The adapters that `scan` and `release show` know. */
export const RELEASE_ADAPTERS: readonly ReleaseAdapter[] = [csm, dirTree, chart, sbom, manifests, images, cluster];
