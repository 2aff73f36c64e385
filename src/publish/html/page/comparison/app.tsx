// The page of a comparison: what changed and why in words, the waterfall, what was declared, and the changed cells.
import { useEffect, useRef, useState } from 'preact/hooks';
import { ChangesList } from './changes-list.tsx';
import type { OpenedComparison } from './comparison.ts';
import { Declared } from './declared.tsx';
import { ComparisonHeader } from './header.tsx';
import { Narrative } from './narrative.tsx';
import type { Go } from './part.ts';
import { type ComparisonState, formatState, parseState } from './state.ts';
import { Waterfall } from './waterfall.tsx';

/** The whole page. */
export function App({ comparison }: { readonly comparison: OpenedComparison }) {
  const [state, go] = useAddress();
  useFilterKey();
  const part = { comparison, state, go };
  return (
    <>
      <ComparisonHeader data={comparison.data} />
      <main class="comparison">
        <Narrative data={comparison.data} />
        <Waterfall {...part} />
        <Declared data={comparison.data} />
        <ChangesList {...part} />
      </main>
    </>
  );
}

/** The state follows the address and the address the state; the way back leads through the choices of basis, measure and cause. */
function useAddress(): readonly [ComparisonState, Go] {
  const [state, setState] = useState(() => parseState(location.hash));
  const current = useRef(state);
  useEffect(() => {
    const follow = (): void => {
      current.current = parseState(location.hash);
      setState(current.current);
    };
    addEventListener('popstate', follow);
    addEventListener('hashchange', follow);
    return () => {
      removeEventListener('popstate', follow);
      removeEventListener('hashchange', follow);
    };
  }, []);
  const go = (change: Partial<ComparisonState>): void => {
    const before = current.current;
    const after = { ...before, ...change };
    current.current = after;
    setState(after);
    const isStep = before.basis !== after.basis || before.measure !== after.measure || before.cause !== after.cause;
    if (isStep) {
      globalThis.clearTimeout(pending);
      history.pushState(null, '', formatState(after));
      return;
    }
    // Browsers refuse an address that changes with every key stroke.
    globalThis.clearTimeout(pending);
    pending = globalThis.setTimeout(() => history.replaceState(null, '', formatState(current.current)), 250);
  };
  return [state, go];
}

let pending: ReturnType<typeof setTimeout> | undefined;

/** `/` goes to the filter. */
function useFilterKey(): void {
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
