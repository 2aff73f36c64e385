// Grype's JSON reports, `grype IMAGE --output json`. They list what matched, not what is installed.
import type { Importer } from '../importer.ts';

/** The importer for Grype. */
export const grype: Importer = {
  id: 'grype',
  title: 'Grype JSON report',
  argument: 'PATH',
  reads: 'a report, or every .json file in a folder',
  recognizes: (head) => /^\s*\{\s*"matches"\s*:\s*\[/.test(head),
  parse: async (bytes, file) => (await import('./parse.ts')).parseGrype(bytes, file),
};
