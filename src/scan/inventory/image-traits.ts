// What checks of build hygiene ask of an image besides its packages: how it is configured to run, how large its layers are, and which files stand out.
// Few bytes an image, since every assessment carries them. Pure.
import type { Digest } from '../../platform/canonical.ts';
import { LIMITS } from '../../platform/limits.ts';
import { needOf, type ProgramNeed } from '../image/program-need.ts';
import type { ImageConfig } from '../image/source.ts';
import { FILE_TRAITS, type FileTrait, type NotableFile } from './files/notable-file.ts';

/** A file that stands out. */
export interface TraitFile {
  readonly path: string;
  /** Position in the inventory's layers, from 0 for the lowest. */
  readonly layer: number;
  /** Permission bits with setuid, setgid and sticky. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

/** The files of one trait. */
export interface TraitFiles {
  readonly count: number;
  /** The first by path, at most `LIMITS.traitFiles`. */
  readonly first: readonly TraitFile[];
}

/** What an image starts. */
export interface ImageEntry {
  /** First word of the entry point, else of the command. */
  readonly program: string;
  /** Whether it is a shell that is given a line to interpret (Dockerfile reference, "Shell form"). */
  readonly shellForm: boolean;
  /** What it asks of a base system, behind starters such as tini too; absent where the program is the image's own. */
  readonly need?: ProgramNeed;
}

/** How an image was made and is to run. */
export interface ImageTraits {
  /** `User` of the configuration; absent where it names none, which means root (OCI image-spec config.md). */
  readonly user?: string;
  readonly entry?: ImageEntry;
  /** `80/tcp`, sorted. */
  readonly ports: readonly string[];
  /** Unpacked bytes of each layer, lowest first. */
  readonly layerBytes: readonly number[];
  /** Traits that no file has are absent. */
  readonly files: Readonly<Partial<Record<FileTrait, TraitFiles>>>;
}

/** What of an image is told. `files` sorted by path. */
export function imageTraits(
  config: ImageConfig,
  layers: readonly { readonly digest: Digest; readonly unpackedBytes: number }[],
  files: readonly NotableFile[],
): ImageTraits {
  const { user, entrypoint = [], command = [], exposedPorts } = config;
  const words = [...entrypoint, ...command];
  const [program] = words;
  const need = needOf(words);
  // A layer that comes twice brought the file the last time.
  const positions = new Map(layers.map(({ digest }, index) => [digest, index]));
  const byTrait = FILE_TRAITS.flatMap((trait) => {
    const having = files.filter(({ traits }) => traits.includes(trait));
    if (having.length === 0) return [];
    const first = having
      .slice(0, LIMITS.traitFiles)
      .map(({ path, layer, mode, uid, gid }) => ({ path, layer: positions.get(layer) ?? 0, mode, uid, gid }));
    return [[trait, { count: having.length, first }] as const];
  });
  return {
    ...(user === undefined ? {} : { user }),
    ...(program === undefined
      ? {}
      : { entry: { program, shellForm: isShellForm(words), ...(need === undefined ? {} : { need }) } }),
    ports: exposedPorts,
    layerBytes: layers.map(({ unpackedBytes }) => unpackedBytes),
    files: Object.fromEntries(byTrait),
  };
}

/** `sh -c LINE`, as builders write what is given as one text; also with further options before the `c`. */
function isShellForm([program = '', option = '']: readonly string[]): boolean {
  return /(?:^|\/)(?:a|ba|da|k|z)?sh$/.test(program) && /^-[a-z]*c$/.test(option);
}
