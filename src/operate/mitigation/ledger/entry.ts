// What the ledger of mitigations records, an entry a line. Entries hold names, places and digests; values that were captured stand encrypted beside it
// (content.ts). What is to be done is written before it is done: an intent without its outcome is what a killed run left behind.
import type { Digest } from '../../../platform/canonical.ts';
import type { VexText } from '../bundle/bundle.ts';

/** What was meant to be done to one object or node. */
export interface IntentEvent {
  readonly event: 'intent';
  /** Id of the mitigation on whose behalf. */
  readonly mitigation: string;
  readonly action: 'claim' | 'release';
  /** Name of the object: `apps/v1 deployments demo/web`, `node n1`. */
  readonly target: string;
  /** Regions that change, as path texts. */
  readonly paths: readonly string[];
  /** Mitigations whose claims on the object end with it, besides its own with `release`. */
  readonly replaces?: readonly string[];
  /** On a node something was not done: more is to come from there. */
  readonly unfinished?: true;
  /** All claims on the object once it is done. */
  readonly content: ContentReference;
}

/** Content that stands encrypted beside the ledger. */
export interface ContentReference {
  /** Name of its file. */
  readonly id: string;
  /** Of the plain content, which begins with random bytes: the digest tells nothing once the content is deleted. */
  readonly digest: Digest;
}

/** What became of an intent. */
export interface OutcomeEvent {
  readonly event: 'outcome';
  /** Sequence of the intent. */
  readonly of: number;
  /** `abandoned`: nothing was changed. */
  readonly outcome: 'done' | 'abandoned';
  /** What tells the object from another of its name, once it is done; absent when there is no object any more. */
  readonly uid?: string;
  readonly reason?: string;
}

/** A mitigation begins to be applied, anew or in another version or phase. */
export interface ApplyEvent {
  readonly event: 'apply';
  readonly mitigation: string;
  readonly version: number;
  /** Digest of the bundle. */
  readonly bundle: Digest;
  /** Key that signed it; absent when it changes nothing. */
  readonly signer?: string;
  readonly title: string;
  readonly cves: readonly string[];
  /** Who answers for it. */
  readonly owner?: string;
  readonly runbook?: string;
  /** What is said to users while it is active. */
  readonly vex?: VexText;
  /** ISO date. */
  readonly expires: string;
  /** It has policies that report in the phase `audit` and reject in `enforce`. */
  readonly audits?: boolean;
  readonly phase: 'audit' | 'enforce';
  /** Why policies reject although the audit names somebody, or could not tell: someone's words. */
  readonly accepted?: string;
  /** Nodes that it is for. */
  readonly nodes: readonly string[];
  /** Mitigations whose place it takes. */
  readonly supersedes: readonly string[];
  /** Mitigations beside which it must not be. */
  readonly conflicts?: readonly string[];
  /** Instant by which it is confirmed, or goes back; absent for what can lock nobody out. */
  readonly confirmBy?: string;
}

/** A step of a mitigation's life. */
export interface LifeEvent {
  readonly event: 'applied' | 'confirm' | 'backout' | 'backed-out';
  readonly mitigation: string;
  readonly reason?: string;
}

/** A value could not be given back, or not yet. */
export interface LeftEvent {
  readonly event: 'left';
  readonly mitigation: string;
  readonly target: string;
  readonly paths: readonly string[];
  readonly outcome: 'already-different' | 'impossible';
  readonly reason: string;
}

/** A script for nodes was written, whose results are to come. */
export interface ScriptEvent {
  readonly event: 'script';
  readonly mitigation: string;
  readonly action: 'apply' | 'backout';
  readonly script: Digest;
  readonly nodes: readonly string[];
  /** Under which the nodes keep what they found. */
  readonly run: string;
  /** It writes over whatever others put there. */
  readonly overwrites?: true;
  /** Places of the nodes that it changes, as path texts: results about others are not of it. */
  readonly places: readonly string[];
}

/** Someone says that a manual step was done, or undone; or, with the step `node NAME`, that the script was never run there. */
export interface AttestedEvent {
  readonly event: 'attested';
  readonly mitigation: string;
  readonly step: string;
  readonly done: boolean;
  readonly statement: string;
}

/** The cluster whose objects the ledger speaks of, from the first that was touched on. */
export interface ClusterEvent {
  readonly event: 'cluster';
  /** Uid of its namespace kube-system, which tells clusters apart. */
  readonly uid: string;
}

/** The first entry. */
export interface BeginEvent {
  readonly event: 'begin';
  readonly format: 1;
  /** What this ledger is of, as its keeper names it. */
  readonly site: string;
}

export type LedgerEvent =
  | BeginEvent
  | ClusterEvent
  | ApplyEvent
  | IntentEvent
  | OutcomeEvent
  | LifeEvent
  | LeftEvent
  | ScriptEvent
  | AttestedEvent;

/** An event with its place in the chain, when and who. */
export type LedgerEntry = LedgerEvent & {
  /** From 0, without gaps. */
  readonly sequence: number;
  /** ISO instant. */
  readonly at: string;
  readonly who: string;
  /** Hash of the entry before; of no entry for the first. */
  readonly previous: Digest;
};

type Form = 'text' | 'number' | 'truth' | 'texts' | 'texts, perhaps' | 'content';

/** Members on which readers of a ledger rely, by event. */
const FORMS: Readonly<Record<LedgerEvent['event'], Readonly<Record<string, Form>>>> = {
  begin: { site: 'text' },
  cluster: { uid: 'text' },
  apply: {
    mitigation: 'text',
    version: 'number',
    bundle: 'text',
    title: 'text',
    cves: 'texts',
    expires: 'text',
    phase: 'text',
    nodes: 'texts',
    supersedes: 'texts',
    conflicts: 'texts, perhaps',
  },
  intent: {
    mitigation: 'text',
    action: 'text',
    target: 'text',
    paths: 'texts',
    replaces: 'texts, perhaps',
    content: 'content',
  },
  outcome: { of: 'number', outcome: 'text' },
  applied: { mitigation: 'text' },
  confirm: { mitigation: 'text' },
  backout: { mitigation: 'text' },
  'backed-out': { mitigation: 'text' },
  left: { mitigation: 'text', target: 'text', paths: 'texts', outcome: 'text', reason: 'text' },
  script: { mitigation: 'text', action: 'text', script: 'text', run: 'text', nodes: 'texts', places: 'texts' },
  attested: { mitigation: 'text', step: 'text', done: 'truth', statement: 'text' },
};

/** Whether a value has the members of an event. */
export function isLedgerEvent(value: object): boolean {
  const event: unknown = Reflect.get(value, 'event');
  if (typeof event !== 'string' || !Object.hasOwn(FORMS, event)) return false;
  const form = FORMS[event as LedgerEvent['event']];
  return Object.entries(form).every(([name, wanted]) => hasForm(Reflect.get(value, name), wanted));
}

function hasForm(value: unknown, form: Form): boolean {
  const isTexts = Array.isArray(value) && value.every((one) => typeof one === 'string');
  switch (form) {
    case 'text':
      return typeof value === 'string';
    case 'number':
      return typeof value === 'number';
    case 'truth':
      return typeof value === 'boolean';
    case 'texts':
      return isTexts;
    case 'texts, perhaps':
      return value === undefined || isTexts;
    case 'content':
      return [Reflect.get(Object(value), 'id'), Reflect.get(Object(value), 'digest')].every(
        (one) => typeof one === 'string',
      );
  }
}
