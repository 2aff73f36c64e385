// What is asked of an image: its configuration, its files with owners and modes, and what single files hold. Answers that are not known yet are collected,
// so that the layers can be read and the question asked again.
import type { Digest } from '../../platform/canonical.ts';
import type { FoundFile, ImageFiles } from '../../scan/image/image-files.ts';
import type { ImageConfig } from '../../scan/image/source.ts';
import type { Account, Group } from '../../scan/image/start/accounts.ts';
import type { FileCapabilities } from '../../scan/image/start/capability.ts';
import type { StartedFile } from '../../scan/image/start/program.ts';
import type { StartReaderId } from '../../scan/image/start/readers.ts';
import type { StartAnswer, StartQuestion } from '../../scan/read/start-facts.ts';

/** A value, or why it is not known. */
export type Known<T> = { readonly value: T } | { readonly unknown: string };

/** An image as the checks see it. */
export interface ImageStart {
  readonly config: ImageConfig;
  readonly files: ImageFiles;
  readonly accounts: () => Known<readonly Account[]>;
  readonly groups: () => Known<readonly Group[]>;
  readonly started: (found: FoundFile) => Known<StartedFile>;
  /** Of a file that has some; undefined where it has none. */
  readonly capabilities: (found: FoundFile) => Known<FileCapabilities | undefined>;
  /** `/app/run is 0755 0:0 in layer 3 of 4 (sha256:1234567890ab)`. */
  readonly fact: (found: FoundFile) => string;
}

/** A question about a file of the layer at a position. */
export interface LayerQuestion extends StartQuestion {
  readonly layer: number;
}

/** Files of accounts, of which real ones have kilobytes. */
const PASSWD = '/etc/passwd';
const GROUP = '/etc/group';

/** Collects questions and answers of one image. */
export class ImageQuestions {
  readonly #answers = new Map<string, StartAnswer>();
  readonly #open = new Map<string, LayerQuestion>();
  readonly image: ImageStart;

  /** `layers` lowest first. */
  constructor(config: ImageConfig, files: ImageFiles, layers: readonly Digest[]) {
    const digits = 'sha256:'.length + 12;
    this.image = {
      config,
      files,
      accounts: () => this.#read('accounts', PASSWD, []),
      groups: () => this.#read('groups', GROUP, []),
      started: (found) => this.#ask('started', found),
      capabilities: (found) => (found.file.capabilities ? this.#ask('capability', found) : { value: undefined }),
      fact: ({ path, file: { mode, uid, gid, layer } }) =>
        `${path} is ${mode.toString(8).padStart(4, '0')} ${uid}:${gid} in layer ${layer + 1} of ${layers.length} (${layers[layer]?.slice(0, digits)})`,
    };
  }

  /** Questions that were asked since the last call and have no answer. */
  takeOpen(): readonly LayerQuestion[] {
    const open = [...this.#open.values()];
    this.#open.clear();
    return open;
  }

  answer(question: LayerQuestion, answer: StartAnswer): void {
    this.#answers.set(keyOf(question), answer);
  }

  #read<T>(reader: StartReaderId, path: string, none: T): Known<T> {
    const found = this.image.files.find(path);
    return found === undefined ? { value: none } : this.#ask(reader, found);
  }

  #ask<T>(reader: StartReaderId, { path, file }: FoundFile): Known<T> {
    if (file.type !== 'file') return { unknown: `${path} is no file` };
    const question = { reader, path: file.written, layer: file.layer };
    const answer = this.#answers.get(keyOf(question));
    if (answer === undefined) {
      this.#open.set(keyOf(question), question);
      return { unknown: `${path} was not read` };
    }
    // What the store holds was made by the reader of that id and version.
    return 'data' in answer ? { value: answer.data as T } : { unknown: `${path}: ${answer.problem}` };
  }
}

function keyOf({ layer, reader, path }: LayerQuestion): string {
  return `${layer} ${reader} ${path}`;
}
