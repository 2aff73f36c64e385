// Decisions as a VEX document in one of the three forms.
import { writeCsaf } from './csaf.ts';
import { writeCyclonedx } from './cyclonedx.ts';
import type { VexIssue } from './document.ts';
import type { VexEntry } from './entries.ts';
import { writeOpenvex } from './openvex.ts';

const WRITERS = { openvex: writeOpenvex, csaf: writeCsaf, cyclonedx: writeCyclonedx } as const;

/** The forms. */
export type VexForm = keyof typeof WRITERS;

/** The document, JSON that ends with a line feed; of at least one entry. Equal decisions give equal bytes. */
export function writeVex(form: VexForm, entries: readonly VexEntry[], issue: VexIssue): string {
  return WRITERS[form](entries, issue);
}
