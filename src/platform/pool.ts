// A pool of worker threads: each job goes to one free worker, in the order given. Workers start when there is work and end with the pool.
import { Worker } from 'node:worker_threads';
import { type ErrorCode, LimitError, messageOf, ParseError, PlimsollError } from './errors.ts';

/** What a worker sends back: the result, or an error by its code and message. */
export type WorkerReply<R> =
  | { readonly ok: true; readonly result: R }
  | { readonly ok: false; readonly code: ErrorCode; readonly message: string };

/** A running pool. */
export interface Pool<J, R> {
  /** @throws PlimsollError as the worker reported it, or `internal` when the worker died. */
  run(job: J): Promise<R>;
  /** Ends the workers. Jobs that are not done, and later ones, are rejected. */
  close(): Promise<void>;
}

interface Waiting<J, R> {
  readonly job: J;
  readonly resolve: (result: R) => void;
  readonly reject: (error: Error) => void;
}

/** A pool of at most `size` workers that run the module at `entry`, each given `setting` as its workerData. */
export function createPool<J, R>(entry: URL, size: number, setting: unknown): Pool<J, R> {
  const queue: Waiting<J, R>[] = [];
  const idle: Worker[] = [];
  const workers = new Map<Worker, Waiting<J, R> | undefined>();
  let closed = false;

  function start(): Worker {
    const worker = new Worker(entry, { workerData: setting, execArgv: ['--disable-warning=ExperimentalWarning'] });
    worker.on('message', (reply: WorkerReply<R>) => {
      const waiting = workers.get(worker);
      workers.set(worker, undefined);
      idle.push(worker);
      if (reply.ok) waiting?.resolve(reply.result);
      else waiting?.reject(asError(reply.code, reply.message));
      next();
    });
    worker.on('error', (error) => fail(worker, error));
    worker.on('exit', () => fail(worker, new Error('the worker ended early')));
    workers.set(worker, undefined);
    return worker;
  }

  /** A worker that died takes its job with it and nothing else. */
  function fail(worker: Worker, error: unknown): void {
    const waiting = workers.get(worker);
    if (!workers.delete(worker)) return;
    const place = idle.indexOf(worker);
    if (place !== -1) idle.splice(place, 1);
    waiting?.reject(new PlimsollError('internal', `a worker thread failed: ${messageOf(error)}`, { cause: error }));
    if (!closed) next();
  }

  function next(): void {
    while (queue.length > 0) {
      const worker = idle.pop() ?? (workers.size < size ? start() : undefined);
      if (worker === undefined) return;
      const waiting = queue.shift();
      workers.set(worker, waiting);
      worker.postMessage(waiting?.job);
    }
  }

  return {
    run: (job) =>
      new Promise<R>((resolve, reject) => {
        if (closed) return reject(closedError());
        queue.push({ job, resolve, reject });
        next();
      }),
    close: async () => {
      closed = true;
      for (const { reject } of queue.splice(0)) reject(closedError());
      await Promise.all([...workers.keys()].map((worker) => worker.terminate()));
    },
  };
}

function closedError(): PlimsollError {
  return new PlimsollError('internal', 'the pool was closed');
}

function asError(code: ErrorCode, message: string): PlimsollError {
  if (code === 'parse') return new ParseError(message);
  if (code === 'limit') return new LimitError(message);
  return new PlimsollError(code, message);
}
