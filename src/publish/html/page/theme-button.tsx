// The button that shows a page in the other colours.
import { useTheme } from './media.ts';

/** Switches between light and dark. */
export function ThemeButton() {
  const [theme, setTheme] = useTheme();
  const other = theme === 'dark' ? 'light' : 'dark';
  return (
    <button type="button" class="theme" onClick={() => setTheme(other)} title={`Show in ${other} colours`}>
      <svg viewBox="0 0 20 20" width="18" height="18" aria-hidden="true">
        <circle cx="10" cy="10" r="7.5" fill="none" stroke="currentColor" stroke-width="1.6" />
        <path d="M10 2.5a7.5 7.5 0 0 1 0 15z" fill="currentColor" />
      </svg>
      <span class="unseen">Show in {other} colours</span>
    </button>
  );
}
