// Decisions about what a release really holds: what a VEX document is written from. Each finding has one statement at most, so a document never says
// two things of one package in one image. Pure.
import { compareText } from '../../platform/order.ts';
import type { ScopedImage } from '../image-pattern.ts';
import type { StatementJudge } from '../judge.ts';
import type { ScopedFinding } from '../scope.ts';
import type { VexWord } from './word.ts';

/** A finding of an assessment, as far as statements look at it. */
export interface StatedFinding extends ScopedFinding {
  readonly slot: string;
}

/** An image of an assessment, as far as statements look at it. */
export interface StatedImage extends ScopedImage {
  readonly slot: string;
}

/** One word on one vulnerability, with the images and packages that it is said of. */
export interface VexEntry {
  readonly word: VexWord;
  /** Reported id. */
  readonly vulnerability: string;
  readonly aliases: readonly string[];
  /** Sorted by reference and digest. */
  readonly images: readonly {
    readonly logical: string;
    readonly digest?: string;
    /** Package URLs, sorted. */
    readonly packages: readonly string[];
  }[];
}

/** The entries of an assessment, sorted by vulnerability and statement. */
export function vexEntries(
  findings: readonly StatedFinding[],
  images: readonly StatedImage[],
  judge: StatementJudge,
): readonly VexEntry[] {
  const bySlot = new Map(images.map((image) => [image.slot, image]));
  const decided = findings.flatMap((finding) => {
    const image = bySlot.get(finding.slot);
    const statement = image === undefined ? undefined : judge(finding, image);
    return image === undefined || statement === undefined ? [] : [{ finding, image, statement }];
  });
  const groups = Map.groupBy(
    decided,
    ({ finding, statement }) => `${finding.vulnerability}\0${statement.id}\0${statement.origin.file}`,
  );
  return [...groups]
    .sort(([a], [b]) => compareText(a, b))
    .flatMap(([, group]) => {
      const [first] = group;
      if (first === undefined) return [];
      const { statement, finding } = first;
      const byImage = [...Map.groupBy(group, ({ image }) => `${image.logical}\0${image.digest ?? ''}`)];
      return [
        {
          word: statement,
          vulnerability: finding.vulnerability,
          aliases: [...new Set(group.flatMap((row) => row.finding.aliases))].sort(),
          images: byImage
            .sort(([a], [b]) => compareText(a, b))
            .flatMap(([, rows]) => {
              const image = rows[0]?.image;
              if (image === undefined) return [];
              const packages = [...new Set(rows.map((row) => row.finding.purl))].sort();
              const { logical, digest } = image;
              return [{ logical, ...(digest === undefined ? {} : { digest }), packages }];
            }),
        },
      ];
    });
}
