// What a container starts: its command line out of Pod and image, the file behind it, the scripts that it runs and what they start in turn, all as a given
// user. Command and args as in the Kubernetes API reference v1.33, Container; the search of a program as execvp(3) and runc do it.

import { listOf, textOf } from '../../platform/json.ts';
import { LIMITS } from '../../platform/limits.ts';
import type { FoundFile } from '../../scan/image/image-files.ts';
import { type ScriptCall, scriptCalls } from '../../scan/image/start/script.ts';
import { barredFolder, mayAccess } from './access.ts';
import { type Mount, mountOver, textsOf } from './container.ts';
import type { JudgedContainer } from './judged.ts';

/** Where a program was looked for in vain, or what keeps the user from starting it. */
export interface StartProblem {
  /** `barred`: it is there and may not be started; `missing`: nothing is there; `hidden`: a volume lies over it; `unread`: it could not be looked into. */
  readonly kind: 'barred' | 'missing' | 'hidden' | 'unread';
  readonly reason: string;
  readonly facts: readonly string[];
}

/** A call of a script with the place where it stands. */
export interface PlacedCall extends ScriptCall {
  /** `/entrypoint.sh:12`, `the command:1`. */
  readonly place: string;
  /** The file behind it where the image has one. */
  readonly file?: FoundFile;
}

/** All that is started, as far as it can be told. */
export interface Started {
  /** Files that are executed. */
  readonly files: readonly FoundFile[];
  readonly calls: readonly PlacedCall[];
  readonly problems: readonly StartProblem[];
  /** What could not be followed, in words. */
  readonly unknown: readonly string[];
}

/** What a runtime takes for PATH where nobody sets it (containerd oci.WithDefaultPathEnv). */
const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
/** How many files one after another are followed. */
const DEPTH = 6;
const SHELL = /(?:^|\/)(?:a|ba|da|k|z)?sh$/;
const STARTERS = /(?:^|\/)(?:tini|dumb-init|catatonit|env|nice|nohup|exec|s6-setuidgid)$/;

/** The command line; undefined words where a variable of Kubernetes stands in them are left as they are. */
export function commandLine({ container, image }: Pick<JudgedContainer, 'container' | 'image'>): readonly string[] {
  const [command, args] = [textsOf(container.value, 'command'), textsOf(container.value, 'args')];
  if (command.length > 0) return [...command, ...args];
  const { entrypoint = [], command: own = [] } = image.config;
  return args.length > 0 ? [...entrypoint, ...args] : [...entrypoint, ...own];
}

/** The working directory: the Pod's, else the image's, else the root. */
export function workingDirectory({ container, image }: Pick<JudgedContainer, 'container' | 'image'>): string {
  return textOf(container.value, 'workingDir') || image.config.workingDirectory || '/';
}

/** Follows what a command line starts. */
export function startedBy(judged: JudgedContainer, words: readonly string[], place: string): Started {
  const following = new Following(judged);
  following.line(words, place, 0);
  return following;
}

class Following implements Started {
  readonly files: FoundFile[] = [];
  readonly calls: PlacedCall[] = [];
  readonly problems: StartProblem[] = [];
  readonly unknown: string[] = [];
  readonly #judged: JudgedContainer;
  readonly #seen = new Set<string>();

  constructor(judged: JudgedContainer) {
    this.#judged = judged;
  }

  /** A command line: its program and, behind a starter or as the argument of a script, the next one. */
  line(words: readonly string[], place: string, depth: number): void {
    const [program = '', ...rest] = words;
    if (program === '' || depth > DEPTH) return;
    if (/\$\(/.test(program)) {
      this.unknown.push(`${place}: ${program} is set by a variable`);
      return;
    }
    const file = this.#program(program, place, depth);
    if (SHELL.test(program)) this.#shell(rest, place, depth);
    else if (STARTERS.test(program)) {
      const at = rest.findIndex((word) => !/^-|^[A-Za-z_]\w*=/.test(word));
      if (at !== -1) this.line(rest.slice(at), place, depth + 1);
    } else if (file !== undefined && this.#isScript(file)) this.#argument(rest, place, depth);
  }

  /** `sh -c LINE` or `sh FILE`. */
  #shell(rest: readonly string[], place: string, depth: number): void {
    const at = rest.findIndex((word) => !/^[-+]/.test(word));
    const word = rest[at];
    if (word === undefined) return;
    const isLine = rest.slice(0, at).some((option) => /^-[a-z]*c$/.test(option));
    if (!isLine) {
      this.#script(word, place, depth);
      return;
    }
    const stops = rest.slice(0, at).some((option) => /^-[a-z]*e/.test(option)) ? 'set -e\n' : '';
    this.#follow(scriptCalls(stops + word), place, depth);
  }

  /** A file that an interpreter reads: it needs no mode to be executed. */
  #script(path: string, place: string, depth: number): void {
    const full = this.#absolute(path);
    const mount = mountOver(this.#judged.mounts, full);
    const found = this.#judged.image.files.find(full);
    if (mount !== undefined || found === undefined) {
      if (mount !== undefined) this.problems.push(hidden(full, mount));
      return;
    }
    if (!this.#reaches(found, 'read', place)) return;
    this.#into(found, depth);
  }

  /** What a script is given as its arguments is often what it executes in its place. */
  #argument(rest: readonly string[], place: string, depth: number): void {
    const [word = ''] = rest;
    if (word === '' || word.startsWith('-') || word.includes('$')) return;
    const found = this.#search(word);
    if (found !== undefined && found.file.type === 'file' && (found.file.mode & 0o111) !== 0)
      this.line(rest, place, depth + 1);
  }

  /** The program itself: found, reached, executable, and its interpreter too. */
  #program(program: string, place: string, depth: number): FoundFile | undefined {
    const candidates = this.#candidates(program);
    let barred: StartProblem | undefined;
    for (const path of candidates) {
      const mount = mountOver(this.#judged.mounts, path);
      const found = this.#judged.image.files.find(path);
      if (mount !== undefined) {
        if (candidates.length > 1 && found === undefined) continue;
        this.problems.push(hidden(path, mount));
        return undefined;
      }
      if (found === undefined || found.file.type !== 'file') continue;
      const problem = this.#barrier(found, 'execute', place);
      if (problem === undefined) {
        this.files.push(found);
        this.#into(found, depth);
        return found;
      }
      barred ??= problem;
    }
    if (barred !== undefined) this.problems.push(barred);
    else {
      const where = candidates.length === 1 ? candidates[0] : `${program} in ${this.#searchPath()}`;
      this.problems.push({ kind: 'missing', reason: `${place}: the image has no ${where}`, facts: [] });
    }
    return undefined;
  }

  /** Looks into a file that runs: an interpreter has to run as well, and a script starts others. */
  #into(found: FoundFile, depth: number): void {
    const { started } = this.#judged.image;
    if (this.#seen.has(found.path) || depth > DEPTH) return;
    this.#seen.add(found.path);
    // Scripts are small; what is larger is taken for a program.
    if (found.file.size > LIMITS.startFileBytes) return;
    const file = started(found);
    if ('unknown' in file) {
      this.problems.push({ kind: 'unread', reason: file.unknown, facts: [this.#judged.image.fact(found)] });
      return;
    }
    const { interpreter: [interpreter = '', ...options] = [], calls = [], kind } = file.value;
    if (kind !== 'script') return;
    if (!this.#reaches(found, 'read', found.path)) return;
    if (interpreter !== '') this.#program(interpreter, found.path, depth + 1);
    const named = /(?:^|\/)env$/.test(interpreter) ? options.find((word) => !/^-|=/.test(word)) : undefined;
    if (named !== undefined) this.#program(named, found.path, depth + 1);
    this.#follow(calls, found.path, depth);
  }

  #follow(calls: readonly ScriptCall[], place: string, depth: number): void {
    for (const call of calls) {
      const found = this.#search(call.program);
      this.calls.push({ ...call, place: `${place}:${call.line}`, ...(found === undefined ? {} : { file: found }) });
      // Others than root do not come here.
      if (call.rootOnly === true && this.#judged.identity.uid !== 0) continue;
      if (found === undefined || found.file.type !== 'file') continue;
      if (call.replaces === true || call.program.includes('/')) {
        const problem = call.tolerated === true ? undefined : this.#barrier(found, 'execute', `${place}:${call.line}`);
        if (problem !== undefined) this.problems.push(problem);
        else if (depth < DEPTH) {
          this.files.push(found);
          this.#into(found, depth + 1);
        }
      }
    }
  }

  #isScript(found: FoundFile): boolean {
    if (found.file.size > LIMITS.startFileBytes) return false;
    const file = this.#judged.image.started(found);
    return 'value' in file && file.value.kind === 'script';
  }

  /** The file of a name as it would be found; undefined where a volume lies over it. */
  #search(program: string): FoundFile | undefined {
    for (const path of this.#candidates(program)) {
      if (mountOver(this.#judged.mounts, path) !== undefined) continue;
      const found = this.#judged.image.files.find(path);
      if (found?.file.type === 'file') return found;
    }
    return undefined;
  }

  #candidates(program: string): readonly string[] {
    if (program.includes('/')) return [this.#absolute(program)];
    return this.#searchPath()
      .split(':')
      .map((folder) => this.#absolute(`${folder === '' ? '.' : folder}/${program}`));
  }

  #absolute(path: string): string {
    return path.startsWith('/') ? path : `${workingDirectory(this.#judged)}/${path}`;
  }

  #searchPath(): string {
    const { container, image } = this.#judged;
    const own = listOf(container.value, 'env').find((entry) => textOf(entry, 'name') === 'PATH');
    return textOf(own, 'value') || image.config.searchPath || DEFAULT_PATH;
  }

  #reaches(found: FoundFile, access: 'read' | 'execute', place: string): boolean {
    const problem = this.#barrier(found, access, place);
    if (problem !== undefined) this.problems.push(problem);
    return problem === undefined;
  }

  #barrier(found: FoundFile, access: 'read' | 'execute', place: string): StartProblem | undefined {
    const { actor, image, who } = this.#judged;
    const folder = barredFolder(found, actor);
    if (folder !== undefined) {
      const reason = `${place}: ${who} cannot search ${folder.path}, in which ${found.path} lies`;
      return { kind: 'barred', reason, facts: [image.fact(folder)] };
    }
    if (mayAccess(found.file, access, actor)) return undefined;
    return { kind: 'barred', reason: `${place}: ${who} cannot ${access} ${found.path}`, facts: [image.fact(found)] };
  }
}

function hidden(path: string, { volume, kind = 'unknown' }: Mount): StartProblem {
  return {
    kind: 'hidden',
    reason: `${path} lies in the volume ${volume} (${kind}), whose content is not known`,
    facts: [],
  };
}
