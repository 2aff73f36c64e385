// An opened image, whatever the transport: its verified manifest and configuration, and where its layers' bytes are.
import type { Digest } from '../../platform/canonical.ts';
import type { ConfigSecret } from './secrets/config-secrets.ts';

/** How a layer blob is packed. `foreign`: not distributed with the image (Windows base layers), never fetched. */
export type LayerPacking = 'tar' | 'gzip' | 'zstd' | 'foreign';

/**
 * Where the bytes of a blob are; plain data, so that a worker can open it. `packed`: in a file that was packed with gzip as a whole, at an offset of
 * its unpacked bytes.
 */
export type BlobLocation =
  | { readonly kind: 'file'; readonly path: string; readonly offset: number; readonly length: number }
  | { readonly kind: 'packed'; readonly path: string; readonly offset: number; readonly length: number }
  | { readonly kind: 'registry'; readonly registry: string; readonly repository: string; readonly digest: Digest };

/** One layer as the manifest names it. */
export interface LayerDescriptor {
  /** Digest of the blob that the verified manifest pins; absent in docker archives, which pin none. */
  readonly digest?: Digest;
  /** Bytes of the blob as stored. */
  readonly size: number;
  readonly packing: LayerPacking;
  readonly location: BlobLocation;
}

/** The fields of an image configuration that the program uses (OCI image-spec config.md). */
export interface ImageConfig {
  readonly created?: string;
  /** `unknown` where the configuration does not name it; so is `architecture`. */
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string;
  readonly user?: string;
  readonly entrypoint?: readonly string[];
  readonly command?: readonly string[];
  readonly workingDirectory?: string;
  /** Paths that are to be volumes (`Volumes`), sorted; absent where there are none. */
  readonly volumes?: readonly string[];
  /** Values of PATH and HOME, which say where programs and files are looked for; absent where the image sets none. */
  readonly searchPath?: string;
  readonly home?: string;
  readonly environmentNames: readonly string[];
  readonly exposedPorts: readonly string[];
  /** Labels, and in their place the annotations of the manifest where it has any of that name (OCI image-spec annotations.md). */
  readonly labels: Readonly<Record<string, string>>;
  readonly historyLength: number;
  /** Secrets that environment, labels and history tell; absent where they tell none. */
  readonly secrets?: readonly ConfigSecret[];
  /** Digests of the unpacked layers as the configuration claims them, bottom first: claims to check, never keys. */
  readonly diffIds: readonly string[];
}

/** Content by digest and size in bytes. */
export interface BlobDescriptor {
  readonly digest: Digest;
  readonly size: number;
}

/** Files that lie in a directory or in a squashfs file system; plain data, so that a worker can walk them. */
export type FileTree =
  | { readonly kind: 'directory'; readonly path: string }
  | {
      readonly kind: 'squashfs';
      readonly path: string;
      /** Where the file system begins in the file, and its length (to the end of the file without), in bytes. */
      readonly offset: number;
      readonly length?: number;
      /** What lies beside it in the file and is not read, each in words. */
      readonly unread: readonly string[];
    };

/** An opened image. */
export interface ImageSource {
  /** Digest of the image manifest (single platform); of the configuration for docker archives; of the file listing for a tree. */
  readonly digest: Digest;
  /** The indexes that led to the image, outermost first: who signs a tag signs the index it names. Absent where none did. */
  readonly indexes?: readonly Digest[];
  /** Manifests of build attestations that an index keeps beside the image (BuildKit, attestation-storage.md). Absent where none does. */
  readonly attestations?: readonly BlobDescriptor[];
  /** `os/architecture[/variant]`. */
  readonly platform: string;
  readonly config: ImageConfig;
  /** Bottom first. */
  readonly layers: readonly LayerDescriptor[];
  /** Instead of layers, for `rootfs:`, `squashfs:` and `sif:`: the files to walk. */
  readonly tree?: FileTree;
}

/** Whether the image's digest fixes the bytes of its layers: not in docker archives, whose manifest names no digests. */
export function isPinned(source: ImageSource): boolean {
  return source.layers.every((layer) => layer.digest !== undefined || layer.packing === 'foreign');
}
