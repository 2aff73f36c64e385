// What a check of build hygiene gets and gives. A check is a description (checks.yaml: id, words, severity, parameters) of what a template (code)
// finds; several checks may share a template. The template judges, the engine (judge.ts) adds id, remediation and waiver.
import type { z } from 'zod';
import type { Digest } from '../../platform/canonical.ts';
import type { Verdict } from '../../platform/verdict.ts';
import type { AssessedImage, Assessment, InventoryIdentity } from '../../scan/assess/assessment.ts';
import type { Package } from '../../scan/inventory/package.ts';
import type { CheckSeverity } from '../check-outcome.ts';
import type { SignatureEvidence } from './signature/evidence.ts';

/** An entry of checks.yaml. */
export interface CheckDescription {
  /** Kebab-case, stable: waivers and scripts name it. */
  readonly id: string;
  /** What is asked, as a statement that is true where the check passes. */
  readonly title: string;
  /** Name of the template that judges. */
  readonly template: string;
  readonly severity: CheckSeverity;
  readonly why: string;
  readonly remediation: string;
  /** Specification or source of the rule. */
  readonly reference?: string;
  /** What the template asks for; plimsoll.yaml may set others. */
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** An image of a release with what is known of its content. */
export interface HygieneImage {
  readonly image: AssessedImage;
  /** Absent when the image was not read. */
  readonly inventory?: InventoryIdentity;
  readonly packages: readonly Package[];
}

/** A release as checks see it. */
export interface HygieneRelease {
  readonly assessment: Assessment;
  /** In the order of the assessment: by slot. */
  readonly images: readonly HygieneImage[];
}

/** What is judged. Whatever a check asks for that was not given makes it `no-evidence`, never `pass`. */
export interface HygieneInput {
  readonly release: HygieneRelease;
  /** The release before, for checks over two. */
  readonly since?: HygieneRelease;
  /** Base images as their makers ship them now, for what stands on an older build. */
  readonly bases?: readonly HygieneRelease[];
  /** Bytes that later layers hide, by digest of the image, where the store has its layers. */
  readonly hiddenBytes?: ReadonlyMap<Digest, number>;
  /** What is kept beside the images, where somebody asked. */
  readonly signatures?: SignatureEvidence;
}

/**
 * What a template says of one subject: the logical reference of an image; a release, base or chart by its name. `remediation` only where that of the
 * description does not fit. A `fail` of a check whose severity is low or info is told as `warn`.
 */
export type Judgement = Omit<Verdict, 'check' | 'waiver'>;

/** Judges a release. Pure: the same input gives the same judgements; their order does not matter. */
export type JudgeRelease = (input: HygieneInput) => readonly Judgement[];

/** The code of checks. */
export interface CheckTemplate {
  readonly name: string;
  /** Two releases are compared: without `since` the check is `not-applicable`, and the template is not asked. */
  readonly comparesReleases: boolean;
  /**
   * The judge with its parameters.
   * @throws ZodError for parameters that do not have the template's shape
   */
  readonly withParameters: (parameters: Readonly<Record<string, unknown>>) => JudgeRelease;
}

/** A template out of the shape of its parameters and its code. */
export function checkTemplate<P>(
  name: string,
  shape: z.ZodType<P>,
  judge: (input: HygieneInput, parameters: P) => readonly Judgement[],
  { comparesReleases = false }: { readonly comparesReleases?: boolean } = {},
): CheckTemplate {
  return {
    name,
    comparesReleases,
    withParameters: (parameters) => {
      const checked = shape.parse(parameters);
      return (input) => judge(input, checked);
    },
  };
}
