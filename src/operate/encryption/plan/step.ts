// What a plan consists of: steps that are safe one at a time, each with its reason and what is checked around it, and the two ways in which a plan
// ends: done, or refused with a way out.
import type { TransformerId } from './transformer-id.ts';

/** What an operator wants. All four are one thing to the planner: this transformer alone shall write and read, and hold every value. */
export interface Goal {
  readonly kind: 'enable' | 'rotate' | 'provider' | 'disable';
  readonly target: TransformerId;
}

/** What is looked at before or after a step; a step whose check fails is not taken, or ends in the configuration that reads everything. */
export type Check =
  /** All servers and the data are as the plan found them. */
  | 'state-unchanged'
  /** The keys in the configuration have the fingerprints of the plan. */
  | 'key-fingerprints'
  /** Every server answers `/readyz` with `informer-sync`. */
  | 'all-ready'
  /** This server answers `/readyz` with `informer-sync`, and its process began after its file was written. */
  | 'server-ready'
  /** A canary Secret is written through each server and read through each other one. */
  | 'canary-each-way'
  /** A canary Secret is written through this server and read through each other one; its stored value names the expected writer. */
  | 'canary-from-server'
  /** A canary Secret is written through each server whose process is not known. What it shows was in the data that the plan saw, else a new plan is made. */
  | 'canary-of-unknown'
  /** A backup is there that was made after the values were rewritten. */
  | 'backup-since-rewrite'
  /** The data is examined anew; the next step is decided by what it holds. */
  | 'data-examined'
  /** Every etcd member is up and has compacted to the revision. */
  | 'members-compacted';

/** The phases of a plan, in order. */
export type Phase = 'repair' | 'readable' | 'write' | 'rewrite' | 'forget' | 'retire';

interface AnyStep {
  readonly phase: Phase;
  readonly reason: string;
  readonly before: readonly Check[];
  readonly after: readonly Check[];
}

/** The file of one server is replaced and its process started anew; the list is in the order in which it is tried. */
export interface ApplyStep extends AnyStep {
  readonly kind: 'apply';
  readonly server: string;
  readonly transformers: readonly TransformerId[];
}

/** One server is started with the file that it has. */
export interface RestartStep extends AnyStep {
  readonly kind: 'restart';
  readonly server: string;
}

/** Every object is written again as it is, so that its value is of the target. */
export interface RewriteStep extends AnyStep {
  readonly kind: 'rewrite';
}

/** Old revisions are compacted: the API servers do it themselves every five minutes, unless told otherwise. Nothing else forgets the old values. */
export interface CompactStep extends AnyStep {
  readonly kind: 'compact';
}

/** The data is examined again. Changes nothing. */
export interface InspectStep extends AnyStep {
  readonly kind: 'inspect';
}

/** The next safe thing to do. */
export type Step = ApplyStep | RestartStep | RewriteStep | CompactStep | InspectStep;

/** The goal is reached: every server has the target alone, in file and process, and every value within reach is of it. */
export interface Done {
  readonly kind: 'done';
  readonly reason: string;
}

/** Nothing can be done safely; what the operator must do first. */
export interface Refused {
  readonly kind: 'refused';
  readonly reason: string;
  readonly wayOut: string;
}

/** What a plan answers. */
export type Next = Step | Done | Refused;
