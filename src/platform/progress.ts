// Progress of a long run: one line on a terminal's stderr that is rewritten in place and gone at the end. Never in a pipe or a log.
import { fitEnd, printable } from './printable.ts';

/** A line that says what is being done. */
export interface Progress {
  /** Shows the text instead of the one before; calls that follow too fast are dropped. */
  update(text: string): void;
  /** Clears the line. Later updates show it again. */
  done(): void;
}

/** The outside world as progress sees it. */
export interface ProgressOptions {
  readonly write: (text: string) => void;
  /** Without a terminal nothing is written. */
  readonly isTerminal: boolean;
  readonly now: () => Date;
  /** Width of the terminal: a line that wraps could not be cleared. 80 unless given. */
  readonly columns?: number;
}

/** Milliseconds between two writes: fast enough to look alive, slow enough to cost nothing over a slow line. */
const INTERVAL_MS = 100;
/** Back to the first column, erase to the end of the line (ECMA-48 CR and EL). */
const CLEAR = '\r\x1b[K';

/** A progress line on the terminal, or one that does nothing where there is no terminal. */
export function createProgress(options: ProgressOptions): Progress {
  if (!options.isTerminal) return { update: () => undefined, done: () => undefined };
  let shownAt = Number.NEGATIVE_INFINITY;
  let shown = '';
  return {
    update(text) {
      const line = fitEnd(printable(text), (options.columns ?? 80) - 1, '...');
      const now = options.now().getTime();
      if (line === shown || now - shownAt < INTERVAL_MS) return;
      shownAt = now;
      shown = line;
      options.write(CLEAR + line);
    },
    done() {
      if (shown !== '') options.write(CLEAR);
      shown = '';
      shownAt = Number.NEGATIVE_INFINITY;
    },
  };
}
