// Alpine's security database (secdb), the list of fixed vulnerabilities by branch that Alpine builds from its package recipes.
import type { Feed } from '../feed.ts';
import { readSecdb } from './parse.ts';

const HOME = 'https://secdb.alpinelinux.org';
/** 3.10 to 3.24 and edge; those past their end of life stay as they were, one that is not there yet is remarked and left out. */
const BRANCHES = [...Array.from({ length: 15 }, (_, index) => `v3.${index + 10}`), 'edge'];

/** secdb files, JSON or YAML, `last-update` beside them. Lists fixed vulnerabilities only, without severities. */
export const alpineSecdb: Feed = {
  id: 'alpine-secdb',
  title: 'Alpine secdb',
  licence: 'CC-BY-SA-4.0',
  home: HOME,
  downloads: BRANCHES.flatMap((branch) => [`${HOME}/${branch}/main.json`, `${HOME}/${branch}/community.json`]),
  accepts: (path) => /\.(json|ya?ml)$/.test(path) || /(^|\/)last-update$/.test(path),
  read: readSecdb,
};
