// Whether an image says what is installed in it. Without a package database every scanner is blind, and finds nothing.
import { z } from 'zod';
import { checkTemplate } from '../check.ts';
import { type ImageJudgement, judgeTraits } from '../release-view.ts';

const SYSTEM_TYPES: ReadonlySet<string> = new Set(['apk', 'deb', 'rpm']);
/** One file a package, as distroless images have them: scanners that know only the one database see none (distroless, PACKAGE_METADATA.md). */
const SPLIT_DATABASE = /(?:^|\/)var\/lib\/dpkg\/status\.d\//;

/** By the packages of the distribution that the image names. */
export const packageDatabase = checkTemplate('package-database', z.strictObject({}), (input) =>
  judgeTraits(input, (_traits, { image: { os }, inventory: { gaps }, packages }): ImageJudgement => {
    const system = packages.filter(({ type }) => SYSTEM_TYPES.has(type));
    const [first] = system;
    if (first === undefined) {
      const [unread] = gaps.filter(({ kind }) => kind === 'file-unparsed' || kind === 'limit-reached');
      if (unread !== undefined) {
        const evidence = [`${unread.location ?? ''}: ${unread.reason}`];
        return { verdict: 'no-evidence', evidence, reason: 'no package was found, and not all of it could be read' };
      }
      if (os !== undefined) {
        const reason = `the image names ${`${os.id} ${os.version ?? ''}`.trim()}, and no package of it was found: its database is missing`;
        return { verdict: 'fail', evidence: [], reason };
      }
      if (packages.length === 0) {
        return {
          verdict: 'fail',
          evidence: [],
          reason: 'no package of any kind was found: nothing in the image can be matched',
        };
      }
      return {
        verdict: 'not-applicable',
        evidence: [],
        reason: 'the image has no distribution, only packages of languages',
      };
    }
    const evidence = [`/${first.location.path}`, `${system.length} packages`];
    if (system.every(({ location }) => SPLIT_DATABASE.test(location.path))) {
      return {
        verdict: 'warn',
        evidence,
        reason: 'its database is split into status.d, which not every scanner reads',
      };
    }
    return { verdict: 'pass', evidence, reason: `${system.length} packages of the distribution are recorded` };
  }),
);
