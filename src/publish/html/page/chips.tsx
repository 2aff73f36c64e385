// Filters that are on or off, in the bar above a list.
import type { ComponentChildren } from 'preact';
import { SEVERITY_LEVELS, type SeverityLevel } from '../../../scan/advisory/advisory.ts';
import { count, plural } from '../../words.ts';
import { SeverityBadge } from './marks.tsx';

interface ChipProps {
  readonly pressed: boolean;
  readonly onToggle: () => void;
  readonly title?: string;
  readonly children: ComponentChildren;
}

/** A filter that is on or off. */
export function Chip({ pressed, onToggle, title, children }: ChipProps) {
  return (
    <button type="button" class={`chip ${pressed ? 'on' : ''}`} aria-pressed={pressed} onClick={onToggle} title={title}>
      {children}
    </button>
  );
}

interface LevelChipsProps {
  readonly levels: readonly SeverityLevel[];
  /** Rows a level, by position in SEVERITY_LEVELS, that pass every other filter. */
  readonly rows: readonly number[];
  readonly onChange: (levels: readonly SeverityLevel[]) => void;
}

/** A filter a severity; none chosen means all. */
export function LevelChips({ levels, rows, onChange }: LevelChipsProps) {
  return (
    <fieldset class="chips">
      <legend class="unseen">Severity</legend>
      {SEVERITY_LEVELS.map((level, index) => {
        const amount = rows[index] ?? 0;
        return (
          <Chip
            key={level}
            pressed={levels.includes(level)}
            onToggle={() => onChange(toggled(levels, level))}
            title={`${level}: ${plural(amount, 'row')}`}
          >
            <SeverityBadge level={level} /> <span class={amount === 0 ? 'none' : ''}>{count(amount)}</span>
          </Chip>
        );
      })}
    </fieldset>
  );
}

interface ImageChipProps {
  readonly label: string;
  readonly onRemove: () => void;
  /** What a click shows again. */
  readonly all?: string;
}

/** The image, or what else, that a list is narrowed to; nothing when it is not. A click shows all again. */
export function ImageChip({ label, onRemove, all = 'images' }: ImageChipProps) {
  if (label === '') return null;
  return (
    <button type="button" class="chip on image-chip" onClick={onRemove} title={`Show all ${all}`}>
      {label} <span aria-hidden="true">×</span>
      <span class="unseen">remove</span>
    </button>
  );
}

/** Below a list that has no rows. */
export function NothingFound({ what, onReset }: { readonly what: string; readonly onReset: () => void }) {
  return (
    <p class="nothing">
      No {what} matches.{' '}
      <button type="button" class="action" onClick={onReset}>
        Show all
      </button>
    </p>
  );
}

function toggled(levels: readonly SeverityLevel[], level: SeverityLevel): readonly SeverityLevel[] {
  return SEVERITY_LEVELS.filter((other) => (other === level) !== levels.includes(other));
}
