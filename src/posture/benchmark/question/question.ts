// What the audit commands of kube-bench's checks ask, as data. A command is recognised (recognise.ts) and answered from collected evidence (answer.ts); the
// command itself is never run.

/** A name as it stands in a command: a literal path or program, or a variable such as `$kubeletconf` that stands for one (places.ts). */
export type Word = string;

/** Format of stat(1): `%a`, `%U`, `%G` and `%n` among literal characters. */
export type StatFormat = string;

/** What a command does about a file that is not there: print nothing, fail, or print these words. */
export type MissingFile = 'nothing' | 'error' | { readonly says: string };

/** One question. */
export type Question =
  /** `ps -ef | grep PROGRAM | grep -v grep`, or by name: `ps -fC PROGRAM`. */
  | { readonly kind: 'processes'; readonly program: Word; readonly by: 'line' | 'name' }
  /** `cat FILE` */
  | { readonly kind: 'content'; readonly file: Word }
  /** `stat -c FORMAT FILE`, of several one after the other. */
  | {
      readonly kind: 'stat';
      readonly files: readonly Word[];
      readonly format: StatFormat;
      readonly missing: MissingFile;
    }
  /** `find ROOT [-name NAME] | xargs stat -c FORMAT`; `guarded` behind `if test -e ROOT`. */
  | {
      readonly kind: 'tree';
      readonly root: Word;
      /** `*` for any run of characters. */
      readonly name?: string;
      readonly format: StatFormat;
      readonly guarded: boolean;
    }
  /** Files of the network plug-in: of the folder behind the kubelet's `--cni-conf-dir`, and of /var/lib/cni/networks. */
  | { readonly kind: 'network-files'; readonly program: Word; readonly format: StatFormat }
  /** The folder behind etcd's `--data-dir`, else the fallback. */
  | { readonly kind: 'data-directory'; readonly program: Word; readonly fallback?: Word; readonly format: StatFormat }
  /** The file behind the kubelet's `--client-ca-file=`, else the fallback. */
  | { readonly kind: 'client-authority'; readonly fallback: Word; readonly format: StatFormat }
  /** The first provider below the last `providers:` of the file behind `--encryption-provider-config`. */
  | { readonly kind: 'first-provider'; readonly program: Word };
