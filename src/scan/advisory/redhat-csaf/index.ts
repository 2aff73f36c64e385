// Red Hat's security data in CSAF 2.0: a VEX document for each CVE, which says of every product whether it is affected, fixed or not affected,
// and an advisory document for each erratum (RHSA), which says what it fixed.
import type { Feed } from '../feed.ts';
import { readCsaf } from './parse.ts';
import { settleRecords } from './settle.ts';

/** VEX documents (`cve-*.json`) and errata (`rhsa-*.json`), single or as Red Hat's archives. Covers Red Hat Enterprise Linux. */
export const redhatCsaf: Feed = {
  id: 'redhat-csaf',
  title: 'Red Hat CSAF and VEX',
  licence: 'CC-BY-4.0; Red Hat, Inc.',
  home: 'https://security.access.redhat.com/data/csaf/v2/',
  accepts: (path) => /(^|\/)(cve|rh[sbe]a)-[^/]*\.json$/i.test(path),
  read: readCsaf,
  settle: settleRecords,
};
