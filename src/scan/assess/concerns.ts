// Whether an advisory is about a build of a package at all. In rpm distributions advisories may name installed packages instead of sources,
// the module that a build comes from, and architectures. Rules: docs/guide/counting.md, "Matching".
import type { Advisory } from '../advisory/advisory.ts';
import { isModular } from '../advisory/module-stream.ts';
import { UNKNOWN_PLATFORM } from '../image/platform.ts';
import type { Package } from '../inventory/package.ts';
import type { Answer } from './covers.ts';

/** An installed package as advisories may describe it. */
export interface Build {
  readonly name: string;
  readonly version: string;
  /** `NAME:STREAM`; `none` outside of all modules; `unnamed` of a module that the package database does not name. */
  readonly module: string;
  readonly architecture?: string;
}

/** Values of an advisory's `module` that are no module. */
const NONE = 'none';
const UNNAMED = 'unnamed';

/** The build behind an installed rpm package. */
export function buildOf({ name, version, module, purl }: Package): Build {
  const [moduleName, stream] = module?.split(':') ?? [];
  const architecture = /[?&]arch=([^&#]+)/.exec(purl)?.[1];
  return {
    name,
    version,
    module: stream !== undefined ? `${moduleName}:${stream}` : isModular(version) ? UNNAMED : NONE,
    ...(architecture === undefined ? {} : { architecture }),
  };
}

/** Whether the advisory is about the subject's build; `unknown` where a module has no name. */
export function concerns(
  advisory: Advisory,
  { name, binary }: { readonly name: string; readonly binary?: Build },
): Answer {
  if (binary === undefined) return advisory.binary === true ? 'no' : 'yes';
  if (advisory.package !== (advisory.binary === true ? binary.name : name)) return 'no';
  const { architectures } = advisory;
  if (
    architectures !== undefined &&
    binary.architecture !== undefined &&
    !architectures.includes(binary.architecture)
  ) {
    return 'no';
  }
  return concernsModule(moduleOf(advisory), binary.module);
}

/**
 * Whether the advisory is about builds for other platforms only, such as a flaw that only programs for Windows have. What an image does not say of its
 * platform rules nothing out.
 */
export function isElsewhere({ platforms }: Advisory, { platform }: { readonly platform?: string }): boolean {
  if (platforms === undefined || platform === undefined) return false;
  const [system, architecture] = platform.split('/');
  return platforms.every((named) => {
    const [wantedSystem, wantedArchitecture] = named.split('/');
    return isOther(wantedSystem, system) || isOther(wantedArchitecture, architecture);
  });
}

function isOther(wanted: string | undefined, stated: string | undefined): boolean {
  return wanted !== '*' && stated !== UNKNOWN_PLATFORM && wanted !== stated;
}

/** The advisory's module. Where the publisher does not speak of modules, its fixed versions tell whether they are builds of one. */
function moduleOf({ module, ranges }: Advisory): string | undefined {
  if (module !== undefined) return module;
  const fixes = ranges.flatMap(({ fixed }) => fixed ?? []);
  const modular = fixes.filter(isModular);
  if (fixes.length === 0 || (modular.length > 0 && modular.length < fixes.length)) return undefined;
  return modular.length > 0 ? UNNAMED : NONE;
}

function concernsModule(wanted: string | undefined, installed: string): Answer {
  if (wanted === undefined) return 'yes';
  if (wanted === NONE || installed === NONE) return wanted === installed ? 'yes' : 'no';
  if (wanted === UNNAMED || installed === UNNAMED) return 'unknown';
  return wanted === installed ? 'yes' : 'no';
}
