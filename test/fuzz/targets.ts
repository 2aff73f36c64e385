// Every parser that takes bytes or text from outside. A new cataloguer, feed, importer, adapter or scheme has a line in one of these lists.
import type { FuzzTarget } from './target.ts';
import { ADVISORY_TARGETS } from './targets/advisory.ts';
import { BUNDLE_TARGETS } from './targets/bundle.ts';
import { IMAGE_TARGETS } from './targets/image.ts';
import { IMPORT_TARGETS } from './targets/import.ts';
import { INVENTORY_TARGETS } from './targets/inventory.ts';
import { RELEASE_TARGETS } from './targets/release.ts';
import { STATEMENT_TARGETS } from './targets/statements.ts';
import { TICKET_TARGETS } from './targets/tickets.ts';
import { VERSION_TARGETS } from './targets/versions.ts';

/** The list. */
export const TARGETS: readonly FuzzTarget[] = [
  ...IMAGE_TARGETS,
  ...INVENTORY_TARGETS,
  ...RELEASE_TARGETS,
  ...IMPORT_TARGETS,
  ...ADVISORY_TARGETS,
  ...VERSION_TARGETS,
  ...STATEMENT_TARGETS,
  ...TICKET_TARGETS,
  ...BUNDLE_TARGETS,
];

/** @throws RangeError when there is none of that id. */
export function findTarget(id: string): FuzzTarget {
  const target = TARGETS.find((candidate) => candidate.id === id);
  if (target === undefined)
    throw new RangeError(`no fuzz target "${id}"; there are ${TARGETS.map((one) => one.id).join(', ')}`);
  return target;
}
