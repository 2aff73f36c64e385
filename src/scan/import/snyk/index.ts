// Snyk's JSON of `snyk container test`, one file or CSM's tree of them: `scans/docker/<logical reference>/snyk.json`.
import { CSM_OWN } from '../../release/csm/own.ts';
import type { Importer } from '../importer.ts';

/** The importer for Snyk. */
export const snyk: Importer = {
  id: 'snyk',
  title: 'Snyk container results',
  argument: 'PATH',
  reads: 'a file of `snyk container test --json`, or every snyk.json in a folder whose path names the image',
  reportName: 'snyk.json',
  own: CSM_OWN,
  recognizes: (head) => /^\s*[[{][\s\S]*"vulnerabilities"\s*:/.test(head) && head.includes('"SNYK-'),
  parse: async (bytes, file) => (await import('./parse.ts')).parseSnyk(bytes, file),
};
