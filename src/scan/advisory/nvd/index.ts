// NVD, the National Vulnerability Database: scores of CVEs, for findings to which no publisher of advisories gives a severity.
import type { Feed } from '../feed.ts';
import { openNvd, readNvd } from './parse.ts';

const HOME = 'https://nvd.nist.gov';
/** Years for which there is a file of its own; the first holds all earlier ones. */
const YEARS = Array.from({ length: 25 }, (_, index) => 2002 + index);

/** The CVE API's answers and the yearly files in the same form. Enriches CVEs; brings no advisories: NVD names products, not packages. */
export const nvd: Feed = {
  id: 'nvd',
  title: 'National Vulnerability Database',
  licence: 'public domain (NIST); CVSS scores of others by their sources',
  home: HOME,
  downloads: YEARS.map((year) => `${HOME}/feeds/json/cve/2.0/nvdcve-2.0-${year}.json.gz`),
  onRequest: true,
  accepts: (path) => /\.json$/.test(path),
  read: readNvd,
  open: openNvd,
};
