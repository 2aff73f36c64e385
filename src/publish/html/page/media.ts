// What the page knows of its surroundings: narrow or wide, on paper, light or dark.
import { useEffect, useState } from 'preact/hooks';

/** Below this width tables become cards; the style sheet has the same number. */
const NARROW = 'screen and (max-width: 760px)';
const DARK = '(prefers-color-scheme: dark)';
const THEME_KEY = 'plimsoll-theme';

/** Whether the window is narrow. */
export function useNarrow(): boolean {
  return useMedia(NARROW);
}

/** Whether the page is being printed. */
export function usePrinting(): boolean {
  const [printing, setPrinting] = useState(false);
  useEffect(() => {
    const before = (): void => setPrinting(true);
    const after = (): void => setPrinting(false);
    addEventListener('beforeprint', before);
    addEventListener('afterprint', after);
    return () => {
      removeEventListener('beforeprint', before);
      removeEventListener('afterprint', after);
    };
  }, []);
  return printing;
}

/** Colours of the page. */
export type Theme = 'light' | 'dark';

/** The theme shown, and its change: the reader's choice if there is one, else the system's. */
export function useTheme(): readonly [Theme, (theme: Theme) => void] {
  const system = useMedia(DARK) ? 'dark' : 'light';
  const [chosen, choose] = useState(storedTheme);
  const theme = chosen ?? system;
  document.documentElement.dataset['theme'] = theme;
  return [
    theme,
    (next) => {
      choose(next);
      storeTheme(next);
    },
  ];
}

function useMedia(query: string): boolean {
  const [matches, setMatches] = useState(() => matchMedia(query).matches);
  useEffect(() => {
    const list = matchMedia(query);
    const update = (): void => setMatches(list.matches);
    list.addEventListener('change', update);
    return () => list.removeEventListener('change', update);
  }, [query]);
  return matches;
}

/** Browsers may refuse storage to files opened from disk: then the choice lasts as long as the page. */
function storedTheme(): Theme | undefined {
  try {
    const stored = localStorage.getItem(THEME_KEY);
    return stored === 'light' || stored === 'dark' ? stored : undefined;
  } catch {
    return undefined;
  }
}

function storeTheme(theme: Theme): void {
  try {
    localStorage.setItem(THEME_KEY, theme);
  } catch {
    // Not stored: see storedTheme.
  }
}
