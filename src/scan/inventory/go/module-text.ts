// Reads the module text of Go's build information: lines of a word and values, separated by tabs.
// Format: Go, src/runtime/debug/mod.go, BuildInfo.String and ParseBuildInfo; module paths: golang.org/ref/mod, "Module paths".
import { problemLog } from '../problem-log.ts';
import { isToken, quoted } from '../token.ts';

/** A module as the text names it. The version is empty where the text has none. */
export interface GoModule {
  readonly path: string;
  readonly version: string;
  /** What was built in its stead: another module, or a directory (`./x`, without version). */
  readonly replacement?: { readonly path: string; readonly version: string };
}

/** The parts of a module text that say what a program is made of. */
export interface ModuleText {
  /** Import path of the main package. */
  readonly path?: string;
  /** The module that the main package belongs to. */
  readonly main?: GoModule;
  /** The modules that it was built with. */
  readonly modules: readonly GoModule[];
  /** `vcs.revision`: the commit that the main module was built from. */
  readonly revision?: string;
}

const MODULE_PATH = /^[^/]+(?:\/[^/]+)*$/;

/** The text's content. Lines of other words are passed over, as Go's own reader does; unusable module lines are problems. */
export function parseModuleText(text: string): { readonly content: ModuleText; readonly problems: readonly string[] } {
  const problems = problemLog();
  const modules: GoModule[] = [];
  let path: string | undefined;
  let main: GoModule | undefined;
  let revision: string | undefined;
  /** Puts the replacement of the module line before. */
  let replace: ((replacement: GoModule) => void) | undefined;
  for (const line of text.split('\n')) {
    const [word, ...values] = line.split('\t');
    switch (word) {
      case 'path':
        if (isToken(values[0] ?? '')) path = values[0];
        break;
      case 'mod':
      case 'dep': {
        replace = undefined;
        const module = readModule(values);
        if (module === undefined || !MODULE_PATH.test(module.path)) {
          problems.add(() => `an unusable module: ${quoted(line)}`);
        } else if (word === 'mod') {
          main = module;
          replace = (replacement) => {
            main = { ...module, replacement };
          };
        } else {
          const index = modules.push(module) - 1;
          replace = (replacement) => {
            modules[index] = { ...module, replacement };
          };
        }
        break;
      }
      case '=>': {
        const replacement = readModule(values);
        if (replacement === undefined || replace === undefined) {
          problems.add(() => `an unusable replacement of a module: ${quoted(line)}`);
        } else replace(replacement);
        replace = undefined;
        break;
      }
      case 'build':
        if (values[0]?.startsWith('vcs.revision=') === true) revision = revisionOf(values[0]);
        break;
    }
  }
  const content = {
    modules,
    ...(path === undefined ? {} : { path }),
    ...(main === undefined ? {} : { main }),
    ...(revision === undefined ? {} : { revision }),
  };
  return { content, problems: problems.list() };
}

/** Path, version and a checksum, which nobody asks for. */
function readModule([path = '', version = '']: readonly string[]): GoModule | undefined {
  return isToken(path) && (version === '' || isToken(version)) ? { path, version } : undefined;
}

function revisionOf(setting: string): string | undefined {
  const value = setting.slice('vcs.revision='.length);
  return isToken(value) ? value : undefined;
}
