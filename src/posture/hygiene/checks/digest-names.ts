// Whether one image goes under one name: the same digest under two names is fetched, stored and waived twice, and rebuilt under one of them.
import { z } from 'zod';
import { splitLogical } from '../../../scan/release/logical.ts';
import { checkTemplate, type Judgement } from '../check.ts';
import { notSeen, ownDigest } from '../release-view.ts';

/** The subject is the first of the names. Tags of one repository are no other names: repository-tags speaks of them. */
export const digestNames = checkTemplate('digest-names', z.strictObject({}), ({ release }) => {
  const read = release.images.flatMap((one) => {
    const digest = ownDigest(one);
    return digest === undefined ? [] : [{ logical: one.image.logical, digest }];
  });
  const unseen = release.images.filter((one) => ownDigest(one) === undefined);
  const named = [...Map.groupBy(read, ({ digest }) => digest)].flatMap(([digest, images]): readonly Judgement[] => {
    const names = [...new Set(images.map(({ logical }) => logical))].sort();
    const [subject] = names;
    if (subject === undefined) return [];
    const repositories = new Set(names.map((name) => splitLogical(name).repository));
    if (repositories.size === 1)
      return [{ subject, verdict: 'pass', evidence: [digest], reason: 'the image has one name' }];
    return [
      {
        subject,
        verdict: 'fail',
        evidence: [digest, ...names],
        reason: `the image is shipped under ${repositories.size} names`,
      },
    ];
  });
  return [...named, ...unseen.map((one): Judgement => ({ subject: one.image.logical, ...notSeen(one) }))];
});
