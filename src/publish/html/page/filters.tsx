// The bar above a list, which stays in view, and its search field: `/` reaches it from anywhere, Escape empties it.
import type { ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';

/** Height of the tabs, above which the bar stops; the style sheet has the same number. */
const TABS_HEIGHT = 40;

/** The bar. Its height changes when its parts wrap, and the header of the table below has to know where it ends. */
export function Filters({ children }: { readonly children: ComponentChildren }) {
  const bar = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const element = bar.current;
    if (element === null) return;
    const tell = (): void =>
      element.parentElement?.style.setProperty('--list-top', `${TABS_HEIGHT + element.offsetHeight}px`);
    const observer = new ResizeObserver(tell);
    observer.observe(element);
    tell();
    return () => observer.disconnect();
  }, []);
  return (
    <div class="filters" ref={bar}>
      {children}
    </div>
  );
}

interface FilterFieldProps {
  readonly label: string;
  readonly placeholder: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

/** A search field with a label for readers that do not see its place. */
export function FilterField({ label, placeholder, value, onChange }: FilterFieldProps) {
  return (
    <label class="search">
      <span class="unseen">{label}</span>
      <input
        type="search"
        value={value}
        placeholder={placeholder}
        autocomplete="off"
        spellcheck={false}
        onInput={(event) => onChange(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape' || value === '') return;
          event.preventDefault();
          event.stopPropagation();
          onChange('');
        }}
      />
      <span class="key" aria-hidden="true">
        /
      </span>
    </label>
  );
}

/** `/` goes to the filter that is shown. */
export function useFilterKey(): void {
  useEffect(() => {
    const listen = (event: KeyboardEvent): void => {
      const field = document.querySelector<HTMLInputElement>('input[type=search]');
      if (event.key !== '/' || event.ctrlKey || event.metaKey || field === null || field === event.target) return;
      event.preventDefault();
      field.focus();
      field.select();
    };
    addEventListener('keydown', listen);
    return () => removeEventListener('keydown', listen);
  }, []);
}
