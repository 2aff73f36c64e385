// The state of a changed cell on one side.
import { SEVERITY_LEVELS, type SeverityLevel } from '../../../../scan/advisory/advisory.ts';
import { FIX_WORDS } from '../../../words.ts';
import type { StateRecord } from '../../comparison-data.ts';
import { SeverityBadge } from '../marks.tsx';

/** A cell's state: its severity and, behind it, whether there is a fix. */
export function State({ state }: { readonly state: StateRecord | undefined }) {
  if (state === undefined) return <span class="none">not there</span>;
  return (
    <span class="cell-state">
      {isLevel(state.severity) ? <SeverityBadge level={state.severity} /> : <span>any</span>}{' '}
      <small>{state.statement ?? FIX_WORDS[state.fixState]}</small>
    </span>
  );
}

function isLevel(severity: string): severity is SeverityLevel {
  return SEVERITY_LEVELS.some((level) => level === severity);
}
