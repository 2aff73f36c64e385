// A bundle as the work that it comes to: values of objects, places of nodes, procedures for people; and what kind of care the steps ask for.
import type { Bundle } from './bundle/bundle.ts';
import type { Value } from './field/document.ts';
import type { NodeEdit } from './node/place.ts';
import type { ObjectEdits } from './run/apply.ts';
import type { ObjectDriver } from './run/driver.ts';
import type { ReleaseEdits } from './run/releases.ts';
import { careOf } from './step/care.ts';
import { type HandWork, type Phase, type StepWork, stepWork } from './step/kinds.ts';

/** The whole work of a bundle. */
export interface BundleWork {
  readonly steps: readonly (StepWork & { readonly id: string })[];
  /** A step can reject what users do: it reports first. */
  readonly rejects: boolean;
  /** A step can lock people out: it goes back unless somebody confirms. */
  readonly locksOut: boolean;
}

/** What a bundle comes to. @throws PlimsollError `unsupported` for objects of kinds that are not known */
export function workOf({ steps }: Bundle, phase: Phase): BundleWork {
  const cares = steps.map(careOf);
  return {
    steps: steps.map((step) => ({ id: step.id, ...stepWork(step, phase) })),
    rejects: cares.some(({ rejects }) => rejects),
    // What only reports locks nobody out.
    locksOut: cares.some(({ rejects, locksOut }) => locksOut && !(phase === 'audit' && rejects)),
  };
}

/**
 * Edits of objects with their places as the objects are now, in the order of the steps.
 * @throws PlimsollError `unsupported` where an object has no such place
 */
export async function objectEditsOf(
  { steps }: BundleWork,
  driver: Pick<ObjectDriver, 'read'>,
): Promise<readonly ObjectEdits[]> {
  const byTarget = new Map<string, ObjectEdits['edits'][number][]>();
  const documents = new Map<string, Value>();
  for (const { target, places, value } of steps.flatMap(({ objects }) => objects)) {
    if (!documents.has(target)) documents.set(target, (await driver.read(target)).document);
    const edits = byTarget.get(target) ?? [];
    byTarget.set(target, edits);
    for (const path of places(documents.get(target))) edits.push({ path, value });
  }
  return [...byTarget].map(([target, edits]) => ({ target, edits }));
}

/** Places of nodes, each with a name of its own made of the step's. */
export function nodeEditsOf({ steps }: BundleWork): readonly (NodeEdit & { readonly step: string })[] {
  return steps.flatMap(({ id, node }) => node.map((edit, at) => ({ ...edit, step: `${id}.${at}` })));
}

/** Values of chart releases, by step. */
export function releaseEditsOf({ steps }: BundleWork): readonly ReleaseEdits[] {
  return steps.flatMap(({ id, release }) => (release === undefined ? [] : [{ step: id, ...release }]));
}

/** Procedures for people, by step, those that are read back too. */
export function handWorkOf({ steps }: BundleWork): readonly (HandWork & { readonly step: string })[] {
  return steps.flatMap(({ id, hand }) => (hand === undefined ? [] : [{ step: id, ...hand }]));
}
