// CycloneDX documents with vulnerabilities: what any scanner writes that knows the format. `sbom:` takes the components of the same documents instead.
import type { Importer } from '../importer.ts';

/** The importer for CycloneDX. */
export const cyclonedx: Importer = {
  id: 'cyclonedx',
  title: 'CycloneDX document with vulnerabilities',
  argument: 'PATH',
  reads: 'CycloneDX 1.4 to 1.7 as JSON with `vulnerabilities`, or every .json file in a folder',
  // Such a path is a bill of materials unless the target says otherwise.
  recognizes: () => false,
  parse: async (bytes, file) => (await import('./parse.ts')).parseCycloneDx(bytes, file),
};
