// The process in which targets are fuzzed: may be killed at any time by the one that started it (run.ts). Takes one job as its argument.
import { fuzz } from './session.ts';
import { findTarget } from './targets.ts';

/** What a worker is asked to do; as JSON. */
export interface Job {
  readonly targets: readonly string[];
  readonly seed: number;
  readonly millisecondsEach: number;
  readonly folder: string;
  readonly current: string;
}

/** What a worker tells; bytes as base64. */
export type Told =
  | { readonly told: 'started'; readonly target: string }
  | { readonly told: 'done'; readonly target: string; readonly runs: number }
  | {
      readonly told: 'found';
      readonly target: string;
      readonly kind: string;
      readonly cause: string;
      readonly message: string;
      readonly input: string;
    };

function tell(message: Told): void {
  process.send?.(message);
}

// Without the one that listens and watches, there is no point in going on.
process.on('disconnect', () => process.exit());

const job: Job = JSON.parse(process.argv[2] ?? '');
for (const id of job.targets) {
  tell({ told: 'started', target: id });
  const runs = await fuzz(findTarget(id), {
    seed: job.seed,
    milliseconds: job.millisecondsEach,
    folder: job.folder,
    current: job.current,
    onFinding: ({ target, kind, cause, message, input }) =>
      tell({ told: 'found', target, kind, cause, message, input: input.toString('base64') }),
  });
  tell({ told: 'done', target: id, runs });
}
process.disconnect();
