// Whether a release stands on one build of each base: every further build is stored, rebuilt and patched by itself, and one of them is always behind.
import { z } from 'zod';
import { baseBuilds } from '../base-builds.ts';
import { checkTemplate, type Judgement } from '../check.ts';
import { unreadImages } from '../release-view.ts';

/** The subject is a branch of a distribution. `most`: builds of it that images may stand on. */
export const baseSpread = checkTemplate(
  'base-spread',
  z.strictObject({ most: z.number().int().min(1) }),
  ({ release }, { most }) => [
    ...[...Map.groupBy(baseBuilds(release.images), ({ branch }) => branch)].map(([branch, builds]): Judgement => {
      const images = builds.reduce((sum, build) => sum + build.images.length, 0);
      const standing = images === 1 ? 'one image stands' : `${images} images stand`;
      return {
        subject: branch,
        verdict: builds.length > most ? 'fail' : 'pass',
        evidence: builds.map((build) => `${build.layer}: ${build.images.join(', ')}`),
        reason: `${standing} on ${builds.length === 1 ? 'one build' : `${builds.length} builds`} of it`,
      };
    }),
    ...unreadImages(release),
  ],
);
