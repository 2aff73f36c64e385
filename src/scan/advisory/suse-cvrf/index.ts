// SUSE's security announcements in CVRF, the predecessor of CSAF: an XML document for each update.
import type { Feed } from '../feed.ts';
import { openCvrf, readCvrf } from './parse.ts';
import { settleRecords } from './settle.ts';

/** `cvrf-*.xml` as SUSE's server has them, single or in an archive. Lists what was fixed, with SUSE's rating of each CVE. */
export const suseCvrf: Feed = {
  id: 'suse-cvrf',
  title: 'SUSE CVRF',
  licence: 'CC-BY-4.0 (older documents CC-BY-NC-4.0); SUSE LLC',
  home: 'https://ftp.suse.com/pub/projects/security/cvrf/',
  accepts: (path) => /(^|\/)cvrf-[^/]*\.xml$/.test(path),
  read: readCvrf,
  open: openCvrf,
  settle: settleRecords,
};
