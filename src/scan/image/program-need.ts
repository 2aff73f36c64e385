// What a command line asks of an image besides a program of the image's own: a shell, a script's interpreter, a tool of a base system. Pure.

/** `shell`: one is started; `script`: a file that a shell or another interpreter runs; `tool`: a program of a base system. */
export const NEED_KINDS = ['shell', 'script', 'tool'] as const;
/** One of them. */
export type NeedKind = (typeof NEED_KINDS)[number];

/** Something that an image must hold. */
export interface ProgramNeed {
  readonly kind: NeedKind;
  /** Name of the program; of a script its path. */
  readonly program: string;
}

const SHELLS: ReadonlySet<string> = new Set('ash bash busybox csh dash ksh mksh sh tcsh zsh'.split(' '));

/** Programs that come with a distribution's base, and that charts use in probes and hooks. A program of the image's own is none of them. */
const TOOLS: ReadonlySet<string> = new Set(
  (
    '[ awk base64 cat chgrp chmod chown cp curl cut date dd df dig du echo env expr false find grep gzip head hostname id install ip kill killall ' +
    'ln ls md5sum mkdir mktemp mv nc netstat nslookup pgrep pidof ping pkill printenv printf ps pwd readlink rm rmdir sed seq sha256sum sleep sort ss stat ' +
    'stty su sysctl tail tar tee test timeout touch tr true uname unzip wc wget which whoami xargs'
  ).split(' '),
);

/** Programs that start the one behind them. */
const STARTERS: ReadonlySet<string> = new Set(['tini', 'dumb-init', 'catatonit', 'exec', 'nice', 'gosu', 'su-exec']);

/** What a command line needs; undefined when it starts a program of the image's own. */
export function needOf(words: readonly string[], mounted: readonly string[] = []): ProgramNeed | undefined {
  const [first = '', ...rest] = words;
  if (first === '') return undefined;
  const name = nameOf(first);
  if (SHELLS.has(name)) return { kind: 'shell', program: name };
  if (STARTERS.has(name)) {
    const behind = rest.findIndex((word) => !word.startsWith('-') && !/^\d+$/.test(word));
    return behind === -1 ? undefined : needOf(rest.slice(behind), mounted);
  }
  const isMounted = mounted.some(
    (path) => path !== '' && (first === path || first.startsWith(`${path.replace(/\/$/, '')}/`)),
  );
  if (isMounted || /\.(?:sh|bash|ksh)$/.test(name)) return { kind: 'script', program: first };
  // Elsewhere a program of that name is the image's own: /opt/cni/bin/install.
  return TOOLS.has(name) && /^(?:\/(?:usr\/(?:local\/)?)?s?bin\/)?[^/]+$/.test(first)
    ? { kind: 'tool', program: name }
    : undefined;
}

/** Whether a word names a shell. */
export function isShell(word: string): boolean {
  return SHELLS.has(nameOf(word));
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
