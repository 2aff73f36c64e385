// The page of a comparison: what changed and why in words, the waterfall, what was declared, and the changed cells.
import { useFilterKey } from '../filters.tsx';
import { useAddress } from '../use-address.ts';
import { ChangesList } from './changes-list.tsx';
import type { OpenedComparison } from './comparison.ts';
import { Declared } from './declared.tsx';
import { ComparisonHeader } from './header.tsx';
import { Narrative } from './narrative.tsx';
import { type ComparisonState, formatState, parseState } from './state.ts';
import { Waterfall } from './waterfall.tsx';

/** The way back leads through the choices of basis, measure and cause. */
const ADDRESS = {
  parse: parseState,
  format: formatState,
  isStep: (before: ComparisonState, after: ComparisonState) =>
    before.basis !== after.basis || before.measure !== after.measure || before.cause !== after.cause,
};

/** The whole page. */
export function App({ comparison }: { readonly comparison: OpenedComparison }) {
  const [state, go] = useAddress(ADDRESS);
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
