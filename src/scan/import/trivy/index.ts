// Trivy's JSON reports, `trivy image --format json`; with --list-all-pkgs other advisory sets can be applied to them.
import type { Importer } from '../importer.ts';

/** The importer for Trivy. */
export const trivy: Importer = {
  id: 'trivy',
  title: 'Trivy JSON report',
  argument: 'PATH',
  reads: 'a report of schema version 2, a list of them, or every .json file in a folder',
  recognizes: (head) => /"SchemaVersion"\s*:\s*2\b/.test(head) && head.includes('"ArtifactName"'),
  parse: async (bytes, file) => (await import('./parse.ts')).parseTrivy(bytes, file),
};
