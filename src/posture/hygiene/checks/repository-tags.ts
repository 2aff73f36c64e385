// Whether a release ships one version of each image: several tags of one repository are several builds to rebuild and to watch.
import { z } from 'zod';
import { splitLogical } from '../../../scan/release/logical.ts';
import { checkTemplate, type Judgement } from '../check.ts';

/** The subject is a repository. `most`: tags that one may have. */
export const repositoryTags = checkTemplate(
  'repository-tags',
  z.strictObject({ most: z.number().int().min(1) }),
  ({ release }, { most }) => {
    const byRepository = Map.groupBy(release.images, ({ image }) => splitLogical(image.logical).repository);
    return [...byRepository].map(([repository, images]): Judgement => {
      const names = [...new Set(images.map(({ image }) => image.logical))].sort();
      const reason = names.length === 1 ? 'one version of it is shipped' : `${names.length} versions of it are shipped`;
      return { subject: repository, verdict: names.length > most ? 'fail' : 'pass', evidence: names, reason };
    });
  },
);
