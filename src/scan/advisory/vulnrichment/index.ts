// CISA's Vulnrichment: what the agency adds to the CVE records of others, as their "authorized data publisher" (ADP).
import type { Feed } from '../feed.ts';
import { readCveRecord } from './parse.ts';

/** CVE records in JSON 5 with CISA's container: SSVC answers, CVSS where the CNA gave none, exploitation known to CISA. Enriches CVEs. */
export const vulnrichment: Feed = {
  id: 'vulnrichment',
  title: 'CISA Vulnrichment',
  licence: 'CC0-1.0',
  home: 'https://github.com/cisagov/vulnrichment',
  accepts: (path) => /(^|\/)CVE-\d{4}-\d+\.json$/.test(path),
  read: readCveRecord,
};
