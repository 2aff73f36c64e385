// Small signs: the Plimsoll mark, severity letters, flags. Colour never stands alone: every sign has a letter or a word.
import type { ComponentChildren } from 'preact';
import type { SeverityLevel } from '../../../scan/advisory/advisory.ts';
import { count, LEVEL_LETTER, splitReference } from '../../words.ts';

/** The load line: a circle with a horizontal line through it. */
export function PlimsollMark() {
  return (
    <svg class="mark" viewBox="0 0 32 24" width="40" height="30" aria-hidden="true">
      <circle cx="16" cy="12" r="9.5" fill="none" stroke="currentColor" stroke-width="2.5" />
      <path d="M1 12h30" stroke="currentColor" stroke-width="2.5" />
    </svg>
  );
}

/** A severity as a letter on its colour; the word is there for readers that do not see it. */
export function SeverityBadge({ level, word = false }: { readonly level: SeverityLevel; readonly word?: boolean }) {
  return (
    <span class={`badge ${level}`} title={level}>
      <span aria-hidden="true">{LEVEL_LETTER[level]}</span>
      <span class={word ? 'badge-word' : 'unseen'}>{level}</span>
    </span>
  );
}

/** A number; where tables become cards the word for what is counted stands behind it. */
export function Counted({ value, one, many = `${one}s` }: CountedProps) {
  return (
    <>
      {count(value)}
      <span class="unit"> {value === 1 ? one : many}</span>
    </>
  );
}

interface CountedProps {
  readonly value: number;
  readonly one: string;
  readonly many?: string;
}

/** A short word in a frame: KEV, end of life. */
export function Flag({
  children,
  title,
  kind = '',
}: {
  readonly children: ComponentChildren;
  readonly title: string;
  readonly kind?: string;
}) {
  return (
    <span class={`flag ${kind}`} title={title}>
      {children}
    </span>
  );
}

/** Marks a system whose end of life was before the day of the report; on the day itself it is still within its life. */
export function EndOfLifeFlag({ date, asOf }: { readonly date: string | undefined; readonly asOf: string }) {
  if (date === undefined || date >= asOf) return null;
  return (
    <Flag kind="alert" title={`End of life ${date}`}>
      EOL
    </Flag>
  );
}

/** Marks a vulnerability that CISA lists as exploited. */
export function KevFlag() {
  return (
    <Flag kind="kev" title="In the catalogue of known exploited vulnerabilities (CISA KEV)">
      KEV
    </Flag>
  );
}

/** An image reference whose path gives way first when there is no room: the name and tag stay. */
export function ImageName({ reference }: { readonly reference: string }) {
  const { path, name } = splitReference(reference);
  return (
    <span class="image-name" title={reference}>
      <span class="image-path">{path}</span>
      <span class="image-tail">{name}</span>
    </span>
  );
}
