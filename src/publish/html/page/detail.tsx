// The panel beside a list that tells all about the row chosen. Escape closes it.
import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';

interface DetailProps {
  readonly title: ComponentChildren;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}

/** A panel with a title and a way to close it. */
export function Detail({ title, onClose, children }: DetailProps) {
  useEffect(() => {
    const listen = (event: KeyboardEvent): void => {
      if (event.key === 'Escape' && !event.defaultPrevented) onClose();
    };
    addEventListener('keydown', listen);
    return () => removeEventListener('keydown', listen);
  }, [onClose]);
  return (
    <aside class="detail" aria-label="Details">
      <div class="detail-head">
        <h2 aria-live="polite">{title}</h2>
        <button type="button" class="close" onClick={onClose} title="Close (Escape)">
          <span aria-hidden="true">×</span>
          <span class="unseen">Close the details</span>
        </button>
      </div>
      {children}
    </aside>
  );
}

interface NotHereProps {
  readonly what: string;
  readonly name: string;
  readonly found: boolean;
  readonly onClose: () => void;
}

/** An address can name what this report does not have: that is said, for silence would look like an answer. */
export function NotHere({ what, name, found, onClose }: NotHereProps) {
  if (name === '' || found) return null;
  return (
    <p class="banner not-here" role="note">
      There is no {what} <strong>{name}</strong> in this report.{' '}
      <button type="button" class="action" onClick={onClose}>
        Show the list
      </button>
    </p>
  );
}

/** A named value of the panel; nothing when there is no value. */
export function Entry({ name, children }: { readonly name: string; readonly children: ComponentChildren }) {
  if (children === undefined || children === null || children === '' || children === false) return null;
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** Several values, one a line; nothing when there are none. */
export function Lines({ values }: { readonly values: readonly string[] }) {
  return (
    <ul class="lines">
      {values.map((value) => (
        <li key={value}>{value}</li>
      ))}
    </ul>
  );
}
