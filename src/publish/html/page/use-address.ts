// The state of a page follows its address, and the address the state.
import { useEffect, useRef, useState } from 'preact/hooks';

/** How a page's state is said in its address. Constant: it is read when the page opens. */
interface AddressRules<State> {
  /** `before` is the state that the page had: an address may say only a part. */
  readonly parse: (hash: string, before?: State) => State;
  readonly format: (state: State) => string;
  /** Whether a change is a step of the history, through which the way back leads; others only change the address. */
  readonly isStep: (before: State, after: State) => boolean;
  readonly onStep?: () => void;
}

/** Browsers refuse an address that changes with every key stroke: milliseconds until it follows. */
const SETTLED = 250;

/** The state, and what changes it. */
export function useAddress<State extends object>({
  parse,
  format,
  isStep,
  onStep,
}: AddressRules<State>): readonly [State, (change: Partial<State>) => void] {
  const [state, setState] = useState(() => parse(location.hash));
  const current = useRef(state);
  const pending = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => {
    const follow = (): void => {
      current.current = parse(location.hash, current.current);
      setState(current.current);
    };
    addEventListener('hashchange', follow);
    addEventListener('popstate', follow);
    return () => {
      removeEventListener('hashchange', follow);
      removeEventListener('popstate', follow);
    };
  }, []);
  const go = (change: Partial<State>): void => {
    const before = current.current;
    const after = { ...before, ...change };
    current.current = after;
    setState(after);
    globalThis.clearTimeout(pending.current);
    if (!isStep(before, after)) {
      const write = (): void => history.replaceState(null, '', format(current.current));
      pending.current = globalThis.setTimeout(write, SETTLED);
      return;
    }
    history.replaceState(null, '', format(before));
    history.pushState(null, '', format(after));
    onStep?.();
  };
  return [state, go];
}
