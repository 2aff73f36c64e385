// OSV: the common format of GitHub, Go, PyPA, Rust, Ubuntu, SUSE, Red Hat and others, and the database that gathers them.
import type { Feed } from '../feed.ts';
import { readOsv } from './parse.ts';

/** Ecosystems that `advisories update` fetches unless told otherwise; npm's is by far the largest (malicious packages). */
const ECOSYSTEMS = ['Go', 'Maven', 'PyPI', 'npm'];

/** OSV records in JSON or YAML: GitHub's database, Go's, PyPA's, osv.dev's archives by ecosystem. */
export const osv: Feed = {
  id: 'osv',
  title: 'OSV records',
  licence: 'CC-BY-4.0 (GitHub, Go, PyPA); see the licence of each source',
  home: 'https://osv.dev',
  downloads: ECOSYSTEMS.map((name) => `https://osv-vulnerabilities.storage.googleapis.com/${name}/all.zip`),
  accepts: (path) => /\.(json|ya?ml)$/.test(path),
  read: readOsv,
};
