// What happened, within a cause. Exchanging A and B gives the inverse label. Rule: docs/guide/comparing.md, "Labels".
import type { CellState } from '../cells.ts';
import type { ChangeLabel } from './change.ts';
import type { Factor } from './factors.ts';

/** A change as far as its label depends on it. */
export interface Labelled {
  readonly cause: Exclude<Factor, 'coverage'>;
  readonly from?: CellState;
  readonly to?: CellState;
  /** The severities were taken from different sources. */
  readonly otherSeveritySource: boolean;
  /** On the side without the cell the set had a record of the vulnerability for the package, which did not hold its version. */
  readonly recordElsewhere: boolean;
}

/** The label of a change. */
export function labelOf(change: Labelled): ChangeLabel {
  switch (change.cause) {
    case 'membership':
      return change.from === undefined ? 'image-added' : 'image-removed';
    case 'tag':
      return 'retagged';
    case 'content':
      return isRescored(change) && change.otherSeveritySource ? 'severity-source' : 'rebuilt';
    case 'advisories':
      return advisoryLabel(change);
    case 'statements':
      return statementLabel(change, 'statement-added', 'statement-removed');
    case 'clock':
      return statementLabel(change, 'renewed', 'expired');
    case 'policy':
      return 'policy-changed';
  }
}

function advisoryLabel({ from, to, recordElsewhere }: Labelled): ChangeLabel {
  if (from === undefined) return recordElsewhere ? 'range-changed' : 'published';
  if (to === undefined) return recordElsewhere ? 'range-changed' : 'withdrawn';
  if (from.severity !== to.severity) return 'rescored';
  if (from.fixable !== to.fixable) return to.fixable ? 'fix-released' : 'fix-retracted';
  if (from.fullyFixable !== to.fullyFixable) return to.fullyFixable ? 'fix-released' : 'fix-retracted';
  return 'range-changed';
}

function statementLabel({ from, to }: Labelled, came: ChangeLabel, went: ChangeLabel): ChangeLabel {
  if (from?.statement === undefined && to?.statement !== undefined) return came;
  if (from?.statement !== undefined && to?.statement === undefined) return went;
  return 'statement-changed';
}

function isRescored({ from, to }: Labelled): boolean {
  return from !== undefined && to !== undefined && from.severity !== to.severity;
}
