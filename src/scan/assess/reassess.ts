// Applies another advisory set or date to an assessment. No image is needed: the assessment carries its packages. Pure.
// The method and the image side stay as they were; only what the assessment itself judged is judged anew.
import type { Digest } from '../../platform/canonical.ts';
import type { Statement } from '../../statements/statement.ts';
import type { AdvisorySet } from '../advisory/advisory.ts';
import type { Package } from '../inventory/package.ts';
import { type Assessed, assessWithBook } from './assess.ts';
import type { Assessment } from './assessment.ts';
import type { Book } from './book.ts';
import { isJudged, SET_TARGET } from './gaps.ts';
import type { ImageToAssess, InventoryToAssess } from './placement.ts';
import type { SeverityPolicy } from './severity.ts';

/** What may differ from the assessment that is judged again. */
export interface ReassessOptions {
  readonly set: AdvisorySet;
  /** ISO date. */
  readonly asOf: string;
  readonly severityPolicy: SeverityPolicy;
  /** Statements in the place of those that the assessment was given; absent: these. */
  readonly statements?: readonly Statement[];
}

/**
 * Assesses again what an assessment was made of. With the same set, date, policy and statements the result equals the assessment. What another
 * scanner's results said with their findings is gone, as these findings are.
 */
export function reassess(assessment: Assessment, options: ReassessOptions): Assessment {
  return reassessWithBook(assessment, options).assessment;
}

/**
 * The same, helped by the book of an earlier judgement of these packages: with a set that differs in a few names, only these are looked up and
 * matched. The assessment does not depend on the book.
 */
export function reassessWithBook(assessment: Assessment, options: ReassessOptions, earlier?: Book): Assessed {
  const slots = new Set(assessment.images.map(({ slot }) => slot));
  const images = assessment.images.map(
    ({ os: _, packages: __, gaps, ...image }): ImageToAssess => ({
      ...image,
      gaps: gaps.filter((gap) => !isJudged(gap)),
    }),
  );
  const input = {
    ...options,
    release: {
      ...assessment.release,
      charts: assessment.charts,
      ...(assessment.containers === undefined ? {} : { containers: assessment.containers }),
      lint: assessment.lint,
      gaps: assessment.gaps.filter(({ target }) => !slots.has(target) && target !== SET_TARGET),
    },
    images,
    inventories: inventoriesOf(assessment),
    statements: options.statements ?? assessment.givenStatements ?? [],
  };
  return assessWithBook(input, earlier);
}

function inventoriesOf({ inventories, packages }: Assessment): readonly InventoryToAssess[] {
  const byImage = new Map<Digest, Package[]>(inventories.map(({ digest }) => [digest, []]));
  for (const installed of packages) byImage.get(installed.image)?.push(installed);
  return inventories.map(({ digest, created, labels, ...identity }) => ({
    ...identity,
    image: digest,
    packages: byImage.get(digest) ?? [],
    config: { ...(created === undefined ? {} : { created }), ...(labels === undefined ? {} : { labels }) },
  }));
}
