// GitLab's advisory database for languages, in the edition that it gives to the community 30 days later under a free licence.
import type { Feed } from '../feed.ts';
import { readAdvisory } from './parse.ts';

/** YAML, one file for each vulnerability of a package: PACKAGE_TYPE/NAME/ID.yml. */
export const gitlab: Feed = {
  id: 'gitlab',
  title: 'GitLab advisories, community edition',
  licence: 'MIT; GitLab B.V.',
  home: 'https://gitlab.com/gitlab-org/advisories-community',
  accepts: (path) => /\/[^/]+\.ya?ml$/.test(path),
  read: readAdvisory,
};
