// Whose an image or a package is, by the rules of plimsoll.yaml. Rules: docs/guide/owners.md. Pure.
import { compareText } from '../../platform/order.ts';
import type { OwnerRule } from '../../platform/settings.ts';
import type { AssessedImage, Finding } from '../../scan/assess/assessment.ts';
import { fitsImage } from '../../statements/image-pattern.ts';
import { fitsPackage } from '../../statements/package-pattern.ts';
import { fits } from '../../statements/pattern.ts';

/** What rules look at of an image. */
export type OwnedImage = Pick<AssessedImage, 'logical' | 'digest' | 'charts' | 'origin'>;

/** The owner by the last rule that matches; undefined when none does. Rules on packages are left out where no package URL is given. */
export function ownerOf(rules: readonly OwnerRule[], image: OwnedImage, purl?: string): string | undefined {
  return rules.findLast((rule) => matches(rule, image, purl))?.owner;
}

function matches(
  { images, charts, packages, origin }: OwnerRule,
  image: OwnedImage,
  purl: string | undefined,
): boolean {
  return (
    (origin === undefined || origin === image.origin) &&
    (images === undefined || images.some((pattern) => fitsImage(pattern, image))) &&
    (charts === undefined || charts.some((pattern) => image.charts.some((chart) => fits(pattern, chart)))) &&
    (packages === undefined || (purl !== undefined && packages.some((pattern) => fitsPackage(pattern, purl))))
  );
}

/** The owner of most of the findings, then the first by name; undefined when none of them has one. */
export function ownerOfFindings(
  rules: readonly OwnerRule[],
  image: OwnedImage,
  findings: readonly Pick<Finding, 'purl'>[],
): string | undefined {
  return mostFrequent(findings.flatMap(({ purl }) => ownerOf(rules, image, purl) ?? []));
}

/** The name that is there most often, of equals the first in order. */
export function mostFrequent(names: readonly string[]): string | undefined {
  const groups = [...Map.groupBy(names, (name) => name)];
  return groups.sort(([a, some], [b, others]) => others.length - some.length || compareText(a, b))[0]?.[0];
}
